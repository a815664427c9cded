"""Drafting a station's month: what it knows of, what it keeps, what it says."""

from datetime import date, timedelta

import pytest

from activities.models import DutyPreference, Exemption, Leave, OtherService, Roster, Shift, ShiftPlace
from activities.services import (
    RemedyKind,
    SundayRow,
    add_day,
    cancel_day,
    draft_roster,
    file_log,
    move_day,
    plan_other_service,
    publish_roster,
    put_on_shift,
    set_seats,
    unplaced_of,
)
from activities.services.rosters.reading import read_months
from activities.states import Covers, Form, LeaveState, Presence, ShiftState
from deputies.services import assign_to_branch
from deputies.states import MembershipRole
from julu_liaison.common.errors import Conflict, NotAllowed
from julu_liaison.common.models import AuditLog, CalendarDay
from tests.cast import SUNDAY, make_deputy, moment

APRIL = date(2026, 4, 1)
AT = moment(date(2026, 3, 20))
SUNDAYS = [date(2026, 4, day) for day in (5, 12, 19, 26)]
NAMES = ("甲一", "乙二", "丙三", "丁四", "戊五", "己六", "庚七", "辛八", "壬九", "癸十", "子丑")


@pytest.fixture(autouse=True)
def _known_year(db):
    CalendarDay.objects.create(date=date(2026, 10, 1), kind=CalendarDay.Kind.HOLIDAY, name="国庆节")


@pytest.fixture
def crowd(cast):
    """GT01 with 13 members."""
    return cast.deputies["GT01"] + [make_deputy(cast, name, cast.gt01) for name in NAMES[:9]]


def draft(cast, month=APRIL, at=AT):
    return draft_roster(station=cast.gt, month=month, actor=cast.clerk, at=at)


def days_of(deputy, month=APRIL) -> list[date]:
    rows = ShiftPlace.objects.filter(deputy=deputy, shift__for_sunday__month=month.month)
    return sorted(rows.values_list("shift__date", flat=True))


def on_leave(cast, deputy, *days: date) -> None:
    for day in days:
        leave = Leave(
            deputy=deputy, started_on=day, ended_on=day, kind=Presence.SICK_LEAVE, reason="住院",
            state=LeaveState.APPROVED, asked_at=AT,
        )  # fmt: skip
        leave.put_at(cast.gt01)
        leave.save()


def shift_of(cast, day: date, branch=None) -> Shift:
    return Shift.objects.get(branch=branch or cast.gt01, date=day)


# --- What planning knows ------------------------------------------------------------------------------------------


def test_every_branch_gets_every_sunday_with_two_people(cast):
    roster, unplaced, warnings = draft(cast)
    shifts = Shift.objects.filter(roster=roster)
    assert sorted(set(shifts.values_list("date", flat=True))) == SUNDAYS
    assert shifts.count() == 8
    assert {shift.places.count() for shift in shifts} == {2}
    assert (unplaced, warnings) == ([], [])
    assert AuditLog.objects.get(action="draft_roster").detail == {"month": "2026-04-01", "unplaced": 0}


def test_only_those_who_plan_may(cast):
    for user in (cast.stranger, cast.head, cast.deputy, cast.auditor, cast.officer):
        with pytest.raises(NotAllowed):
            draft_roster(station=cast.gt, month=APRIL, actor=user, at=AT)
    assert draft_roster(station=cast.gt, month=APRIL, actor=cast.staff, at=AT).roster.station == cast.gt


def test_leave_exemption_and_membership_are_kept(cast):
    head, sick, exempt, leaver = cast.deputies["GT01"]
    on_leave(cast, sick, *SUNDAYS[:3])
    Exemption.objects.create(
        deputy=exempt, covers=Covers.DUTY, started_on=SUNDAYS[1], reason="外出", granted_at=AT
    )  # fmt: skip
    assign_to_branch(
        deputy=leaver, branch=cast.gt02, role=MembershipRole.MEMBER, started_on=SUNDAYS[2], actor=cast.admin
    )
    draft(cast)
    assert days_of(sick) == SUNDAYS[3:]
    assert days_of(exempt) == SUNDAYS[:1]
    here = Shift.objects.filter(places__deputy=leaver).values_list("branch__code", "date")
    assert all((branch == "GT01") == (day < SUNDAYS[2]) for branch, day in here)
    assert len(days_of(head)) >= 2  # somebody has to come more often


