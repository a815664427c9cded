"""The clerk's Sunday sheet in a real browser: keys, taps, input method, drafts, looks."""

import re

import pytest
from django.conf import settings

from activities.models import DutyLog, Shift
from activities.services import SundayRow, file_log
from activities.states import Category, Presence
from julu_liaison.common.working_days import today_here
from opinions.models import Opinion
from tests.browser.conftest import LIGHTS, assert_no_sideways_scroll, file_it, type_a_row, until
from tests.cast import moment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SPILT_CELLS = """[...document.querySelectorAll('.sheet td, .sheet th')]
    .filter(cell => cell.scrollWidth > cell.clientWidth + 1).map(cell => cell.innerText.slice(0, 40))"""
CANAL = "三组灌溉渠塌了二十米"


def count_keys(page):
    page.evaluate(
        "() => { window.pressed = 0; document.addEventListener('keydown', () => { window.pressed += 1; }, true); }"
    )


def test_a_sunday_by_keyboard_within_its_budget(sheet, page):
    sheet(page)
    count_keys(page)
    keys = page.keyboard
    for index in range(7):
        keys.press("Space")  # all present
        if index in (2, 5):
            keys.press("0")
            keys.press("Enter")  # nobody came: on to the next branch
            continue
        keys.press("8")
        keys.press("Enter")
        keys.press("1" if index else "2")
        keys.press("Enter")
        keys.insert_text(CANAL if index == 0 else LIGHTS)
        keys.press("Enter")
        keys.press("Enter")  # an empty line ends the branch
    assert page.inner_text("#done") == "7"
    assert page.evaluate("window.pressed") <= 44
    keys.press("Control+Enter")
    file_it(page)
    assert DutyLog.objects.count() == 7
    assert sorted(DutyLog.objects.values_list("received", flat=True)) == [0, 0, 8, 8, 8, 8, 8]
    assert Opinion.objects.count() == 5
    assert Opinion.objects.get(text=CANAL).category == Category.WATER


def test_one_enter_too_many_marks_nobody_and_a_number_has_to_be_one(sheet, page):
    """Attendance is points: only the space bar says that all were there."""
    sheet(page)
    page.keyboard.press("Enter")
    assert page.locator("#GT01-row .seg input:checked").count() == 0 and page.evaluate("document.activeElement.id") == "GT01-n"
    page.focus("#GT01-a")
    page.keyboard.press("Space")
    page.fill("#GT01-n", "22o")
    assert page.inner_text("#done") == "0" and "已填" not in page.inner_text("#GT01-row .stt")
    page.fill("#GT01-n", "22")
    assert page.inner_text("#done") == "1"


@pytest.mark.parametrize("mode", ["standard", "large"])
def test_the_topics_of_every_branch_are_seen_whole_and_the_keys_are_told(sheet, page, live_server, mode):
    page.context.add_cookies([{"name": "mode", "value": mode, "url": live_server.url}])
    sheet(page)
    assert page.locator(".keys").is_visible()
    for number in range(1, 8):
        page.focus(f"#GT0{number}-t")
        until(page, f"document.querySelector('#GT0{number}-row .tp').open")
        box = f"document.querySelector('#GT0{number}-row .pop').getBoundingClientRect()"
        until(page, f"{box}.top >= 0 && {box}.bottom <= document.querySelector('.bar').getBoundingClientRect().top")


def test_seven_branches_by_taps_within_the_budget(sheet, phone):
    sheet(phone)
    taps = 0

    def tap(selector):
        nonlocal taps
        taps += 1
        phone.tap(selector)

    for number in range(1, 8):
        code = f"GT0{number}"
        tap(f"#{code}-a")  # all present; the number is asked for next
        phone.keyboard.type("0" if number in (3, 6) else "4")
        if number not in (3, 6):
            tap(f"#{code}-row .pop label >> nth=0")
            tap(f"#{code}-o")
            phone.keyboard.insert_text(LIGHTS)
        if number < 7:
            tap(f"#{code}-row .nextrow")
    tap("#next")
    assert taps <= 24
    phone.wait_for_url("**/check/")
    folds = phone.locator(".ck .more > summary")
    assert folds.count() and min(fold.bounding_box()["height"] for fold in folds.all()) >= 44
    phone.tap("#next")
    phone.wait_for_url(re.compile("/done/"))
    assert (DutyLog.objects.count(), Opinion.objects.count()) == (7, 5)


