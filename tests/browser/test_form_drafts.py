"""What was typed into a long form is there again after the login ran out, and gone from the browser once taken."""

import re

import pytest
from django.conf import settings

from activities.models import DutyLog, SheetDraft, Visit
from activities.services import SundayRow, file_log, read_draft
from activities.states import Presence
from julu_liaison.common.working_days import today_here
from tests.browser.conftest import LIGHTS, kept, until, watched_page
from tests.cast import PASSWORD, moment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STORED = "Object.keys(localStorage).filter(function (key) { return key.indexOf('draft:') === 0; }).length"


@pytest.fixture
def log(cast) -> DutyLog:
    row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT}, received=3)
    return file_log(row=row, on=today_here(), actor=cast.clerk, at=moment(today_here(), 12)).log


def run_out(page, typed):
    kept(page, typed)
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)


def sign_in_here(page, user):
    page.wait_for_url("**/login/**")
    page.fill("input[name=username]", user.username)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda address: "/login/" not in address)


def test_a_visit_typed_while_the_login_ran_out(cast, page, sign_in, live_server, look_over):
    sign_in(page, cast.clerk)
    page.goto(f"{live_server.url}/station/visits/add/")
    page.select_option("#id_branch", index=1)
    page.fill("#id_matter", LIGHTS)
    page.fill("#id_villager_name", "张三丰")
    page.fill("#id_villager_phone", "19900001234")
    run_out(page, "19900001234")
    disk = page.evaluate("Object.values(localStorage).join()")
    assert LIGHTS in disk and "张三丰" not in disk and "19900001234" not in disk
    page.click("main form .btn-main")
    sign_in_here(page, cast.clerk)
    page.wait_for_url("**/visits/add/")
    assert page.input_value("#id_matter") == LIGHTS and page.input_value("#id_villager_name") == "张三丰"
    assert page.get_by_text("上次填了没交上的,已经填回来了。").is_visible()
    look_over(page)
    page.click("main form .btn-main")
    page.wait_for_url(re.compile(r"/visits/[0-9a-f-]{36}/$"))
    assert Visit.objects.get().matter == LIGHTS
    assert page.evaluate(STORED) == 0 and page.evaluate("Object.keys(sessionStorage).length") == 0
    page.goto(f"{live_server.url}/station/visits/add/")
    assert page.input_value("#id_matter") == "" and not page.get_by_text("已经填回来").count()


def test_in_a_new_tab_the_villager_is_not_known(cast, page, sign_in, live_server):
    sign_in(page, cast.clerk)
    page.goto(f"{live_server.url}/station/visits/add/")
    page.fill("#id_matter", LIGHTS)
    page.fill("#id_villager_name", "张三丰")
    kept(page, "张三丰")
    tab = page.context.new_page()
    tab.goto(f"{live_server.url}/station/visits/add/")
    assert tab.input_value("#id_matter") == LIGHTS and tab.input_value("#id_villager_name") == ""
    tab.get_by_role("button", name="不要这些,从头填").click()
    assert tab.input_value("#id_matter") == "" and tab.evaluate(STORED) == 0


def test_a_correction_typed_while_the_login_ran_out(cast, log, page, sign_in, live_server):
    sign_in(page, cast.clerk)
    address = f"{live_server.url}/station/logs/{log.uid}/correct/"
    page.goto(address)
    page.get_by_label("接待人数").fill("5")
    page.get_by_label("为什么更正").fill("签到表看错了")
    run_out(page, "签到表看错了")
    page.get_by_role("button", name="保存更正").click()
    sign_in_here(page, cast.clerk)
    assert page.get_by_label("接待人数").input_value() == "5"
    page.get_by_role("button", name="保存更正").click()
    page.wait_for_url(f"**/logs/{log.uid}/")
    log.refresh_from_db()
    assert log.received == 5 and page.evaluate(STORED) == 0


def test_a_draft_of_an_older_version_is_not_laid_over_a_newer_one(cast, log, page, sign_in, live_server):
    sign_in(page, cast.clerk)
    address = f"{live_server.url}/station/logs/{log.uid}/correct/"
    page.goto(address)
    page.get_by_label("接待人数").fill("5")
    until(page, f"{STORED} === 1")
    DutyLog.objects.update(received=8, version=2)
    page.goto(address)
    assert page.get_by_label("接待人数").input_value() == "8"