def test_leave_from_activities_alone_and_leave_only_asked_for_count_for_nothing(cast):
    deputy = cast.deputy_person
    on_leave(cast, deputy, *SUNDAYS)
    Leave.objects.update(state=LeaveState.ASKED)
    Exemption.objects.create(deputy=deputy, covers=Covers.ACTIVITIES, started_on=APRIL, reason="外出", granted_at=AT)
    draft(cast)
    assert len(days_of(deputy)) == 2


def test_whoever_is_at_another_branch_that_day_is_not_put_on(cast):
    deputy = cast.deputy_person
    draft(cast)
    Shift.objects.filter(branch=cast.gt02).exclude(date=SUNDAYS[0]).delete()
    place = ShiftPlace.objects.create(shift=shift_of(cast, SUNDAYS[0], cast.gt02), deputy=deputy, fixed=True)
    draft(cast)
    assert place.shift.date not in [
        row.shift.date for row in ShiftPlace.objects.filter(deputy=deputy, shift__branch=cast.gt01)
    ]


def test_the_year_evens_out_by_logs_and_where_there_is_none_by_the_plan(cast, crowd):
    """Whoever was planned and stayed away has not served; whoever stood in has."""
    march = draft(cast, month=SUNDAY, at=moment(date(2026, 2, 20))).roster
    publish_roster(roster=march, actor=cast.clerk, at=moment(date(2026, 2, 20)))
    first = shift_of(cast, SUNDAY)
    absent = first.places.first().deputy
    stand_in = next(deputy for deputy in crowd if SUNDAY not in days_of(deputy, SUNDAY))
    row = SundayRow(branch=cast.gt01, attendance={absent: Presence.ABSENT, stand_in: Presence.SUBSTITUTE})
    file_log(row=row, on=SUNDAY, actor=cast.clerk, at=AT)
    roster = Roster.objects.create(station=cast.gt, month=APRIL)
    shift = Shift(roster=roster, date=SUNDAYS[0], for_sunday=SUNDAYS[0])
    shift.put_at(cast.gt01)
    shift.save()
    (month,) = read_months(roster, branches=[cast.gt01], today=AT.date())
    loads = {month.members[person.key]: person.load for person in month.problem.people}
    others = first.places.exclude(deputy=absent).values_list("deputy", flat=True)
    assert loads[absent] == len(days_of(absent, SUNDAY)) - 1
    assert loads[stand_in] == len(days_of(stand_in, SUNDAY)) + 1
    assert all(loads[d] == len(days_of(d, SUNDAY)) - (d.pk in others) for d in crowd if d not in (absent, stand_in))


def test_whoever_was_left_over_last_month_goes_first(cast, crowd):
    make_deputy(cast, "新来的", cast.gt01)  # 14 members
    february = draft(cast, month=date(2026, 2, 1), at=moment(date(2026, 1, 20)))
    left = {one.deputy for one in february.unplaced}
    assert len(left) == 2
    publish_roster(roster=february.roster, actor=cast.clerk, at=moment(date(2026, 1, 20)))
    roster = Roster.objects.create(station=cast.gt, month=SUNDAY)
    shift = Shift(roster=roster, date=SUNDAY, for_sunday=SUNDAY)
    shift.put_at(cast.gt01)
    shift.save()
    (month,) = read_months(roster, branches=[cast.gt01], today=AT.date())
    assert {month.members[person.key] for person in month.problem.people if person.carried} == left


def test_another_service_of_last_month_is_a_service(cast, crowd):
    february = draft(cast, month=date(2026, 2, 1), at=moment(date(2026, 1, 20)))
    (one,) = february.unplaced
    plan_other_service(
        roster=february.roster, deputy=one.deputy, form=Form.VISIT, by=date(2026, 2, 27), note="", actor=cast.clerk
    )
    draft(cast, month=SUNDAY)
    roster = Roster.objects.get(month=SUNDAY)
    month = read_months(roster, branches=[cast.gt01], today=AT.date())[0]
    assert not any(person.carried for person in month.problem.people)


