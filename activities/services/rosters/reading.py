"""What planning needs to know of a station's month, read for all of its branches at once (a fixed number of queries)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from activities.models import (
    Attendance,
    DutyLog,
    DutyPreference,
    Exemption,
    Leave,
    OtherService,
    Roster,
    Shift,
    ShiftPlace,
)
from activities.rules.rosters import Day, Person, Plan, Problem
from activities.states import CALLED_OFF, Covers, RosterState
from deputies.models import Deputy, Mandate, Membership
from deputies.states import MandateLevel, MembershipRole
from julu_liaison.common.working_days import SUNDAY
from stations.models import Station

NEAR = timedelta(days=28)  # duties farther off need not be kept apart from
LEADING_LEVELS = (MandateLevel.PROVINCE, MandateLevel.CITY, MandateLevel.COUNTY)
ON_LEAVE, EXEMPT, NO_MEMBER, ELSEWHERE = "请假", "免除值班", "不在任期", "在别的分站值班"


@dataclass(frozen=True)
class Duty:
    """One day of duty of a deputy: served as a log says, or `planned`; `sunday`: by which it belongs to its month."""

    branch: int
    day: date
    sunday: date
    planned: bool = False


@dataclass(frozen=True)
class Availability:
    """When the members of one branch can serve: of each the days of membership, and what keeps them away."""

    terms: dict[int, list[tuple[date, date]]]
    spans: dict[int, list[tuple[date, date, str]]]
    elsewhere: dict[int, set[date]]

    def obstacle(self, key: int, day: date) -> str:
        """Why the member can't serve on a day, in a word; nothing where they can."""
        if not any(start <= day <= end for start, end in self.terms.get(key, ())):
            return NO_MEMBER
        words = (word for start, end, word in self.spans.get(key, ()) if start <= day <= end)
        return next(words, ELSEWHERE if day in self.elsewhere.get(key, ()) else "")


@dataclass(frozen=True)
class BranchMonth:
    """One branch's month: its reception days with their shifts, its members, and the problem they make."""

    branch: Station
    shifts: list[Shift]
    members: dict[int, Deputy]
    problem: Problem
    availability: Availability

    @property
    def plan(self) -> Plan:
        """Who is on the days as they are, the locked ones first."""
        found = []
        for shift, day in zip(self.shifts, self.problem.days, strict=True):
            others = [place.deputy_id for place in shift.places.all() if place.deputy_id not in day.locked]
            found.append([*day.locked, *others])
        return found


@dataclass
class _Facts:
    """Everything read for a station's month, by the key of the deputy or the branch."""

    roster: Roster
    today: date
    memberships: list[Membership]
    shifts: dict[int, list[Shift]]
    spans: dict[int, list[tuple[date, date, str]]]
    leaders: set[int]
    avoided: dict[int, frozenset[int]]
    duties: dict[int, set[Duty]]
    held_last_month: dict[int, set[date]]
    other_services: set[tuple[int, date]]  # (deputy, month)
    served: dict[int, set[date]]


def read_months(roster: Roster, *, branches: Iterable[Station], today: date) -> list[BranchMonth]:
    """Read the month of each of `branches`, in their order; those without a reception day left out.

    In a draft all days may be planned, fixed places stay; of a published month the days after `today`, and what is
    published is kept where possible.
    """
    branches = list(branches)
    facts = _read(roster, branches, today)
    found = [_branch_month(facts, branch) for branch in branches]
    return [month for month in found if month.shifts]


def bounds_of(month: date) -> tuple[date, date]:
    """The first and last day of the month."""
    first = month.replace(day=1)
    return first, first + relativedelta(months=1) - timedelta(days=1)