def test_one_branch_on_a_phone_with_somebody_on_leave(sheet, phone, station, look_over):
    sheet(phone)
    assert phone.locator("#GT02-row .one").first.is_hidden()  # one card at a time
    look_over(phone)
    phone.tap("#GT02-row th")
    rows = phone.locator("#GT02-row .one")
    rows.nth(0).locator(".p").tap()
    rows.nth(1).locator(".l").tap()
    rows.nth(1).locator(".lvsel").select_option(label="病假")
    phone.fill("#GT02-n", "2")
    phone.tap("#GT02-row .morebtn")
    phone.fill("#GT02-f", "30")
    look_over(phone)
    phone.tap("#next")
    phone.wait_for_url("**/check/")
    look_over(phone)
    phone.tap("#next")
    phone.wait_for_url(re.compile("/done/"))
    look_over(phone)
    log = DutyLog.objects.get()
    assert (log.branch, log.received, log.leaflets) == (station.gt02, 2, 30)
    assert [row.status for row in log.attendance.all()] == [Presence.PRESENT, Presence.SICK_LEAVE]


def test_digits_and_arrows(sheet, page):
    sheet(page)
    page.keyboard.press("2")
    page.keyboard.press("2")
    second = page.locator("#GT01-row .one").nth(1)
    assert second.locator("input:checked").get_attribute("value") == "leave"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.id") == "GT02-a"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")  # fills only who is unset
    assert second.locator("input:checked").get_attribute("value") == "leave"
    assert page.evaluate("document.activeElement.id") == "GT01-n"


def test_enter_while_the_input_method_composes_stays(sheet, page):
    sheet(page)
    page.focus("#GT01-o")
    client = page.context.new_cdp_session(page)
    client.send("Input.imeSetComposition", {"text": "lu deng", "selectionStart": 7, "selectionEnd": 7})
    page.keyboard.press("Enter")  # Chromium commits the composition; this Enter belongs to the input method
    page.evaluate(
        """() => document.activeElement.dispatchEvent(
            new KeyboardEvent('keydown', {key: 'Enter', keyCode: 229, isComposing: true, bubbles: true, cancelable: true}))"""
    )
    assert page.evaluate("document.activeElement.id") == "GT01-o"
    moved = page.evaluate(
        """() => { document.getElementById('GT01-n').focus(); return !document.activeElement.dispatchEvent(
            new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true})); }"""
    )
    assert not moved and page.evaluate("document.activeElement.id") == "GT01-n"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "GT01-t"


def test_a_draft_comes_back_after_reload_and_can_be_dropped(sheet, page):
    page.route("**/draft/", lambda route: route.abort())  # kept on this computer alone, however fast the machine
    type_a_row(sheet(page))
    page.reload()
    assert "接着上次没登记的填" in page.inner_text("#restored")
    page.unroute("**/draft/")
    assert page.input_value("#GT01-o") == LIGHTS and page.input_value("#GT01-n") == "4"
    assert page.locator("#GT01-row .p input:checked").count() == 3
    with page.expect_navigation():
        page.click("#drop")
    assert page.input_value("#GT01-o") == ""
    assert page.locator("#restored").is_hidden()
    page.reload()
    assert page.input_value("#GT01-o") == ""