def test_wishes_and_leaders_reach_the_solver(cast):
    DutyPreference.objects.create(deputy=cast.deputy_person, avoided_weeks=[1, 3])
    draft(cast)
    assert days_of(cast.deputy_person) == [SUNDAYS[1], SUNDAYS[3]]
    month = read_months(Roster.objects.get(), branches=[cast.gt01], today=AT.date())[0]
    assert [person.leads for person in month.problem.people] == [True, False, False, False]


# --- What it says -------------------------------------------------------------------------------------------------


def test_thirteen_members_and_twelve_seats_are_never_silence(cast, crowd):
    (one,) = draft(cast).unplaced
    assert one.branch == cast.gt01
    assert one.reason == "本站13人只能排在4月5日、12日、19日、26日,共12个位子"
    assert (one.remedy, one.kind, one.seats) == ("4月5日增加到4人", RemedyKind.MORE_SEATS, 4)
    assert unplaced_of(roster=Roster.objects.get(), at=AT) == [one]


def test_the_proposed_seat_really_helps(cast, crowd):
    (one,) = draft(cast).unplaced
    assert set_seats(shift=one.shift, seats=one.seats, actor=cast.clerk, at=AT) == [
        "第一分站4月5日有4个人值班,比平时多,请看看地方够不够。"
    ]
    assert draft(cast).unplaced == []
    assert all(days_of(deputy) for deputy in crowd)


def test_whoever_cannot_come_on_any_day_gets_another_service(cast):
    on_leave(cast, cast.deputy_person, *SUNDAYS)
    (one,) = draft(cast).unplaced
    assert (one.deputy, one.reason, one.kind) == (cast.deputy_person, "接待日都请了假", RemedyKind.OTHER_SERVICE)


def test_whoever_is_away_all_month_goes_first_next_month(cast):
    on_leave(cast, cast.deputy_person, *(APRIL + timedelta(days=number) for number in range(30)))
    (one,) = draft(cast).unplaced
    assert (one.kind, one.remedy) == (RemedyKind.NEXT_MONTH, "下个月优先排")


def test_several_reasons_are_told_day_by_day(cast):
    newcomer = make_deputy(cast, "新来的", cast.gt01)
    newcomer.memberships.update(started_on=SUNDAYS[2])
    on_leave(cast, newcomer, SUNDAYS[2])
    on_leave(cast, newcomer, SUNDAYS[3])
    (one,) = draft(cast).unplaced
    assert one.reason == "没有能来的接待日:4月5日、12日不在任期,4月19日、26日请假"


def test_exempt_deputies_are_not_left_over(cast):
    Exemption.objects.create(
        deputy=cast.deputy_person, covers=Covers.ALL, started_on=APRIL, reason="长期病休", granted_at=AT
    )
    assert draft(cast).unplaced == []
    assert days_of(cast.deputy_person) == []


def test_another_service_planned_settles_the_matter(cast, crowd):
    roster, (one,), _warnings = draft(cast)
    plan_other_service(
        roster=roster, deputy=one.deputy, form=Form.VISIT, by=date(2026, 4, 24), note="走访五保户", actor=cast.clerk
    )
    assert unplaced_of(roster=roster, at=AT) == []
    assert OtherService.objects.get().branch == cast.gt01


def test_a_year_without_a_calendar_is_planned_with_a_warning(cast):
    CalendarDay.objects.all().delete()
    roster, _unplaced, warnings = draft(cast)
    assert warnings == ["2026年的节假日还没有录入,先按普通星期日排;由县里录入,录入以后请重新排一次。"]
    assert sorted(set(roster.shifts.values_list("date", flat=True))) == SUNDAYS


def test_a_holiday_moves_the_day_and_a_second_draft_follows_the_calendar(cast):
    roster = draft(cast).roster
    for day in (5, 6):
        CalendarDay.objects.create(date=date(2026, 4, day), kind=CalendarDay.Kind.HOLIDAY, name="清明节")
    CalendarDay.objects.create(date=SUNDAYS[2], kind=CalendarDay.Kind.WORKDAY, name="调休")
    draft(cast)
    days = roster.shifts.filter(branch=cast.gt01).order_by("date").values_list("for_sunday", "date")
    assert list(days) == [(SUNDAYS[0], date(2026, 4, 7)), *((day, day) for day in SUNDAYS[1:])]