def _read(roster: Roster, branches: list[Station], today: date) -> _Facts:
    first, last = bounds_of(roster.month)
    before = first - relativedelta(months=1)
    keys = [branch.pk for branch in branches]
    shifts = _shifts_of(keys, first, last)
    end = max((shift.date for rows in shifts.values() for shift in rows), default=last)
    rows = Membership.objects.filter(branch__in=keys).overlapping(before, max(end, last))
    memberships = list(rows.heads_first().select_related("deputy__user"))
    people = {row.deputy_id for row in memberships}
    start, until = min(before, first.replace(month=1)), max(end + NEAR, first.replace(month=12, day=31))
    counties = {branch.county_id for branch in branches}  # else the receptions of all counties, or all years, are read
    served = _served(people, counties, start, until)
    return _Facts(
        roster=roster, today=today, memberships=memberships, shifts=shifts,
        spans=_spans(people, before, max(end, last)),
        leaders=set(
            Mandate.objects.in_force(first).filter(deputy__in=people, level__in=LEADING_LEVELS)
            .values_list("deputy", flat=True)
        ),
        avoided={
            key: frozenset(weeks)
            for key, weeks in DutyPreference.objects.filter(deputy__in=people).values_list("deputy", "avoided_weeks")
        },
        duties=_duties(roster, people, counties, served, start, until),
        held_last_month=_days_held(keys, before, first),
        other_services=set(
            OtherService.objects.filter(deputy__in=people, roster__month__in=(before, first))
            .values_list("deputy", "roster__month")
        ),
        served={key: {duty.day for duty in mine} for key, mine in served.items()},
    )  # fmt: skip


def _shifts_of(keys: list[int], first: date, last: date) -> dict[int, list[Shift]]:
    rows = Shift.objects.filter(branch__in=keys, for_sunday__range=(first, last)).exclude(state__in=CALLED_OFF)
    found = defaultdict(list)
    for shift in rows.select_related("roster").prefetch_related("places").order_by("date", "for_sunday"):
        found[shift.branch_id].append(shift)
    return found


def _days_held(keys: list[int], start: date, end: date) -> dict[int, set[date]]:
    rows = Shift.objects.filter(branch__in=keys, for_sunday__gte=start, for_sunday__lt=end)
    found = defaultdict(set)
    for branch, day in rows.exclude(state__in=CALLED_OFF).values_list("branch", "date"):
        found[branch].add(day)
    return found


def _spans(people: set[int], start: date, end: date) -> dict[int, list[tuple[date, date, str]]]:
    """Approved leave and exemptions."""
    found = defaultdict(list)
    leave = Leave.objects.approved().from_duty().overlapping(start, end).filter(deputy__in=people)
    for deputy, since, until in leave.values_list("deputy", "started_on", "ended_on"):
        found[deputy].append((since, until, ON_LEAVE))
    exempt = Exemption.objects.overlapping(start, end).filter(deputy__in=people).exclude(covers=Covers.ACTIVITIES)
    for deputy, since, until in exempt.values_list("deputy", "started_on", "ended_on"):
        found[deputy].append((since, until or date.max, EXEMPT))
    return found


def _served(people: set[int], counties: set[int | None], start: date, until: date) -> dict[int, set[Duty]]:
    rows = Attendance.objects.counted().served().within(start, until)
    rows = rows.filter(deputy__in=people, log__county__in=counties)
    found = defaultdict(set)
    for deputy, branch, day in rows.values_list("deputy", "log__branch", "log__date"):
        found[deputy].add(Duty(branch, day, day))
    return found


def _duties(
    roster: Roster, people: set[int], counties: set[int | None], served: dict[int, set[Duty]], start: date, until: date
) -> dict[int, set[Duty]]:
    """Days of duty: what logs say, and the plan where there is no log.

    Logs exist for a part of the sessions only, so the plan has to stand in for those that nobody wrote down; where
    there is one, whoever stayed away has not served, and whoever stood in has. What is only drafted of the very month
    is about to be planned anew.
    """
    places = ShiftPlace.objects.filter(deputy__in=people, shift__county__in=counties, shift__date__range=(start, until))
    if roster.state == RosterState.DRAFT:
        places = places.exclude(shift__roster=roster.pk, fixed=False)
    planned = list(
        places.exclude(shift__state__in=CALLED_OFF)
        .values_list("deputy", "shift__branch", "shift__date", "shift__for_sunday")
    )  # fmt: skip
    branches = {branch for _deputy, branch, _day, _sunday in planned}
    logged = set(DutyLog.objects.valid().within(start, until).filter(branch__in=branches).values_list("branch", "date"))
    found = defaultdict(set, {key: set(mine) for key, mine in served.items()})
    for deputy, branch, day, sunday in planned:
        if (branch, day) not in logged:
            found[deputy].add(Duty(branch, day, sunday, planned=True))
    return found


