"""Deputies are reminded of their reception days 7, 3 and 1 days before: once a level, never on a holiday, whoever is on."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.models import Roster, Shift, ShiftPlace
from activities.rules.ahead import REMINDED, day_to_tell, due_reminders, is_announced_by, reminder_due
from activities.services import (
    ask_leave,
    cancel_day,
    move_day,
    publish_roster,
    put_on_shift,
    remind_of_duties,
    replan_roster,
    swap_for_others,
)
from activities.states import Presence, RosterState
from activities.tasks import remind_of_duties as task
from deputies.services import link_account
from julu_liaison.accounts.models import User
from julu_liaison.common.models import AuditLog, CalendarDay
from julu_liaison.common.working_days import Calendar
from julu_liaison.notices.models import Notice
from julu_liaison.notices.states import Kind
from tests.cast import account, moment

SUNDAY = date(2026, 12, 6)
PUBLISHED = moment(date(2026, 11, 20))
WEEK, THREE, EVE = SUNDAY - timedelta(days=7), SUNDAY - timedelta(days=3), SUNDAY - timedelta(days=1)
PLACE = "官亭镇第一分站(安家庄村委会)"


@pytest.fixture
def roster(cast) -> Roster:
    return Roster.objects.create(
        station=cast.gt, month=SUNDAY.replace(day=1), state=RosterState.PUBLISHED, published_at=PUBLISHED
    )


@pytest.fixture
def shift(cast, roster) -> Shift:
    return shift_of(roster, cast.gt01, cast.deputy_person, cast.deputies["GT01"][2])


def shift_of(roster, branch, *deputies, on=SUNDAY) -> Shift:
    shift = Shift(roster=roster, date=on, for_sunday=on)
    shift.put_at(branch)
    shift.save()
    ShiftPlace.objects.bulk_create(ShiftPlace(shift=shift, deputy=deputy) for deputy in deputies)
    return shift


def run(day: date) -> int:
    return remind_of_duties(at=moment(day, 8))


def reminders(user) -> list[str]:
    return [one.text for one in user.notices.filter(text__startswith="接待日提醒").order_by("pk")]


def days_of(user) -> list[date]:
    return [one.created_at.date() for one in user.notices.filter(text__startswith="接待日提醒").order_by("pk")]


def run_every_day(start: date, end: date) -> None:
    for number in range((end - start).days + 1):
        run(start + timedelta(days=number))


def holidays(*days: date) -> None:
    CalendarDay.objects.bulk_create(CalendarDay(date=day, kind=CalendarDay.Kind.HOLIDAY) for day in days)


# ---- The ladder ----------------------------------------------------------------------------------------------------


def test_a_week_three_days_and_a_day_before_once_each(cast, shift):
    run_every_day(PUBLISHED.date(), SUNDAY)
    assert days_of(cast.deputy) == [WEEK, THREE, EVE]
    assert reminders(cast.deputy) == [
        f"接待日提醒:还有7天,12月6日 星期日 上午9:00—11:30,请您到{PLACE}值班接待。",
        f"接待日提醒:还有3天,12月6日 星期日 上午9:00—11:30,请您到{PLACE}值班接待。",
        f"接待日提醒:明天,12月6日 星期日 上午9:00—11:30,请您到{PLACE}值班接待。",
    ]
    assert not reminders(cast.head)


def test_the_notice_may_leave_the_house_and_cannot_be_turned_off(cast, shift):
    run(WEEK)
    notice = Notice.objects.get(user=cast.deputy)
    assert (notice.kind, notice.fit_for_outside, notice.urgent) == (Kind.DUTY, True, False)
    assert notice.link == "/me/roster/?month=2026-12"


def test_twice_a_day_tells_once_and_the_audit_counts_people(cast, shift):
    assert [run(WEEK), run(WEEK), run(WEEK + timedelta(days=1))] == [1, 0, 0]
    assert [row.detail["notices"] for row in AuditLog.objects.filter(action="remind_of_duties")] == [1]


@pytest.mark.parametrize(("on", "words"), [
    (WEEK + timedelta(days=1), "还有6天"), (THREE + timedelta(days=1), "还有2天"), (EVE, "明天"),
])  # fmt: skip
def test_after_a_stop_only_the_most_urgent_is_said(cast, shift, on, words):
    assert run(on) == 1
    assert [words in text for text in reminders(cast.deputy)] == [True]


def test_drafts_called_off_days_and_days_that_have_come_remind_of_nothing(cast, shift, roster):
    shift_of(roster, cast.gt02, cast.head_person)
    cancel_day(shifts=[shift], reason="停电", actor=cast.clerk, at=PUBLISHED)
    draft = Roster.objects.create(station=cast.yt, month=roster.month)
    shift_of(draft, cast.yt01, cast.deputies["YT01"][0])
    assert run(SUNDAY) == 0
    assert run(WEEK) == 1  # GT02 alone
    assert reminders(cast.head) and not reminders(cast.deputy)


def test_an_account_that_is_out_of_use_is_told_nothing(cast, shift):
    User.objects.filter(pk=cast.deputy.pk).update(is_active=False)
    assert run(WEEK) == 0


def test_an_account_opened_late_is_still_reminded(cast, shift):
    run(WEEK)
    user = account("chenwei", "陈卫账号")
    link_account(deputy=cast.deputies["GT01"][2], user=user, actor=cast.admin)
    assert run(WEEK + timedelta(days=1)) == 1
    assert reminders(user)


def test_the_task_runs_the_service(cast, shift, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment(WEEK, 8))
    assert task() == 1


# ---- Changes are followed -----------------------------------------------------------------------------------------


def test_who_took_the_duty_over_is_reminded_and_who_gave_it_is_not(cast, shift):
    run(WEEK)
    swap_for_others(
        shift=shift, giver=cast.deputy_person, taker=cast.head_person, actor=cast.clerk,
        at=moment(WEEK + timedelta(days=2)),
    )  # fmt: skip
    run_every_day(WEEK + timedelta(days=2), SUNDAY)
    assert days_of(cast.deputy) == [WEEK]
    assert days_of(cast.head) == [THREE, EVE]


def test_who_is_put_on_two_days_before_hears_of_it_and_then_the_day_before(cast, roster):
    shift = shift_of(roster, cast.gt01)
    at = moment(SUNDAY - timedelta(days=2), 6)  # before that day's run
    put_on_shift(shift=shift, deputy=cast.deputy_person, reason="缺人", actor=cast.clerk, at=at)
    run_every_day(SUNDAY - timedelta(days=2), SUNDAY)
    assert days_of(cast.deputy) == [EVE]


def test_who_was_found_by_planning_again_is_not_reminded_of_what_was_just_said(cast, roster):
    shift_of(roster, cast.gt01)
    replan_roster(roster=roster, reason="补人", actor=cast.clerk, at=moment(SUNDAY - timedelta(days=4)))
    assert ShiftPlace.objects.filter(deputy__user__isnull=False).exists()
    assert run(SUNDAY - timedelta(days=4)) == 0
    assert run(THREE) >= 1


def test_a_moved_day_counts_from_its_own_date(cast, shift):
    run(WEEK)
    run(THREE)
    to = SUNDAY + timedelta(days=9)
    move_day(shifts=[shift], to=to, reason="会场占用", actor=cast.clerk, at=moment(THREE))
    run_every_day(THREE, to)
    assert days_of(cast.deputy) == [WEEK, THREE, to - timedelta(days=7), to - timedelta(days=3), to - timedelta(days=1)]
    assert reminders(cast.deputy)[-1].startswith("接待日提醒:明天,12月15日 星期二")


def test_a_day_brought_forward_is_not_reminded_of_on_the_day_of_the_change(cast, shift):
    move_day(shifts=[shift], to=THREE, reason="会场占用", actor=cast.clerk, at=moment(WEEK, 6))
    assert run(WEEK) == 0
    run_every_day(WEEK, SUNDAY)
    assert days_of(cast.deputy) == [THREE - timedelta(days=3), THREE - timedelta(days=1)]


def test_who_is_on_leave_since_is_not_reminded(cast, shift):
    ask_leave(
        deputy=cast.deputy_person, started_on=SUNDAY, ended_on=SUNDAY, kind=Presence.PRIVATE_LEAVE, reason="家里有事",
        actor=cast.clerk, at=PUBLISHED,
    )  # fmt: skip
    assert run(WEEK) == 0


def test_a_month_published_late_is_not_said_twice_on_one_day(cast, roster):
    shift_of(roster, cast.gt01, cast.deputy_person)
    Roster.objects.filter(pk=roster.pk).update(state=RosterState.DRAFT, published_at=None)
    publish_roster(roster=roster, actor=cast.clerk, at=moment(THREE, 6))
    assert run(THREE) == 0
    assert run(EVE) == 1


# ---- Holidays ------------------------------------------------------------------------------------------------------


def test_what_is_due_on_a_holiday_is_said_on_the_last_day_before_it(cast, shift):
    holidays(THREE, THREE - timedelta(days=1), EVE)
    run_every_day(PUBLISHED.date(), SUNDAY)
    assert days_of(cast.deputy) == [WEEK, THREE - timedelta(days=2), EVE - timedelta(days=1)]


def test_a_long_holiday_brings_all_levels_to_one_notice(cast, shift):
    holidays(*[SUNDAY - timedelta(days=number) for number in range(1, 9)])
    run_every_day(PUBLISHED.date(), SUNDAY)
    assert days_of(cast.deputy) == [SUNDAY - timedelta(days=9)]
    assert "还有9天" in reminders(cast.deputy)[0]


def test_on_a_holiday_nobody_is_reminded_even_after_a_stop(cast, shift):
    holidays(EVE)
    assert run(EVE) == 0


KINDS = st.dictionaries(
    st.dates(SUNDAY - timedelta(days=25), SUNDAY + timedelta(days=5)), st.sampled_from(["holiday", "workday"])
)


@given(KINDS, st.sampled_from(REMINDED))
def test_it_is_said_on_the_last_day_that_is_no_holiday(kinds, days_before):
    calendar = Calendar(kinds)
    told, asked = day_to_tell(SUNDAY, days_before, calendar), SUNDAY - timedelta(days=days_before)
    assert told <= asked and not calendar.is_holiday(told)
    assert all(calendar.is_holiday(told + timedelta(days=number)) for number in range(1, (asked - told).days + 1))


@given(KINDS)
def test_a_daily_run_says_each_level_once_and_none_on_a_holiday(kinds):
    """As the service does it: told again once a reminder became due after what was said last."""
    calendar, told = Calendar(kinds), []
    for number in range(60, -5, -1):
        today = SUNDAY - timedelta(days=number)
        due = reminder_due(SUNDAY, today, calendar)
        if due and due > max(told, default=date.min):
            told.append(today)
    assert told == sorted({day_to_tell(SUNDAY, days, calendar) for days in REMINDED})
    assert not [day for day in told if calendar.is_holiday(day)]


@given(KINDS, st.dates(SUNDAY - timedelta(days=60), SUNDAY + timedelta(days=2)))
def test_the_days_looked_at_are_enough(kinds, today):
    calendar = Calendar(kinds)
    due = reminder_due(SUNDAY, today, calendar)
    if (SUNDAY - today).days <= 38:
        assert due_reminders(today, calendar).get(SUNDAY) == due
    else:
        assert due is None
    assert not is_announced_by(SUNDAY, SUNDAY + timedelta(days=1), calendar)


# ---- Queries -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [1, 3])
def test_queries_do_not_grow_with_people_only_with_days(cast, roster, django_assert_num_queries, days):
    branches = [cast.gt01, cast.gt02, cast.yt01][:days]
    for branch in branches:
        shift_of(roster, branch, cast.head_person, cast.deputy_person)
    with django_assert_num_queries(9 + days):
        assert run(WEEK) == 2 * days


def test_of_a_day_that_nobody_published_nobody_hears(cast, roster, shift):
    Roster.objects.update(state=RosterState.DRAFT, published_at=None)
    assert run(EVE) == 0 and not Notice.objects.exists()
