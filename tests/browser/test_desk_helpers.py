"""Small helps in a real browser: a coming duty fills the leave, a select narrows another, keys work at once, anchors hold."""

import pytest
from django.urls import reverse

from activities.services import ask_leave
from activities.services.events import Audience, announce_activity
from activities.states import ActivityKind, Presence
from julu_liaison.common.working_days import today_here
from tests.browser.conftest import assert_no_sideways_scroll
from tests.cast import moment
from tests.duties import coming, duty

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TODAY, DAY, NEXT = today_here(), coming(), coming(2)
AT = moment(TODAY)


@pytest.fixture
def opened(cast, live_server, page, sign_in):
    sign_in(page, cast.clerk)
    return lambda path: page.goto(live_server.url + path)


def test_a_coming_duty_fills_the_leave(cast, page, opened):
    duty(cast.gt01, DAY, *cast.deputies["GT01"][:3])
    opened(reverse("station-leave-add"))
    assert page.evaluate("document.activeElement.id") == "id_q"
    page.fill("#id_q", "李代")
    page.keyboard.press("Enter")
    page.fill("#id_reason", "住院")
    page.click("button[name=fill]")
    assert page.input_value("#id_started_on") == page.input_value("#id_ended_on") == f"{DAY:%Y-%m-%d}"
    assert page.input_value("#id_reason") == "住院" and page.is_checked("input[name=deputy]")
    page.set_viewport_size({"width": 360, "height": 640})
    assert_no_sideways_scroll(page)


def test_only_the_takers_days_are_offered(cast, page, opened):
    shift = duty(cast.gt01, DAY, *cast.deputies["GT01"][:2])
    duty(cast.gt01, NEXT, *cast.deputies["GT01"][2:4])
    opened(reverse("station-swap-arrange", args=[shift.pk, cast.deputy_person.code]))
    days = "#id_return_shift option"
    assert page.locator(days).count() == 3
    page.select_option("#id_taker", label="陈卫")
    assert page.locator(days).count() == 2 and "陈卫" in page.locator(days).last.inner_text()
    page.select_option("#id_taker", label="周春生")
    assert page.locator(days).count() == 2 and "周春生" in page.locator(days).last.inner_text()


def test_the_deputies_of_the_branch_chosen(cast, page, opened):
    opened(reverse("visit-add"))
    assert page.locator("#id_deputy option").count() == 7
    page.select_option("#id_branch", "GT02")
    assert page.locator("#id_deputy option").all_inner_texts()[1:] == ["钱站长", "王芳"]


def test_keys_of_the_attendance_work_at_once_and_leave_asks_its_kind(cast, page, opened):
    activity = announce_activity(
        station=cast.gt, kind=ActivityKind.STUDY, title="学习代表法", held_on=TODAY, actor=cast.clerk, at=AT,
        audience=Audience(places=(cast.gt01,)),
    )  # fmt: skip
    opened(reverse("activity-attendance", args=[activity.uid]))
    page.keyboard.press("1")
    page.keyboard.press("2")
    assert page.evaluate("document.activeElement.className").split()[-1] == "lvsel"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("3")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("1")
    chosen = page.eval_on_selector_all("#rows input[type=radio]:checked", "all => all.map(one => one.value)")
    assert chosen == ["present", "leave", "absent", "present"]
    assert page.eval_on_selector(".on-leave .lvsel", "one => one.selectedIndex") == 1


def test_what_was_pressed_stays_in_sight(cast, page, opened, live_server):
    for pair in (cast.deputies["GT01"][:2], cast.deputies["GT01"][2:3]):
        duty(cast.gt01, DAY if len(pair) == 2 else NEXT, *pair)
    opened(f"/station/roster/?month={DAY:%Y-%m}&station=GT")
    page.locator("#left summary").first.click()
    page.locator("#left button[value=other]").first.click()
    page.wait_for_load_state()
    assert page.url.endswith("#left")


@pytest.mark.parametrize("width", [360, 1366])
def test_the_new_pages_fit(cast, page, opened, width):
    page.set_viewport_size({"width": width, "height": 640})
    shift = duty(cast.gt01, DAY, *cast.deputies["GT01"][:3])
    ask_leave(
        deputy=cast.deputies["GT01"][2], started_on=DAY, ended_on=DAY, kind=Presence.SICK_LEAVE, reason="住院",
        actor=cast.clerk, at=AT,
    )  # fmt: skip
    month = f"month={DAY:%Y-%m}&station=GT"
    for path in (
        f"{reverse('roster-calls')}?{month}", f"{reverse('roster-move')}?{month}&day={DAY:%Y-%m-%d}",
        reverse("roster-day", args=[shift.pk]), f"/station/roster/?{month}", reverse("station-home"),
    ):  # fmt: skip
        opened(path)
        assert_no_sideways_scroll(page)
