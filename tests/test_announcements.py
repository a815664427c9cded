"""Receptions are announced three days before: to clerk and head in one notice, to the station's group in their own words."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from activities.models import Roster, Shift, ShiftPlace
from activities.services import add_day, announce_receptions, cancel_day, move_day, record_not_held
from activities.services.rosters.announcing import packed
from activities.states import RosterState
from activities.tasks import announce_receptions as task
from julu_liaison.common.models import AuditLog, CalendarDay
from julu_liaison.notices.models import Notice
from julu_liaison.notices.states import Kind
from stations.models import Station
from stations.services import appoint, close_station, merge_branches
from stations.states import Role
from tests.cast import account, clear_branch, moment

SUNDAY = date(2026, 12, 6)
THURSDAY = date(2026, 12, 3)
PUBLISHED = moment(date(2026, 11, 20))
FIRST = "本周日（12月6日）上午9:00至11:30，官亭镇第一分站，地点：安家庄村委会，李代表、陈卫代表接待。"
SECOND = "本周日（12月6日）上午9:00至11:30，官亭镇第二分站，钱站长代表接待。"
ON_PAGE = "官亭镇第一分站接待群众<br>时间：本周日（12月6日）上午9:00至11:30<br>地点：安家庄村委会<br>代表：李代表、陈卫"
OTHER_ON_PAGE = "官亭镇第二分站接待群众<br>时间：本周日（12月6日）上午9:00至11:30<br>代表：钱站长"
PAGE = "/station/announcements/"


@pytest.fixture
def roster(cast) -> Roster:
    return published(cast.gt)


@pytest.fixture
def shift(cast, roster) -> Shift:
    return shift_of(roster, cast.gt01, cast.deputy_person, cast.deputies["GT01"][2])


@pytest.fixture
def other(cast, roster) -> Shift:
    return shift_of(roster, cast.gt02, cast.deputies["GT02"][0])


@pytest.fixture
def today(monkeypatch):
    def say(day: date) -> None:
        monkeypatch.setattr("activities.views.rosters.announcing.today_here", lambda: day)

    say(THURSDAY)
    return say


def published(station: Station) -> Roster:
    return Roster.objects.create(
        station=station, month=SUNDAY.replace(day=1), state=RosterState.PUBLISHED, published_at=PUBLISHED
    )


def shift_of(roster, branch, *deputies, on=SUNDAY, **fields) -> Shift:
    shift = Shift(roster=roster, date=on, **({"for_sunday": on} | fields))
    shift.put_at(branch)
    shift.save()
    ShiftPlace.objects.bulk_create(ShiftPlace(shift=shift, deputy=deputy) for deputy in deputies)
    return shift


def run(day: date) -> int:
    return announce_receptions(at=moment(day, 8))


def posts(code: str = "GT") -> list[str]:
    return list(Notice.objects.filter(place_code=code).order_by("pk").values_list("text", flat=True))


def told(user) -> list[str]:
    return [one.text for one in user.notices.filter(text__contains="接待预告").order_by("pk")]


def holidays(*days: date) -> None:
    CalendarDay.objects.bulk_create(CalendarDay(date=day, kind=CalendarDay.Kind.HOLIDAY) for day in days)


# ---- The daily task ------------------------------------------------------------------------------------------------


def test_on_thursday_the_group_reads_every_branchs_sunday(cast, shift, other):
    assert [run(THURSDAY - timedelta(days=1)), run(THURSDAY), run(THURSDAY), run(SUNDAY)] == [0, 2, 0, 0]
    assert posts() == [f"{FIRST}\n{SECOND}"]


def test_clerk_and_head_get_one_notice_that_names_nobody(cast, shift, other):
    run(THURSDAY)
    words = "12月6日 星期日的接待预告写好了,共{}个分站,请点开看一看,可以复制到群里,也可以打印张贴。"
    assert (told(cast.clerk), told(cast.head)) == ([words.format(2)], [words.format(1)])
    notice = cast.clerk.notices.get()
    assert (notice.kind, notice.link, notice.fit_for_outside) == (Kind.DUTY, PAGE, True)
    assert not [user for user in (cast.stranger, cast.deputy, cast.staff, cast.admin) if told(user)]


def test_who_is_clerk_and_head_in_one_gets_one_notice(cast, shift):
    appoint(user=cast.head, role=Role.CLERK, station=cast.gt, started_on=date(2026, 1, 1), actor=cast.admin)
    run(THURSDAY)
    assert len(told(cast.head)) == 1


def test_each_station_reads_its_own(cast, shift):
    shift_of(published(cast.yt), cast.yt01, cast.deputies["YT01"][0])
    assert run(THURSDAY) == 2
    assert posts("YT") == ["本周日（12月6日）上午9:00至11:30，阎疃镇第一分站，孙站长代表接待。"]
    assert len(told(cast.stranger)) == 1
    assert AuditLog.objects.get(action="announce_receptions").detail == {"receptions": 2, "notices": 3}


def test_a_day_called_off_before_is_announced_as_called_off_without_the_reason(cast, shift, other):
    cancel_day(shifts=[shift], reason="陈卫住院", actor=cast.clerk, at=PUBLISHED)
    run(THURSDAY)
    assert posts() == [f"本周日（12月6日）官亭镇第一分站的接待取消。\n{SECOND}"]
    assert "共2个分站,其中1个取消" in told(cast.clerk)[0]


def test_a_day_called_off_afterwards_is_said_to_the_group_at_once(cast, shift, other):
    run(THURSDAY)
    cancel_day(shifts=[shift, other], reason="陈卫住院", actor=cast.clerk, at=moment(THURSDAY))
    assert posts()[1:] == ["官亭镇第一分站12月6日的接待取消。\n官亭镇第二分站12月6日的接待取消。"]
    assert run(SUNDAY - timedelta(days=1)) == 0


def test_a_day_called_off_and_taken_up_again_is_announced_again(cast, shift):
    run(THURSDAY)
    cancel_day(shifts=[shift], reason="停电", actor=cast.clerk, at=moment(THURSDAY))
    add_day(branches=[cast.gt01], on=SUNDAY, reason="来电了", actor=cast.clerk, at=moment(THURSDAY, 11))
    assert run(SUNDAY - timedelta(days=2)) == 1
    assert posts()[-1] == FIRST


def test_a_moved_day_is_announced_three_days_before_its_own_date(cast, shift):
    to = date(2026, 12, 15)
    move_day(shifts=[shift], to=to, reason="会场占用", actor=cast.clerk, at=PUBLISHED)
    assert [run(THURSDAY), run(to - timedelta(days=4)), run(to - timedelta(days=3))] == [0, 0, 1]
    assert posts() == [FIRST.replace("本周日（12月6日）", "下周二（12月15日，原定12月6日）")]


def test_a_day_moved_after_it_was_announced_is_corrected_and_announced_anew(cast, shift):
    run(THURSDAY)
    to = date(2026, 12, 15)
    move_day(shifts=[shift], to=to, reason="会场占用", actor=cast.clerk, at=moment(THURSDAY))
    assert posts()[1:] == ["官亭镇第一分站12月6日的接待改到12月15日 星期二。"]
    assert run(to - timedelta(days=3)) == 1


def test_a_branch_that_closes_takes_back_what_was_announced(cast, other):
    run(THURSDAY)
    clear_branch(cast, cast.gt02, to=cast.gt01, on=THURSDAY)
    close_station(station=cast.gt02, closed_on=THURSDAY, actor=cast.admin, at=moment(THURSDAY))
    assert posts()[1:] == ["官亭镇第二分站12月6日的接待取消。"]


def test_a_branch_that_is_merged_says_where_it_went(cast, signed_in, today, shift, other):
    run(THURSDAY)
    merge_branches(branch=cast.gt02, into=cast.gt01, on=THURSDAY, actor=cast.admin, at=moment(THURSDAY))
    went = "的接待取消：分站并入官亭镇第一分站，请到安家庄村委会。"
    assert posts()[1:] == [f"官亭镇第二分站12月6日{went}"]
    assert f"本周日（12月6日）官亭镇第二分站{went}" in signed_in(cast.clerk).get(PAGE).content.decode()


def test_merged_into_one_without_an_address_it_says_which(cast, roster):
    shift_of(roster, cast.gt01, cast.deputy_person)
    merge_branches(branch=cast.gt01, into=cast.gt02, on=THURSDAY, actor=cast.admin, at=moment(THURSDAY))
    run(THURSDAY)
    assert posts() == ["本周日（12月6日）官亭镇第一分站的接待取消：分站并入官亭镇第二分站，请到那里。"]


@pytest.mark.parametrize(("hours", "said"), [
    ("星期日上午9:00—11:30", "上午9:00至11:30"), ("每周日 上午9:00—11:30", "上午9:00至11:30"),
    ("农闲时全天", "农闲时全天"), ("上午9:00—11:30(星期日)", "上午9:00至11:30"),
])  # fmt: skip
def test_the_weekday_is_not_said_twice(cast, signed_in, today, shift, hours, said):
    Station.objects.update(duty_hours=hours)
    run(THURSDAY)
    assert posts() == [FIRST.replace("上午9:00至11:30", said)]
    assert ON_PAGE.replace("上午9:00至11:30", said) in signed_in(cast.clerk).get(PAGE).content.decode()


def test_a_post_of_many_branches_keeps_its_length(cast, roster):
    for number in range(1, 8):
        shift_of(
            roster,
            cast.gt01,
            *cast.deputies["GT01"],
            on=SUNDAY - timedelta(days=number % 3),
            for_sunday=SUNDAY - timedelta(days=7 * number),
        )
    run(THURSDAY)
    assert len(posts()) > 1 and all(len(text) <= 200 for text in posts())


def test_drafts_and_days_not_held_are_not_announced(cast, shift):
    draft = Roster.objects.create(station=cast.yt, month=SUNDAY.replace(day=1))
    shift_of(draft, cast.yt01)
    record_not_held(branch=cast.gt01, on=SUNDAY, reason="下雪", actor=cast.clerk, at=moment(SUNDAY))
    assert run(SUNDAY) == 0


def test_what_was_published_late_is_announced_the_next_day(cast, shift):
    assert run(SUNDAY - timedelta(days=1)) == 1


def test_a_holiday_brings_it_forward_to_the_last_day_before(cast, shift):
    holidays(THURSDAY, THURSDAY - timedelta(days=1))
    tuesday = THURSDAY - timedelta(days=2)
    assert [run(tuesday - timedelta(days=1)), run(tuesday), run(THURSDAY)] == [0, 1, 0]


def test_nothing_is_announced_on_a_holiday_what_was_missed_comes_after_it(cast, shift):
    holidays(THURSDAY)
    assert [run(THURSDAY), run(THURSDAY + timedelta(days=1))] == [0, 1]


def test_the_task_runs_the_service(cast, shift, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment(THURSDAY, 8))
    assert task() == 1


@given(st.lists(st.text(alphabet="接待、。", min_size=1, max_size=60), max_size=9), st.integers(1, 80))
def test_packing_loses_and_adds_nothing_and_no_post_is_too_long(texts, most):
    found = packed(texts, most)
    assert all(0 < len(post) <= most for post in found)
    assert "\n".join(found).split("\n") == ([text[:most] for text in texts] or [""])
    assert all(len(one) + 1 + len(following.split("\n")[0]) > most for one, following in pairwise(found))


@pytest.mark.parametrize("days", [1, 3])
def test_queries_do_not_grow_with_a_stations_receptions(cast, roster, django_assert_num_queries, days):
    for number in range(days):
        shift_of(roster, cast.gt01, cast.deputy_person, on=SUNDAY - timedelta(days=number))
    with django_assert_num_queries(17):
        assert run(THURSDAY) == days


# ---- The page ------------------------------------------------------------------------------------------------------


def test_the_clerk_sees_every_branch_the_head_the_own(cast, signed_in, today, shift, other):
    page = signed_in(cast.clerk).get(PAGE).content.decode()
    assert f">{ON_PAGE}</p>" in page and f"{ON_PAGE}<br><br>{OTHER_ON_PAGE}</p>" in page and "{{" not in page
    assert "2句放在一起" in page and "接下来一周的接待" in page
    page = signed_in(cast.head).get(PAGE).content.decode()
    assert ON_PAGE in page and OTHER_ON_PAGE not in page and "官亭镇排班" in page.replace("人大代表联络站", "")


def test_a_deputy_reads_the_own_branchs(cast, signed_in, today, shift, other):
    client = signed_in(cast.deputy)
    page = client.get(PAGE).content.decode()
    assert ON_PAGE in page and "官亭镇第二分站" not in page
    assert reverse("roster") not in page  # the station's, where a deputy finds nothing
    assert client.get(f"{PAGE}?station=YT").status_code == 404
    assert client.get(reverse("roster")).status_code == 404


def test_the_county_picks_a_station(cast, signed_in, today, shift):
    client = signed_in(cast.staff)
    assert ON_PAGE in client.get(f"{PAGE}?station=GT").content.decode()
    assert ON_PAGE not in client.get(f"{PAGE}?station=YT").content.decode()
    assert "接下来一周没有已公布的接待" in client.get(f"{PAGE}?station=YT").content.decode()


@pytest.mark.parametrize(("who", "status"), [
    ("clerk", 200), ("head", 200), ("staff", 200), ("auditor", 200), ("stranger", 404), ("deputy", 200), ("officer", 404),
])  # fmt: skip
def test_who_may_look_at_it(cast, signed_in, today, shift, who, status):
    assert signed_in(getattr(cast, who)).get(f"{PAGE}?station=GT").status_code == status


def test_the_page_follows_changes_and_says_what_is_called_off(cast, signed_in, today, shift):
    cancel_day(shifts=[shift], reason="陈卫住院", actor=cast.clerk, at=PUBLISHED)
    page = signed_in(cast.clerk).get(PAGE).content.decode()
    assert "本周日（12月6日）官亭镇第一分站的接待取消。" in page and "住院" not in page


def test_the_coming_week_and_what_a_holiday_brought_forward(cast, signed_in, today, shift, roster):
    far = shift_of(roster, cast.gt02, on=SUNDAY + timedelta(days=7))
    client = signed_in(cast.clerk)
    assert "第二分站" not in client.get(PAGE).content.decode()
    holidays(*[far.date - timedelta(days=number) for number in range(1, 10)])
    assert "官亭镇第二分站接待群众<br>时间：下周日（12月13日）上午9:00至11:30</p>" in client.get(PAGE).content.decode()
    today(SUNDAY + timedelta(days=1))
    assert ON_PAGE not in client.get(PAGE).content.decode()


def test_a_head_without_the_right_station_finds_nothing(cast, signed_in, today):
    other = account("fuzhan", "副站长账号")
    assert signed_in(other).get(PAGE).status_code == 404


@pytest.mark.parametrize("days", [1, 3])
def test_queries_of_the_page_do_not_grow(cast, signed_in, today, roster, django_assert_num_queries, days):
    for number in range(days):
        shift_of(roster, cast.gt01, cast.head_person, cast.deputy_person, on=SUNDAY + timedelta(days=number))
    client = signed_in(cast.clerk)
    with django_assert_num_queries(10):
        client.get(PAGE)