def test_nobody_gets_both_of_two_sundays_postponed_to_one_date(cast):
    for day in range(5, 13):
        CalendarDay.objects.create(date=date(2026, 4, day), kind=CalendarDay.Kind.HOLIDAY)
    draft(cast)
    both = Shift.objects.filter(branch=cast.gt01, date=date(2026, 4, 13))
    people = ShiftPlace.objects.filter(shift__in=both).values_list("deputy", flat=True)
    assert both.count() == 2 and len(people) == len(set(people)) == 4


# --- What it keeps ------------------------------------------------------------------------------------------------


def test_a_second_draft_keeps_what_was_fixed_by_hand(cast, crowd):
    roster = draft(cast).roster
    shift = shift_of(cast, SUNDAYS[1])
    shift.places.last().delete()
    chosen = next(deputy for deputy in crowd if shift.date not in days_of(deputy))
    put_on_shift(shift=shift, deputy=chosen, actor=cast.clerk, at=AT)
    set_seats(shift=shift_of(cast, SUNDAYS[2]), seats=4, actor=cast.clerk, at=AT)
    moved = move_day(shifts=[shift_of(cast, SUNDAYS[3])], to=date(2026, 4, 25), reason="村里有庙会", actor=cast.clerk, at=AT)
    cancel_day(shifts=[shift_of(cast, SUNDAYS[0])], reason="换届", actor=cast.clerk, at=AT)
    (extra,) = add_day(branches=[cast.gt01], on=date(2026, 4, 15), reason="集市", actor=cast.clerk, at=AT)
    unplaced = draft(cast).unplaced
    assert shift.date in days_of(chosen)
    rows = {row.date: row for row in roster.shifts.filter(branch=cast.gt01)}
    assert rows[SUNDAYS[0]].state == ShiftState.CANCELLED
    assert rows[date(2026, 4, 25)] == moved[0]
    assert rows[date(2026, 4, 15)] == extra and extra.places.count() >= 2
    assert rows[SUNDAYS[2]].places.count() == 4
    assert len(rows) == 5
    assert unplaced == []


def test_a_place_fixed_by_hand_stays_over_leave_with_a_warning(cast):
    draft(cast)
    shift = shift_of(cast, SUNDAYS[0])
    shift.places.update(fixed=True)
    deputy = shift.places.first().deputy
    on_leave(cast, deputy, SUNDAYS[0])
    warnings = draft(cast).warnings
    assert warnings == [f"第一分站4月5日手工排定的{deputy.name}这天请假,请看看要不要换人。"]
    assert SUNDAYS[0] in days_of(deputy)


def test_a_published_month_is_not_drafted_again(cast):
    publish_roster(roster=draft(cast).roster, actor=cast.clerk, at=AT)
    with pytest.raises(Conflict, match="已经公布"):
        draft(cast)


def test_publishing_names_everybodys_own_days_once(cast):
    roster = draft(cast).roster
    publish_roster(roster=roster, actor=cast.clerk, at=AT)
    publish_roster(roster=roster, actor=cast.clerk, at=AT)
    days = "、".join(f"{day.month}月{day.day}日 星期日" for day in days_of(cast.deputy_person))
    assert [notice.text for notice in cast.deputy.notices.all()] == [
        f"2026年4月的接待日安排好了,您在第一分站值班:{days}。"
    ]


# --- How much it asks the database ---------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [0, 2])
def test_who_is_left_over_takes_the_same_queries_for_one_branch_and_for_three(cast, django_assert_num_queries, more):
    from stations.services import open_station

    for number in range(more):
        branch = open_station(
            code=f"GT1{number}", name=f"第{number}新站", parent=cast.gt, opened_on=date(2020, 1, 1), actor=cast.admin
        )
        make_deputy(cast, NAMES[number], branch)
    roster = draft(cast).roster
    with django_assert_num_queries(12):
        unplaced_of(roster=roster, at=AT)
