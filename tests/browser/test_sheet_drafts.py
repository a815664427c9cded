"""The sheet's drafts in a real browser: two computers, lost networks, run-out logins; no word is ever lost."""

import re

import pytest
from django.conf import settings

from activities.models import DutyLog, Leave, SheetDraft, Shift
from activities.services import SundayRow, file_log, read_draft, save_draft
from activities.states import LeaveState, Presence
from julu_liaison.common.working_days import today_here
from opinions.models import Opinion
from tests.browser.conftest import LIGHTS, file_it, kept, type_a_row, until
from tests.cast import moment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

THEIRS = "卫生室缺常用药"
SAVED = "document.querySelector('.save').textContent.includes('已自动保存')"
ASKED = "!!document.querySelector('#GT01-row .choose .btn')"


@pytest.fixture
def colleague(station, day):
    """Another computer, where the head of GT01 saves (or files) the branch's row; `draft` is what the server has."""

    class Colleague:
        def saves(self, number="7", version=0, opinion=THEIRS):
            typed = {"GT01-n": [number], "GT01-o": [opinion]}
            return save_draft(
                branch=station.gt01, on=day, version=version, typed=typed, actor=station.head,
                at=moment(today_here(), 9),
            )  # fmt: skip

        def files(self):
            people = [place.deputy for place in Shift.objects.get(branch=station.gt01, date=day).places.all()]
            row = SundayRow(branch=station.gt01, attendance=dict.fromkeys(people, Presence.PRESENT), received=1)
            return file_log(row=row, on=day, actor=station.head, at=moment(today_here(), 9))

        @property
        def draft(self):
            return read_draft(SheetDraft.objects.get(branch=station.gt01))

    return Colleague()


def bar(page) -> str:
    return page.inner_text("#GT01-row .choose")


def test_what_is_typed_is_on_the_server_and_goes_on_at_another_computer(sheet, page, chromium, colleague, look_over):
    type_a_row(sheet(page))
    until(page, SAVED)
    assert colleague.draft["GT01-o"] == [LIGHTS]
    assert SheetDraft.objects.count() == 1  # rows nobody touched are not sent
    other = sheet(chromium.new_context(locale="zh-CN", viewport={"width": 1366, "height": 768}).new_page())
    assert other.input_value("#GT01-o") == LIGHTS and other.input_value("#GT01-s") == "讲了医保"
    assert "官亭工作人员" in other.inner_text("#GT01-row th") and "填的草稿" in other.inner_text("#GT01-row th")
    look_over(other)
    other.fill("#GT01-n", "6")
    until(other, SAVED)
    assert colleague.draft["GT01-n"] == ["6"]
    other.context.close()
    page.reload()  # the first one had nothing of its own that the server has not: the newer row, no question
    assert page.input_value("#GT01-n") == "6" and not page.locator(".choose").count()


def test_a_page_made_before_the_row_arrived_does_not_look_empty(sheet, page):
    """Reloaded while the row was on its way: the server knows it a moment after it has made the page."""
    type_a_row(sheet(page))
    until(page, SAVED)
    draft = SheetDraft.objects.get()
    SheetDraft.objects.all().delete()
    page.reload()
    draft.save(force_insert=True)
    assert page.input_value("#GT01-o") == LIGHTS and page.input_value("#GT01-n") == "4"
    assert "接着上次没登记的填" in page.inner_text("#restored")
    page.fill("#GT01-n", "5")
    until(page, SAVED)
    assert read_draft(SheetDraft.objects.get())["GT01-n"] == ["5"]
    assert not page.evaluate(ASKED)  # nobody else has typed anything


@pytest.mark.parametrize("mine", [True, False])
def test_typed_on_two_computers_at_once_one_chooses_and_can_change_ones_mind(
    sheet, page, colleague, look_over, mine
):
    sheet(page)
    colleague.saves()
    type_a_row(page)
    until(page, ASKED)
    assert "这张表刚在另一台设备上改过(站长账号,09:00),请选用哪一份" in bar(page)
    assert THEIRS in bar(page) and page.input_value("#GT01-o") == LIGHTS
    assert colleague.draft["GT01-o"] == [THEIRS]  # not overwritten
    look_over(page)
    page.click("#next")  # not before it has been chosen
    assert page.evaluate("document.activeElement.textContent") == "用我填的"
    page.click("text=用我填的" if mine else "text=用站长账号填的")
    assert page.input_value("#GT01-o") == (LIGHTS if mine else THEIRS)
    page.click("text=换成站长账号填的" if mine else "text=换回我填的")
    assert page.input_value("#GT01-o") == (THEIRS if mine else LIGHTS)
    page.click("text=换回我填的" if mine else "text=换成站长账号填的")
    assert page.input_value("#GT01-n") == ("4" if mine else "7")
    until(page, SAVED) if mine else page.wait_for_timeout(2500)
    assert colleague.draft["GT01-o"] == [LIGHTS if mine else THEIRS]


def test_typed_here_without_a_network_and_meanwhile_elsewhere(sheet, page, colleague):
    sheet(page)
    page.context.set_offline(True)
    type_a_row(page)
    kept(page, "讲了医保")
    colleague.saves()
    page.context.set_offline(False)
    until(page, ASKED)
    page.context.set_offline(True)
    page.wait_for_timeout(100)
    page.context.set_offline(False)
    page.reload()  # the question is asked again, with both answers
    until(page, ASKED)
    assert page.input_value("#GT01-o") == LIGHTS and THEIRS in bar(page)
    page.click("text=用站长账号填的")
    assert page.input_value("#GT01-o") == THEIRS