def test_a_lost_session_loses_no_text(sheet, page, station, live_server, sign_in, day):
    type_a_row(sheet(page))
    key = page.input_value("input[name=key]")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.click("#next")
    page.wait_for_url("**/login/**")
    sign_in(page, station.clerk)
    page.goto(f"{live_server.url}/station/sunday/{day.isoformat()}/check/")  # where the login leads back to
    assert page.input_value("#GT01-o") == LIGHTS and page.input_value("#GT01-s") == "讲了医保"
    assert page.input_value("input[name=key]") == key
    page.click("#next")
    file_it(page)
    assert Opinion.objects.get().text == LIGHTS
    page.goto(f"{live_server.url}/station/sunday/{day.isoformat()}/")
    assert page.locator("#restored").is_hidden()
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_who_the_villager_is_stays_out_of_the_browsers_store(sheet, page):
    type_a_row(sheet(page))
    page.click("#next")
    page.wait_for_url("**/check/")
    page.click("summary:has-text('群众姓名')")
    page.fill("#GT01-m0-name", "张三丰")
    page.fill("#GT01-m0-phone", "19900008888")
    until(page, "Object.values(sessionStorage).join().includes('张三丰')")
    assert "张三丰" not in page.evaluate("Object.values(localStorage).join()")
    page.click("text=回去改")
    page.wait_for_url(re.compile(r"/\d{4}-\d\d-\d\d/$"))
    page.click("#next")
    page.wait_for_url("**/check/")
    assert page.input_value("#GT01-m0-name") == "张三丰"


def test_offline_one_can_go_on_typing(sheet, page):
    sheet(page)
    page.context.set_offline(True)
    type_a_row(page)
    page.wait_for_selector("#offline:not([hidden])")
    page.click("#next")
    assert page.input_value("#GT01-o") == LIGHTS
    page.context.set_offline(False)
    page.wait_for_selector("#offline", state="hidden")
    page.click("#next")
    file_it(page)
    assert DutyLog.objects.count() == 1


def test_errors_lead_to_their_cell(sheet, page, look_over):
    sheet(page)
    page.fill("#GT03-n", "5")
    page.click("#next")
    page.wait_for_selector("#errsum")
    assert page.evaluate("document.activeElement.id") == "errsum"
    look_over(page)
    page.click("#errsum a")
    assert page.evaluate("document.activeElement.id") == "GT03-a"
    assert page.input_value("#GT03-n") == "5"


def test_overtaken_by_somebody_else(sheet, page, station, day, look_over):
    type_a_row(sheet(page))
    page.click("#next")
    page.wait_for_url("**/check/")
    people = [place.deputy for place in Shift.objects.get(branch=station.gt01, date=day).places.all()]
    row = SundayRow(branch=station.gt01, attendance=dict.fromkeys(people, Presence.PRESENT), received=1)
    file_log(row=row, on=day, actor=station.head, at=moment(today_here()))
    page.click("#next")
    page.wait_for_selector("#errsum")
    assert "已由站长账号在" in page.inner_text("#errsum")
    assert LIGHTS in page.inner_text("#GT01-row") and "讲了医保" in page.inner_text("#GT01-row")
    look_over(page)


@pytest.mark.parametrize("mode", ["standard", "large", "dark"])
def test_looks_in_every_mode_and_width(sheet, page, station, live_server, look_over, mode):
    page.context.add_cookies([{"name": "mode", "value": mode, "url": live_server.url}])
    address = sheet(page).url
    page.context.add_cookies([{"name": "mode", "value": mode, "url": live_server.url}])
    for path in (address, f"{live_server.url}/station/", address + "print/"):
        for width in (1366, 360, 320, 1000, 1920) if mode == "standard" else (1366, 320):
            page.set_viewport_size({"width": width, "height": 768})
            page.goto(path)
            assert mode in page.locator("html").get_attribute("class")
            if page.locator("#GT01-row .morebtn").count():
                page.locator("#GT01-row .morebtn").click()
                page.locator("#GT01-row .one .l").first.click()
            assert_no_sideways_scroll(page)
            assert page.evaluate(SPILT_CELLS) == []
            if width in (1366, 360):
                look_over(page)
        page.evaluate("localStorage.clear()")


def test_it_works_without_scripts(sheet, chromium, station, live_server, sign_in, day):
    context = chromium.new_context(java_script_enabled=False, locale="zh-CN", viewport={"width": 1366, "height": 768})
    page = sheet(context.new_page())
    for person in page.locator("#GT01-row .one").all():
        person.locator(".p").click()
    page.fill("#GT01-n", "2")
    page.fill("#GT01-o", LIGHTS)
    page.fill("#GT01-f", "12")
    page.click("#next")
    page.wait_for_url("**/check/")
    page.click("#next")
    page.wait_for_url(re.compile("/done/"))
    context.close()
    assert (DutyLog.objects.get().leaflets, Opinion.objects.get().text) == (12, LIGHTS)