def _branch_month(facts: _Facts, branch: Station) -> BranchMonth:
    shifts = facts.shifts.get(branch.pk, [])
    for shift in shifts:
        shift.branch = branch  # with its parents, which the query for the shifts has not read again
    rows = [row for row in facts.memberships if row.branch_id == branch.pk]
    terms = defaultdict(list)
    for row in rows:
        terms[row.deputy_id].append((row.started_on, row.ended_on or date.max))
    elsewhere = {
        key: {duty.day for duty in facts.duties.get(key, ()) if duty.planned and duty.branch != branch.pk}
        for key in terms
    }
    availability = Availability(terms, facts.spans, elsewhere)
    heads = {row.deputy_id for row in rows if row.role == MembershipRole.HEAD}
    days = tuple(_day(facts, branch, shift) for shift in shifts)
    members = {
        row.deputy_id: row.deputy
        for row in rows
        if any(availability.obstacle(row.deputy_id, day.date) != NO_MEMBER for day in days)
    }
    people = tuple(
        _person(facts, branch, key, days, availability, leads=key in heads or key in facts.leaders) for key in members
    )
    return BranchMonth(branch, shifts, members, Problem(people, days), availability)


def _day(facts: _Facts, branch: Station, shift: Shift) -> Day:
    """A day that another station has published, or that has come, is planned no more."""
    published = facts.roster.state == RosterState.PUBLISHED
    is_open = shift.roster_id == facts.roster.pk and (not published or shift.date > facts.today)
    locked = tuple(place.deputy_id for place in shift.places.all() if place.fixed or not is_open)
    kept = {place.deputy_id for place in shift.places.all()} - set(locked) if published and is_open else set()
    sunday = shift.for_sunday
    week = (sunday.day - 1) // 7 + 1 if sunday.weekday() == SUNDAY else 0
    return Day(shift.date, shift.seats or branch.seats_here, week, locked, frozenset(kept), is_open)


def _person(
    facts: _Facts, branch: Station, key: int, days: tuple[Day, ...], availability: Availability, *, leads: bool
) -> Person:
    first, last = bounds_of(facts.roster.month)
    obstacles = {day.date: availability.obstacle(key, day.date) for day in days}
    locked = {day.date for day in days if key in day.locked}
    outside = {
        duty.day
        for duty in facts.duties.get(key, ())
        if duty.day not in locked
        if not (duty.planned and duty.branch == branch.pk and first <= duty.sunday <= last)
    }
    served = any(first <= day <= last for day in facts.served.get(key, ()))
    free_of_duty = all(word in (EXEMPT, NO_MEMBER) for word in obstacles.values())
    return Person(
        key=key,
        load=sum(day.year == first.year for day in outside),
        leads=leads,
        carried=_was_left_over(facts, branch, key, availability),
        expected=not (free_of_duty or served or (key, first) in facts.other_services),
        away=frozenset(day for day, word in obstacles.items() if word),
        avoided=facts.avoided.get(key, frozenset()),
        duties=tuple(sorted(day for day in outside if days[0].date - NEAR <= day <= days[-1].date + NEAR)),
    )


def _was_left_over(facts: _Facts, branch: Station, key: int, availability: Availability) -> bool:
    """Whether the member could have served last month, as the branch held receptions, and did in no form."""
    first, _last = bounds_of(facts.roster.month)
    before = first - relativedelta(months=1)
    held = facts.held_last_month.get(branch.pk, ())
    could = any(availability.obstacle(key, day) not in (NO_MEMBER, EXEMPT) for day in held)
    did = any(before <= duty.sunday < first for duty in facts.duties.get(key, ()))
    return could and not did and (key, before) not in facts.other_services