def test_a_dead_network_that_looks_alive(sheet, page, colleague):
    """navigator.onLine stays true when only the server cannot be reached."""
    sheet(page)
    page.route("**/draft/", lambda route: route.abort())
    type_a_row(page)
    page.wait_for_selector("#offline:not([hidden])")
    address = page.url
    page.click("#next")
    page.wait_for_timeout(500)
    assert page.url == address and page.input_value("#GT01-o") == LIGHTS
    page.unroute("**/draft/")
    page.click("#next")  # tries again by itself and goes on
    file_it(page)
    assert Opinion.objects.get().text == LIGHTS and not SheetDraft.objects.exists()


def test_drafts_are_sent_when_the_network_is_back(sheet, page, colleague):
    sheet(page)
    page.context.set_offline(True)
    type_a_row(page)
    assert "已存在这台电脑上" in page.inner_text(".save") and not SheetDraft.objects.exists()
    page.context.set_offline(False)
    until(page, SAVED)
    assert colleague.draft["GT01-o"] == [LIGHTS]
    assert page.locator("#offline").is_hidden()


def test_a_login_that_runs_out_while_typing(sheet, page, station, sign_in, look_over):
    sheet(page)
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    type_a_row(page)
    page.wait_for_selector("#expired:not([hidden])")
    assert "登录已过期,您填的内容还在" in page.inner_text("#expired")
    look_over(page)
    page.fill("#GT02-n", "3")  # typing goes on
    kept(page, '"GT02-n":["3"]')
    page.click("#expired a")
    page.wait_for_url("**/login/**")
    page.fill("input[name=username]", station.clerk.username)
    page.fill("input[name=password]", "Test-pass-2026")
    page.press("input[name=password]", "Enter")
    page.wait_for_url(re.compile(r"/sunday/\d{4}-\d\d-\d\d/$"))
    assert page.input_value("#GT01-o") == LIGHTS and page.input_value("#GT02-n") == "3"
    until(page, SAVED)
    assert SheetDraft.objects.count() == 2


def test_signed_in_again_in_another_tab_typing_simply_goes_on(sheet, page, station, live_server, log_in_by_form):
    sheet(page)
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    type_a_row(page)
    page.wait_for_selector("#expired:not([hidden])")
    tab = page.context.new_page()
    log_in_by_form(tab, station.clerk)
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.wait_for_selector("#expired", state="hidden")
    page.click("#next")
    file_it(page)
    assert DutyLog.objects.count() == 1


def test_filed_elsewhere_while_typing_is_said_beside_the_row(sheet, page, colleague, look_over):
    sheet(page)
    colleague.files()
    type_a_row(page)
    page.wait_for_selector("#GT01-row .choose")
    assert "这一天已由站长账号登记" in bar(page) and page.input_value("#GT01-o") == LIGHTS
    look_over(page)
    page.click("#next")
    page.wait_for_selector("#errsum")
    assert LIGHTS in page.inner_text("#GT01-row")
    assert not SheetDraft.objects.exists()


def test_who_the_villager_is_does_not_reach_the_server_before_filing(sheet, page, colleague):
    type_a_row(sheet(page))
    page.click("#next")
    page.wait_for_url("**/check/")
    page.click("summary:has-text('群众姓名')")
    page.fill("#GT01-m0-name", "张三丰")
    page.click("text=回去改")
    page.wait_for_url(re.compile(r"/\d{4}-\d\d-\d\d/$"))
    page.fill("#GT01-s", "讲了医保和养老")
    until(page, SAVED)
    assert "张三丰" not in str(colleague.draft) and colleague.draft["GT01-s"] == ["讲了医保和养老"]
    page.reload()
    page.click("#next")
    page.wait_for_url("**/check/")
    assert page.input_value("#GT01-m0-name") == "张三丰"  # this tab still knows


def test_dropping_ones_draft_leaves_the_colleagues(sheet, page, station, day):
    save_draft(
        branch=station.gt02, on=day, version=0, typed={"GT02-n": ["5"]}, actor=station.clerk, at=moment(today_here(), 9)
    )
    SheetDraft.objects.update(saved_by=station.stranger)
    type_a_row(sheet(page))
    until(page, SAVED)
    page.reload()
    with page.expect_navigation():
        page.click("#drop")
    assert page.input_value("#GT01-o") == "" and page.input_value("#GT02-n") == "5"
    page.reload()
    assert page.input_value("#GT01-o") == ""


def test_pressed_twice_it_is_filed_once(sheet, page):
    type_a_row(sheet(page))
    page.click("#next")
    page.wait_for_url("**/check/")
    page.dblclick("#next")
    page.wait_for_url(re.compile("/done/"))
    assert DutyLog.objects.count() == 1 and Opinion.objects.count() == 1


def test_preset_leave_is_shown_and_costs_no_key(sheet, page, station, day):
    person = Shift.objects.get(branch=station.gt02, date=day).places.first().deputy
    leave = Leave(deputy=person, started_on=day, ended_on=day, kind=Presence.SICK_LEAVE, reason="住院",
                  state=LeaveState.APPROVED, asked_at=moment(day))  # fmt: skip
    leave.put_at(station.gt02)
    leave.save()
    sheet(page)
    one = page.locator("#GT02-row .one").first
    assert one.locator("input:checked").get_attribute("value") == "leave" and one.locator(".lvsel").is_visible()
    assert page.inner_text("#GT02-row .stt") == "未填"  # nobody has typed anything yet
    page.focus("#GT02-a")
    page.keyboard.press("Space")  # fills the others only
    page.keyboard.type("0")
    assert page.inner_text("#GT02-row .stt") == "✓ 已填"
    page.click("#next")
    file_it(page)
    statuses = dict(DutyLog.objects.get().attendance.values_list("deputy", "status"))
    assert statuses.pop(person.pk) == "sick_leave" and set(statuses.values()) == {"present"}