def test_a_refused_form_keeps_what_was_typed(cast, page, sign_in, live_server):
    sign_in(page, cast.clerk)
    page.goto(f"{live_server.url}/station/visits/add/")
    page.fill("#id_villager_village", "安家庄")
    page.click("main form .btn-main")
    page.wait_for_selector(".errsum")
    assert page.input_value("#id_villager_village") == "安家庄" and page.evaluate(STORED) == 1
    assert not page.get_by_text("已经填回来").count()  # nothing was lost, nothing is said


def test_signed_in_again_in_another_tab_the_form_goes_through(cast, page, log_in_by_form, live_server):
    log_in_by_form(page, cast.clerk)
    page.goto(f"{live_server.url}/station/visits/add/")
    page.select_option("#id_branch", index=1)
    page.fill("#id_matter", LIGHTS)
    run_out(page, LIGHTS)
    tab = page.context.new_page()
    log_in_by_form(tab, cast.clerk)
    page.click("main form .btn-main")
    page.wait_for_url(re.compile(r"/visits/[0-9a-f-]{36}/$"))
    assert Visit.objects.count() == 1


def test_signed_in_again_in_another_tab_without_scripts(cast, chromium, log_in_by_form, live_server, look_over):
    with watched_page(chromium, viewport={"width": 1366, "height": 768}, java_script_enabled=False) as page:
        log_in_by_form(page, cast.clerk)
        page.goto(f"{live_server.url}/station/visits/add/")
        page.select_option("#id_branch", index=1)
        page.fill("#id_matter", LIGHTS)
        page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
        log_in_by_form(page.context.new_page(), cast.clerk)
        page.click("main form .btn-main")
        page.wait_for_selector("text=刚才没有交上")
        assert "刚才没有交上" in page.inner_text("h1") and cast.clerk.name in page.inner_text("main")
        page.get_by_role("button", name="再交一次").click()
        page.wait_for_url(re.compile(r"/visits/[0-9a-f-]{36}/$"))
    assert Visit.objects.get().matter == LIGHTS


def test_rows_typed_in_a_hurry_are_on_another_computer(sheet, page, chromium, station):
    """Sent before the script had time to save them: the server keeps what the form brings."""
    sheet(page)
    for code in ("GT01", "GT02", "GT03", "GT04"):
        page.focus(f"#{code}-a")
        page.keyboard.press("Space")
        page.keyboard.type("4")
        page.fill(f"#{code}-o", f"{LIGHTS}{code}")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/check/")
    typed = {draft.branch.code: read_draft(draft)[f"{draft.branch.code}-o"] for draft in SheetDraft.objects.all()}
    assert typed == {code: [LIGHTS + code] for code in ("GT01", "GT02", "GT03", "GT04")}
    with watched_page(chromium, viewport={"width": 1366, "height": 768}) as other:
        sheet(other)
        assert [other.input_value(f"#{code}-o") for code in typed] == [LIGHTS + code for code in typed]
        assert other.input_value("#GT04-n") == "4" and not other.locator(".choose").count()


def test_a_row_on_its_way_does_not_come_in_after_the_newer_one(sheet, page, station):
    """The first sending is slow: what was typed after it is what the server has."""
    sheet(page)
    held = []

    def hold(route):
        held.append(route)

    page.route("**/draft/", hold)
    page.fill("#GT01-o", LIGHTS)
    with page.expect_request("**/draft/"):
        pass
    page.fill("#GT01-o", f"{LIGHTS},还有一盏")
    page.focus("#GT01-a")
    page.keyboard.press("Space")
    page.fill("#GT01-n", "2")
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(300)
    held[0].continue_()
    page.wait_for_url("**/check/")
    assert read_draft(SheetDraft.objects.get())["GT01-o"] == [f"{LIGHTS},还有一盏"]
    page.click("text=回去改")
    page.wait_for_url(re.compile(r"/\d{4}-\d\d-\d\d/$"))
    until(page, "!document.querySelector('.choose')")
