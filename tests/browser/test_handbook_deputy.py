"""The deputy's and the head's part of the handbook, done as it says, on a phone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from activities.models import CalendarFeed, DutyLog, Leave, MonthReport, ServiceRecord, Shift, ShiftPlace, Swap
from activities.services import (
    Matter,
    SundayRow,
    announce_activity,
    draft_roster,
    file_log,
    issue_month,
    publish_roster,
)
from activities.services.events import Audience
from activities.services.rosters import put_on_shift
from activities.states import ActivityKind, Category, Presence, ReportState, SwapState
from deputies.services import link_account
from julu_liaison.common.working_days import sundays_of, today_here
from opinions.models import Opinion
from opinions.services import file_suggestion, move_opinion, register_opinion
from opinions.states import State
from scoring.models import Appeal, Scheme
from scoring.services import open_scheme
from tests.browser.conftest import LIGHTS
from tests.browser.handbook import name_people, take_picture
from tests.cast import moment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROAD = "安家庄村西的田间路被雨水冲塌一段,收秋时农机进不去。"
SUGGESTED = "关于修建安家庄村口小桥护栏的建议"


@pytest.fixture
def branch(cast):
    """第一分站 as people with names, and the year's scheme of points."""
    year = today_here().year
    if not Scheme.objects.filter(year=year).exists():
        open_scheme(county=cast.county, year=year, actor=cast.admin)
    name_people()
    for person in cast.deputies["GT01"]:
        person.refresh_from_db()
    return cast


@pytest.fixture
def duty(branch) -> Shift:
    """A Sunday of the deputy, so far ahead that it is neither today nor tomorrow; the head and 陈卫 are on, too."""
    month = (today_here().replace(day=1) + timedelta(days=65)).replace(day=1)
    at, on = moment(today_here()), sundays_of(month)[1]
    drafted = draft_roster(station=branch.gt, month=month, actor=branch.clerk, at=at)
    publish_roster(roster=drafted.roster, actor=branch.clerk, at=at)
    Shift.objects.filter(branch=branch.gt01).exclude(for_sunday=on).delete()
    shift = Shift.objects.get(branch=branch.gt01, for_sunday=on)
    shift.places.all().delete()
    for person in branch.deputies["GT01"][:3]:
        put_on_shift(shift=shift, deputy=person, actor=branch.clerk, at=at, reason="补上")
    return shift


@pytest.fixture
def sunday(branch, day) -> Shift:
    """Last month's one reception of 第一分站, with three on duty, the head among them."""
    drafted = draft_roster(station=branch.gt, month=day, actor=branch.clerk, at=moment(day))
    publish_roster(roster=drafted.roster, actor=branch.clerk, at=moment(day))
    Shift.objects.exclude(date=day).delete()
    shift = Shift.objects.get(branch=branch.gt01)
    shift.places.all().delete()
    for person in branch.deputies["GT01"][:3]:
        ShiftPlace.objects.create(shift=shift, deputy=person)
    return shift


@pytest.fixture
def on_phone(branch, phone, sign_in, live_server):
    """Open a page on the phone, as the deputy or whom else."""

    def go(path, user=None):
        sign_in(phone, user or branch.deputy)
        phone.goto(live_server.url + path)
        return phone

    return go


def suggested(cast):
    return file_suggestion(
        deputy=cast.deputy_person, title=SUGGESTED, text="桥上没有护栏,学生上下学经过不安全。", category="road",
        actor=cast.deputy, at=timezone.now(),
    )  # fmt: skip


def test_home_and_leave(branch, duty, on_phone):
    phone = on_phone("/me/")
    take_picture(phone, "deputy-home.png")
    phone.get_by_role("link", name="我要请假").click()
    phone.get_by_label("事由").fill("去县医院复查")
    kinds = phone.locator("#id_kind")
    take_picture(phone, "deputy-leave.png", marked=kinds)
    phone.get_by_role("button", name="病假").click()
    phone.wait_for_url("**/me/duty/")
    leave = Leave.objects.get()
    assert (leave.deputy, leave.started_on, leave.kind) == (branch.deputy_person, duty.date, Presence.SICK_LEAVE)
    phone.get_by_role("button", name="撤回").click()
    leave.refresh_from_db()
    assert leave.state == "withdrawn"


def test_somebody_found_who_comes_instead(branch, duty, on_phone):
    """周春生 has an account here, so that he can take it."""
    other = branch.deputies["GT01"][3]
    link_account(deputy=other, user=branch.system, actor=branch.admin)
    phone = on_phone("/me/duty/")
    take_picture(phone, "deputy-duty.png")
    phone.get_by_role("link", name="找人换班").click()
    phone.get_by_role("button", name="告诉同事,等人来接").click()
    swap = Swap.objects.get()
    on_phone(f"/me/swaps/{swap.uid}/", branch.system).get_by_role("button", name="我来接这个班").click()
    on_phone(f"/me/swaps/{swap.uid}/").get_by_role("button", name=f"同意,由{other.name}来").click()
    swap.refresh_from_db()
    assert swap.state == SwapState.CONFIRMED
    assert set(duty.places.values_list("deputy", flat=True)) >= {other.pk}


def test_the_phone_s_calendar(branch, duty, on_phone):
    phone = on_phone("/me/roster/")
    phone.get_by_role("link", name="加到手机日历").click()
    phone.get_by_role("button", name="做一个订阅地址").click()
    phone.wait_for_load_state()
    assert CalendarFeed.objects.filter(deputy=branch.deputy_person).count() == 1


