"""Activities in a real browser: sixty people by keys, live counts, a draft that survives, the deputy's phone."""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from activities.models import Activity
from activities.services import Audience, announce_activity, record_attendance
from activities.states import ActivityKind, ActivityState, Presence, SignUp
from julu_liaison.common.working_days import today_here
from tests.browser.conftest import kept
from tests.cast import make_deputy


def announce(cast, **facts):
    given = {
        "station": cast.gt, "kind": ActivityKind.STUDY, "title": "学习代表法", "held_on": today_here(), "actor": cast.clerk,
        "at": timezone.now(), "audience": Audience(places=(cast.gt,)), "hours": "上午9:00", "venue": "镇政府",
    }  # fmt: skip
    return announce_activity(**(given | facts))


def address(live_server, name, *args):
    return live_server.url + reverse(name, args=args)


def count(page, name):
    return page.inner_text(f"[data-n={name}]")


def test_sixty_people_by_keys(cast, page, live_server, sign_in, look_over):
    for number in range(54):
        make_deputy(cast, f"代表{number:02d}", cast.gt02)
    made = announce(cast)
    sign_in(page, cast.clerk)
    page.goto(address(live_server, "activity-attendance", made.uid))
    assert (count(page, "expected"), count(page, "unset")) == ("60", "60")
    page.focus(".e-row input")
    for key in ("2", "Enter", "3", "4", "5"):  # after 请假 its kind is looked at
        page.keyboard.press(key)
    page.keyboard.press(" ")
    got = [count(page, name) for name in ("present", "leave", "absent", "late", "left_early", "unset")]
    assert got == ["56", "1", "1", "1", "1", "0"]
    look_over(page)
    page.fill("#leaflets", "20")
    page.click("button[value=finish]")
    page.wait_for_url(address(live_server, "activity", made.uid))
    look_over(page)
    made.refresh_from_db()
    assert (made.state, made.leaflets) == (ActivityState.HELD, 20)
    assert made.attendance.filter(status=Presence.PRESENT).count() == 56


def test_what_was_chosen_survives_a_lost_session_until_it_is_saved(cast, page, live_server, sign_in):
    made = announce(cast)
    sign_in(page, cast.clerk)
    sheet = address(live_server, "activity-attendance", made.uid)
    page.goto(sheet)
    page.click(f"label:has-text('迟到') >> css=input[name='s-{cast.deputy_person.pk}']")
    page.fill("#minutes", "学了三章")
    kept(page, "学了三章")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.click("button[value=save]:visible")
    page.wait_for_url("**/login/**")
    sign_in(page, cast.clerk)
    page.goto(sheet)
    assert page.is_visible("#restored")
    assert (count(page, "late"), page.input_value("#minutes")) == ("1", "学了三章")
    page.click("button[value=save]:visible")
    page.wait_for_selector("text=保存好了")
    assert not page.is_visible("#restored")
    assert made.attendance.get(deputy=cast.deputy_person).status == Presence.LATE


def test_without_script_the_rest_is_filled_by_the_server(cast, chromium, live_server, sign_in):
    made = announce(cast)
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 360, "height": 640})
    page = context.new_page()
    sign_in(page, cast.clerk)
    page.goto(address(live_server, "activity-attendance", made.uid))
    page.click("button[value=fill]")
    page.click("button[value=finish]")
    made.refresh_from_db()
    context.close()
    assert made.state == ActivityState.HELD


def test_the_sheet_on_a_phone(cast, phone, live_server, sign_in, look_over):
    made = announce(cast)
    record_attendance(
        activity=made, statuses={cast.deputies["YT01"][0]: Presence.SUBSTITUTE},
        stands_in_for={cast.deputies["YT01"][0]: cast.deputy_person}, actor=cast.staff, at=timezone.now(),
    )  # fmt: skip
    sign_in(phone, cast.clerk)
    for name in ("activities", "activity-new"):
        phone.goto(address(live_server, name))
        look_over(phone)
    phone.goto(address(live_server, "activity-attendance", made.uid))
    look_over(phone)
    low = phone.evaluate("Math.min(...[...document.querySelectorAll('.e-row .seg label')].map(x => x.offsetHeight))")
    assert low >= 44
    assert count(phone, "substituted") == "1"


def test_announced_in_two_steps(cast, page, live_server, sign_in, look_over):
    sign_in(page, cast.clerk)
    page.goto(address(live_server, "activity-new"))
    page.fill("#id_title", "视察农村饮水安全")
    page.select_option("#id_kind", "inspection")
    page.fill("#id_held_on", f"{today_here() + timedelta(days=5):%Y-%m-%d}")
    page.check("input[name=places][value=GT01]")
    page.click("button[value=check]:visible")
    page.wait_for_selector("text=请4位代表")
    look_over(page)
    page.click("button[value=send]")
    page.wait_for_selector("text=安排好了")
    look_over(page)
    assert Activity.objects.get().attendance.count() == 4


def test_a_deputy_answers_and_asks_for_leave_on_the_phone(cast, phone, live_server, sign_in, look_over):
    made = announce(cast, held_on=today_here() + timedelta(days=5))
    sign_in(phone, cast.deputy)
    phone.goto(address(live_server, "my-activities"))
    look_over(phone)
    phone.tap("button[value=not_coming]")
    phone.wait_for_url(address(live_server, "my-activity", made.uid))
    look_over(phone)
    phone.fill("#id_reason", "孩子开学")
    phone.tap("button[value=private_leave]")
    phone.wait_for_selector("text=请假交上去了")
    row = made.attendance.get(deputy=cast.deputy_person)
    assert (row.sign_up, made.leaves.get().reason) == (SignUp.NOT_COMING, "孩子开学")
