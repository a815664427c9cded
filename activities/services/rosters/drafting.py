"""Planning a station's month of reception days."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction

from activities.models import Roster, Shift, ShiftPlace
from activities.rules.rosters import Plan, solve, spread
from activities.services.people import demand_held, hold_members
from activities.services.rosters.explaining import branches_of, explain_month
from activities.services.rosters.holding import day_words, demand_month_plannable, demand_planner
from activities.services.rosters.reading import NO_MEMBER, BranchMonth, read_months
from activities.services.rosters.results import Drafted
from activities.states import RosterState, ShiftState
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict
from julu_liaison.common.models import CalendarDay
from julu_liaison.common.working_days import Calendar, sundays_of, today_here
from stations.models import Station
from stations.services import hold_places

HOLIDAY_REACH = timedelta(days=20)  # how far a holiday block can postpone a Sunday


@transaction.atomic
def draft_roster(*, station: Station, month: date, actor, at: datetime) -> Drafted:
    """Plan the month for every branch of `station`: the best plan there is, and who it leaves over.

    Planned again, a draft keeps what was fixed by hand: places, seats, days added, moved and called off. Raises
    NotAllowed, Conflict once the month is published (`replan_roster` goes on from there), DomainError for a month that
    is over or beyond next year.
    """
    demand_planner(actor, station)
    month = month.replace(day=1)
    demand_month_plannable(month, at)
    held = hold_members([station], month)
    roster, _created = Roster.objects.get_or_create(station=station, month=month)
    roster = Roster.objects.select_for_update().get(pk=roster.pk)
    if roster.state == RosterState.PUBLISHED:
        raise Conflict(f"{station.name}{month:%Y年%m月}的排班已经公布,有空缺请重新安排空缺,其他调整请逐天改。")
    branches = _held_branches(roster)
    _lay_out_days(roster, branches)
    today = today_here(at)
    unplaced, warnings = [], calendar_warnings(month)
    for branch_month in read_months(roster, branches=branches, today=today):
        demand_held(branch_month.members, held)
        plan = best_plan(branch_month)
        write_plan(branch_month, plan)
        unplaced += explain_month(roster, branch_month, plan, today)
        warnings += _fixed_warnings(branch_month)
    audit.record("draft_roster", actor=actor, target=station, at=at, month=str(month), unplaced=len(unplaced))
    return Drafted(roster, unplaced, warnings)


def _held_branches(roster: Roster) -> list[Station]:
    """The branches, held with their station in one order: a branch moved to a younger station has the smaller key.

    What is moved in this moment is left out; planned again, it is there.
    """
    branches = list(branches_of(roster))
    held = {place.pk for place in hold_places([roster.station, *branches]) if place.parent_id == roster.station_id}
    return [branch for branch in branches if branch.pk in held]


def best_plan(month: BranchMonth) -> Plan:
    """Solve the month, spread those who come twice, and put everybody in official order."""
    plan = spread(month.problem, solve(month.problem).plan)
    order = {key: number for number, key in enumerate(month.members)}
    return [
        [*day.locked, *sorted(keys[len(day.locked) :], key=lambda key: order[key])]
        for day, keys in zip(month.problem.days, plan, strict=True)
    ]


def write_plan(month: BranchMonth, plan: Plan, *, told_on: date | None = None) -> None:
    """Make the places of the month's open days equal to `plan`; locked ones are left alone.

    `told_on`: the day on which the caller tells whoever is new; of a draft nobody is told.
    """
    open_days = [
        (shift, day, keys)
        for shift, day, keys in zip(month.shifts, month.problem.days, plan, strict=True)
        if day.is_open
    ]
    gone, new = [], []
    for shift, day, keys in open_days:
        there = {place.deputy_id: place for place in shift.places.all()}
        gone += [place.pk for key, place in there.items() if key not in keys]
        added = [key for key in keys[len(day.locked) :] if key not in there]
        new += [ShiftPlace(shift=shift, deputy_id=key, told_on=told_on) for key in added]
    ShiftPlace.objects.filter(pk__in=gone).delete()
    ShiftPlace.objects.bulk_create(new)


def _lay_out_days(roster: Roster, branches: list[Station]) -> None:
    """Give every open branch a shift for each Sunday of the month, on the day the holidays move it to.

    Days that were added, moved or called off by hand stay; so do those a branch brought along published from another
    station.
    """
    sundays = sundays_of(roster.month)
    calendar = Calendar.load(sundays[0], sundays[-1] + HOLIDAY_REACH)
    days = {sunday: calendar.reception_day(sunday) for sunday in sundays}
    arranged = {
        (shift.branch_id, shift.for_sunday): shift
        for shift in Shift.objects.select_for_update().filter(branch__in=branches, for_sunday__in=sundays)
    }
    shifts = [shift for shift in arranged.values() if shift.roster_id == roster.pk]
    closed = {branch.pk: branch for branch in branches}
    _postpone(shifts, days)
    gone = [shift.pk for shift in shifts if not closed[shift.branch_id].is_open(shift.date)]
    Shift.objects.filter(pk__in=gone).delete()
    Shift.objects.bulk_create(_missing(roster, branches, days, arranged))


def _postpone(shifts: Iterable[Shift], days: dict[date, date]) -> None:
    """The calendar may have changed since the last draft; a day with a reason was moved by hand."""
    for shift in shifts:
        by_rule = shift.state == ShiftState.PLANNED and not shift.reason and not shift.is_extra
        if by_rule and shift.date != days[shift.for_sunday]:
            shift.date = days[shift.for_sunday]
            shift.save(update_fields=["date"])


def _missing(roster: Roster, branches: list[Station], days: dict[date, date], arranged: dict) -> list[Shift]:
    found = []
    for branch in branches:
        for sunday, day in days.items():
            if branch.is_open(day) and (branch.pk, sunday) not in arranged:
                shift = Shift(roster=roster, date=day, for_sunday=sunday, state=ShiftState.PLANNED)
                shift.put_at(branch)
                found.append(shift)
    return found


def calendar_warnings(month: date) -> list[str]:
    """That nobody knows yet which Sundays of the month the holidays will move."""
    if CalendarDay.objects.filter(date__year=month.year).exists():
        return []
    return [f"{month.year}年的节假日还没有录入,先按普通星期日排;由县里录入,录入以后请重新排一次。"]


def _fixed_warnings(month: BranchMonth) -> list[str]:
    """What was fixed by hand stays even where somebody can't come any more; the clerk has to know."""
    return [
        f"{day_words(shift)}手工排定的{place.deputy.name}这天{word},请看看要不要换人。"
        for shift, day in zip(month.shifts, month.problem.days, strict=True)
        if day.is_open
        for place in shift.places.all()
        if place.fixed and (word := _obstacle(month, shift, place))
    ]


def _obstacle(month: BranchMonth, shift: Shift, place: ShiftPlace) -> str:
    """Whoever stands in from another branch is no member and need not be one."""
    word = month.availability.obstacle(place.deputy_id, shift.date)
    return "" if word == NO_MEMBER and place.instead_of_id else word