def test_an_opinion_and_the_villager_told(branch, on_phone):
    phone = on_phone("/me/opinions/new/")
    phone.get_by_label("反映的事").fill(ROAD)
    phone.evaluate("document.activeElement.blur()")
    take_picture(phone, "deputy-opinion.png")
    phone.get_by_role("button", name="登记", exact=True).click()
    phone.wait_for_load_state()
    ticket = Opinion.objects.get()
    assert (ticket.text, ticket.deputy) == (ROAD, branch.deputy_person)
    move_opinion(opinion=ticket, move="solve", actor=branch.clerk, at=timezone.now(), note="用碎石把塌的一段垫平了。")
    phone = on_phone(ticket.page)
    phone.locator("#tell").get_by_role("button", name="告知结果").or_(phone.locator("button#tell")).first.click()
    phone.wait_for_load_state()
    assert Opinion.objects.get().state == State.TOLD


def test_a_suggestion(branch, on_phone):
    phone = on_phone("/me/suggestions/new/")
    phone.get_by_label("建议", exact=True).check()
    phone.get_by_label("标题").fill(SUGGESTED)
    phone.get_by_label("内容").fill("桥上没有护栏,学生上下学经过不安全。")
    phone.get_by_label("类别").select_option(label="道路交通")
    phone.get_by_role("button", name="交上去").click()
    phone.wait_for_load_state()
    assert Opinion.objects.get().title == SUGGESTED


def test_an_activity_answered(branch, on_phone):
    activity = announce_activity(
        station=branch.gt, kind=ActivityKind.STUDY, title="学习代表法", held_on=today_here() + timedelta(days=9),
        venue="官亭镇政府会议室", actor=branch.clerk, at=timezone.now(), audience=Audience(places=(branch.gt01,)),
    )  # fmt: skip
    phone = on_phone("/me/activities/")
    coming = phone.get_by_role("button", name="参加", exact=True)
    take_picture(phone, "deputy-activities.png", marked=coming)
    coming.click()
    phone.wait_for_load_state()
    assert activity.attendance.get(deputy=branch.deputy_person).sign_up == "coming"


def test_points_and_what_is_wrong_with_them(branch, on_phone):
    ticket = suggested(branch)
    for who, move, more in (
        (branch.clerk, "accept", {}), (branch.clerk, "escalate", {}),
        (branch.staff, "transfer", {"department": branch.jiaotong}),
    ):  # fmt: skip
        ticket = move_opinion(opinion=ticket, move=move, actor=who, at=timezone.now(), **more)
    phone = on_phone("/me/score/")
    take_picture(phone, "deputy-score.png")
    phone.get_by_role("link", name="有疑问").first.click()
    phone.locator("textarea").first.fill("这件建议是和别的代表一起提的。")
    phone.locator("#id_kind button").first.click()
    phone.wait_for_load_state()
    assert Appeal.objects.get().deputy == branch.deputy_person


def test_a_service_of_one_s_own(branch, on_phone):
    phone = on_phone("/me/service/")
    phone.get_by_role("link", name="记一次服务").click()
    phone.get_by_label("做了什么").fill("调解安家庄村两户地边纠纷,双方和好。")
    phone.get_by_role("button", name="矛盾调解").click()
    phone.wait_for_load_state()
    assert ServiceRecord.objects.get().kind == "mediation"


def everybody(shift) -> dict:
    return {place.deputy: Presence.PRESENT for place in shift.places.all()}


def test_the_head_files_a_sunday_and_confirms(branch, on_phone, sunday, day):
    phone = on_phone(f"/station/sunday/{day.isoformat()}/", branch.head)
    phone.get_by_role("button", name="第一分站全部到岗").click()
    phone.fill("#GT01-n", "3")
    phone.evaluate("document.activeElement.blur(), scrollTo(0, 0)")
    take_picture(phone, "deputy-sheet.png")
    phone.fill("#GT01-o", LIGHTS)
    phone.get_by_role("button", name="下一步:核对").click()
    phone.wait_for_url("**/check/")
    phone.get_by_role("button", name="登记", exact=True).click()
    phone.wait_for_url("**/done/**")
    log = DutyLog.objects.get()
    assert log.received == 3 and log.attendance.count() == 3
    phone = on_phone("/station/logs/?to_confirm=1", branch.head)
    phone.locator("tbody input[type=checkbox]").check()
    phone.get_by_role("button", name="确认勾选的日志").click()
    phone.wait_for_load_state()
    assert not DutyLog.objects.unconfirmed().exists()


def test_the_head_confirms_the_month(branch, on_phone, sunday, day):
    row = SundayRow(branch=branch.gt01, attendance=everybody(sunday), received=4)
    file_log(row=row, on=day, actor=branch.clerk, at=moment(day, 17))
    issue_month(county=branch.county, month=day, at=timezone.now())
    phone = on_phone(f"/month-reports/?month={day:%Y-%m}", branch.head)
    confirm = phone.get_by_role("button", name="确认无误")
    confirm.scroll_into_view_if_needed()
    take_picture(phone, "deputy-month.png", marked=confirm)
    confirm.click()
    phone.wait_for_load_state()
    assert MonthReport.objects.get(place=branch.gt01).state == ReportState.CONFIRMED


def test_the_head_solves_what_the_village_can(branch, on_phone):
    matter = Matter(ROAD, Category.ROAD, deputy=branch.deputy_person)
    ticket = register_opinion(branch=branch.gt01, matter=matter, actor=branch.head, at=timezone.now())
    phone = on_phone(ticket.page, branch.head)
    phone.fill("#solve_note", "村里用碎石把塌的一段垫平,农机能过了。")
    phone.locator("#solve").get_by_role("button", name="本级解决").click()
    assert Opinion.objects.get().state == State.REPLIED
