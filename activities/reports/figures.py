"""What happened at a place in one month: read once in a fixed number of queries, then counted in plain Python.

Which month a session belongs to is the month of its Sunday: a reception that a holiday postponed counts for the
month of the original Sunday (domain.md §3). A session without a shift belongs to the month of its own date.
"""

from calendar import monthrange
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import Enum

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils import timezone

from activities.models import (
    Activity,
    ActivityAttendance,
    Attendance,
    DutyLog,
    Exemption,
    FilingLimit,
    ServiceRecord,
    Shift,
)
from activities.models.logs import PROMPT_DAYS
from activities.states import CALLED_OFF, ON_LEAVE, SERVED, SERVICE_ACTIVITIES, ActivityState, Covers, Presence
from deputies.models import Membership
from deputies.states import MembershipRole
from julu_liaison.common.working_days import SUNDAY, today_here
from opinions.models import Hop, Opinion
from opinions.states import State
from stations.models import Station
from stations.states import Level

ATTENDED = (Presence.PRESENT, Presence.LATE, Presence.LEFT_EARLY)
LATE_OR_EARLY = (Presence.LATE, Presence.LEFT_EARLY)
AWAY = (*ON_LEAVE, Presence.ABSENT)
COVERED_BY = 2  # deputies at a reception, at least (domain.md §3: two or three each Sunday)


class Minimum(Enum):
    """Did a deputy serve at least once in the month (每月至少服务一次)? Asked of whom the whole month reaches."""

    MET = "达到"
    MISSED = "未达到"
    EXEMPT = "免除"
    NOT_ASKED = "—"  # member for a part of the month only, or the month is not over


@dataclass
class DeputyMonth:
    """One deputy (permanent `code`) at one branch: how often they were expected and what became of it.

    `expected` (应到) counts the receptions the deputy was put on, while a member of the branch, that were not
    called off, up to the day of the report; `attended` (实到) also counts coming without being on the roster.
    `unfiled` are expected receptions about which no log says anything yet. `forms`: services by form.
    `was_member`: at this branch, on a day of the month itself (a postponed reception may lie after it).
    `others`: service records, and activities that are a form of service, while at the branch. `is_whole`: member of
    the branch on every day of a month that is over. `is_exempt`: from receptions on a day of it.
    """

    code: str
    name: str
    role: str
    note: str = ""
    was_member: bool = False
    is_whole: bool = False
    is_exempt: bool = False
    others: int = 0
    expected: int = 0
    unfiled: int = 0
    presence: Counter = field(default_factory=Counter)
    forms: Counter = field(default_factory=Counter)

    @property
    def attended(self) -> int:
        return sum(self.presence[status] for status in ATTENDED)

    @property
    def late_or_early(self) -> int:
        return sum(self.presence[status] for status in LATE_OR_EARLY)

    @property
    def services(self) -> int:
        """How often the deputy served, in whatever form."""
        return self.forms.total() + self.others

    @property
    def minimum(self) -> Minimum:
        if self.services:
            return Minimum.MET
        if not self.is_whole:
            return Minimum.NOT_ASKED
        return Minimum.EXEMPT if self.is_exempt else Minimum.MISSED


@dataclass
class PlaceMonth:
    """One branch (or a station's own activities) in the month.

    `planned` = `logged` + `not_held` + `missing` + receptions still to come; `held`: `logged` and Sundays held without
    a roster. `not_held` were called off with a reason, so nobody waits for their logs. `covered`: of `held`, with two
    deputies or more. `prompt`: of `logs`, those filed within the county's days. `households` and `leaflets` include the
    place's own activities. `opinions` came in the month, `transferred` of these have ever gone to a department; `closed`
    ended in it, whenever they came in; `overdue` are late on the day of the report.
    """

    place: Station
    deputies: list[DeputyMonth] = field(default_factory=list)
    planned: int = 0
    logged: int = 0
    held: int = 0
    covered: int = 0
    not_held: int = 0
    missing: int = 0
    logs: int = 0
    prompt: int = 0
    received: int = 0
    households: int = 0
    leaflets: int = 0
    opinions: int = 0
    transferred: int = 0
    closed: int = 0
    overdue: int = 0

    @property
    def due(self) -> int:
        """Receptions whose log should be there: those that took place, or about which nobody has said anything."""
        return self.logged + self.missing

    @property
    def is_branch(self) -> bool:
        return self.place.level == Level.BRANCH


@dataclass(frozen=True)
class MonthFigures:
    """A place's month (`month`: its first day) as known on the day `on`; branches in official order.

    `stations`: the township stations that were open in the month.
    """

    place: Station
    month: date
    on: date
    places: list[PlaceMonth]
    stations: list[Station]

    def by_station(self) -> list["MonthFigures"]:
        """A county's figures, one part for each of its township stations."""
        return [
            replace(self, place=station, places=[row for row in self.places if row.place.township == station])
            for station in self.stations
        ]


def read_month(*, place: Station, month: date, on: date) -> MonthFigures:
    """Count the month of `month` at `place` and below it, as known on the day `on` (fifteen queries)."""
    reading = _Reading(place, month.replace(day=1), on)
    return MonthFigures(place, reading.first, on, reading.counted(), reading.open_at(Level.TOWNSHIP))


class _Reading:
    """The records of one month. A branch is read with its whole station: its deputies stand in elsewhere, too."""

    def __init__(self, place: Station, month: date, on: date):
        self.place, self.on = place, on
        self.first, self.last = month, month.replace(day=monthrange(month.year, month.month)[1])
        self.around = place.township if place.level == Level.BRANCH else place
        self.shifts = self._read_shifts()
        self.end = max([self.last, *(shift.date for shift in self.shifts)])
        memberships = Membership.objects.under(self.around).overlapping(self.first, self.end)
        self.memberships = list(memberships.heads_first().select_related("deputy"))
        self.by_deputy = defaultdict(list)
        for membership in self.memberships:
            self.by_deputy[membership.deputy_id].append(membership)
        self.logs = self._read_logs()
        self.attendance = self._read_attendance()
        self.stations = sorted(Station.objects.under(place).select_related("parent"), key=_official_order)
        self.places = {branch.pk: PlaceMonth(branch) for branch in self.open_at(Level.BRANCH)}

    def open_at(self, level: str) -> list[Station]:
        """Stations of that level that were open on a day of the month."""
        return [station for station in self.stations if station.level == level and self._was_open(station)]

    def _was_open(self, station: Station) -> bool:
        return station.opened_on <= self.last and (station.closed_on is None or station.closed_on > self.first)

    def _read_shifts(self) -> list[Shift]:
        """Shifts of the month's Sundays, and those of other Sundays that were postponed into the month."""
        days = (self.first, self.last)
        shifts = Shift.objects.under(self.around).filter(Q(for_sunday__range=days) | Q(date__range=days))
        return list(shifts.prefetch_related("places"))

    def _read_logs(self) -> dict[int, DutyLog]:
        """Valid logs of the month's sessions, by key."""
        sunday_of: dict[tuple[int, date], date] = {}
        for shift in self.shifts:
            key = (shift.branch_id, shift.date)
            sunday_of[key] = min(shift.for_sunday, sunday_of.get(key, shift.for_sunday))
        logs = list(DutyLog.objects.valid().under(self.around).within(self.first, self.end))
        self.logged = {(log.branch_id, log.date) for log in logs}
        return {log.pk: log for log in logs if self._in_month(sunday_of.get((log.branch_id, log.date), log.date))}

    def _read_attendance(self) -> list[tuple[DutyLog, Attendance]]:
        rows = Attendance.objects.counted().within(self.first, self.end).select_related("deputy").order_by("pk")
        keys = {Level.CENTRE: "log__county", Level.TOWNSHIP: "log__station"}
        rows = rows.filter(**{keys[self.around.level]: self.around.pk})
        return [(self.logs[row.log_id], row) for row in rows if row.log_id in self.logs]

    def _in_month(self, day: date) -> bool:
        return self.first <= day <= self.last

    def counted(self) -> list[PlaceMonth]:
        self._count_deputies()
        self._count_coverage()
        self._count_receptions()
        self._count_logs()
        self._count_opinions()
        self._count_activities()
        return [self.places[station.pk] for station in self.stations if station.pk in self.places]

    # ---- Deputies ----

    def _count_deputies(self) -> None:
        rows = self._rows()
        answered = set()
        for log, attendance in self.attendance:
            answered.add((log.branch_id, log.date, attendance.deputy_id))
            row = self._row_of(rows, log, attendance)
            row.presence[attendance.status] += 1
            row.forms[log.form] += attendance.status in SERVED
        for branch, day, deputy in self._expected():
            rows[branch, deputy].expected += 1
            rows[branch, deputy].unfiled += (branch, day, deputy) not in answered
        self._count_other_services(rows)
        self._mark_exempt(rows)
        for (branch, _deputy), row in rows.items():
            if branch in self.places and (row.was_member or row.expected or row.presence):
                self.places[branch].deputies.append(row)

    def _count_other_services(self, rows: dict[tuple[int, int], DeputyMonth]) -> None:
        """Services outside of receptions belong to the branch of that day; of who was nowhere here they are not ours."""
        for deputy, day in self._read_other_services():
            for membership in self._memberships_of(deputy, day)[:1]:
                rows[membership.branch_id, deputy].others += 1

    def _read_other_services(self) -> list[tuple[int, date]]:
        """(deputy key, day) of every service record, and of every activity that is a form of service."""
        days = (self.first, self.last)
        records = ServiceRecord.objects.valid().filter(date__range=days, deputies__in=self.by_deputy)
        activities = ActivityAttendance.objects.filter(
            status__in=SERVED, deputy__in=self.by_deputy, activity__held_on__range=days,
            activity__state=ActivityState.HELD, activity__kind__in=SERVICE_ACTIVITIES,
        )  # fmt: skip
        return [
            *records.order_by().values_list("deputies", "date"),
            *activities.order_by().values_list("deputy", "activity__held_on"),
        ]

    def _mark_exempt(self, rows: dict[tuple[int, int], DeputyMonth]) -> None:
        exempt = Exemption.objects.overlapping(self.first, self.last).exclude(covers=Covers.ACTIVITIES)
        keys = set(exempt.filter(deputy__in=self.by_deputy).values_list("deputy", flat=True))
        for (_branch, deputy), row in rows.items():
            row.is_exempt = deputy in keys

    def _rows(self) -> dict[tuple[int, int], DeputyMonth]:
        """A row for everyone who was a member of a branch, head first; one for each of two branches."""
        terms = defaultdict(list)
        for membership in self.memberships:
            terms[membership.branch_id, membership.deputy_id].append(membership)
        return {key: self._row(memberships) for key, memberships in terms.items()}

    def _row(self, memberships: list[Membership]) -> DeputyMonth:
        """A deputy's row at one branch; a change of role there makes a second membership, but no second row."""
        came = min(membership.started_on for membership in memberships)
        left = None if any(row.ended_on is None for row in memberships) else max(row.ended_on for row in memberships)
        words = [f"{came.month}月{came.day}日起"] if came > self.first else []
        words += [f"至{left.month}月{left.day}日"] if left and left < self.last else []
        role, deputy = MembershipRole(memberships[0].role).label, memberships[0].deputy
        whole = came <= self.first and (left is None or left >= self.last) and self.on > self.last
        return DeputyMonth(
            deputy.code, deputy.name, role, ",".join(words), was_member=came <= self.last, is_whole=whole
        )

    def _expected(self) -> set[tuple[int, date, int]]:
        """(branch, day, deputy) of every reception a member of that day was put on, or was away from."""
        found = {
            (shift.branch_id, shift.date, place.deputy_id)
            for shift in self.shifts
            if self._in_month(shift.for_sunday) and shift.state not in CALLED_OFF
            if shift.date <= self.on or (shift.branch_id, shift.date) in self.logged
            for place in shift.places.all()
        }
        found |= {
            (log.branch_id, log.date, row.deputy_id)
            for log, row in self.attendance
            if row.status in AWAY or row.expected
        }
        return {key for key in found if self._was_member(*key)}

    def _was_member(self, branch: int, day: date, deputy: int) -> bool:
        return any(row.branch_id == branch for row in self._memberships_of(deputy, day))

    def _memberships_of(self, deputy: int, day: date) -> list[Membership]:
        rows = self.by_deputy.get(deputy, [])
        return [row for row in rows if row.started_on <= day and (row.ended_on is None or day <= row.ended_on)]

    def _row_of(self, rows: dict, log: DutyLog, attendance: Attendance) -> DeputyMonth:
        """The row a service belongs to: a stand-in's is at the own branch, everybody else's where the log is."""
        homes = [row.branch_id for row in self._memberships_of(attendance.deputy_id, log.date)]
        stood_in_elsewhere = attendance.status == Presence.SUBSTITUTE and log.branch_id not in homes
        branch = homes[0] if homes and stood_in_elsewhere else log.branch_id
        deputy = attendance.deputy
        return rows.setdefault((branch, deputy.pk), DeputyMonth(deputy.code, deputy.name, ""))

    # ---- Places ----

    def _count_coverage(self) -> None:
        """Receptions at which two deputies or more were there, on a roster or a Sunday without one."""
        there: Counter = Counter()
        for log, row in self.attendance:
            there[log.branch_id, log.date] += row.status in SERVED
        planned = {(shift.branch_id, shift.date) for shift in self.shifts}
        for (branch, day), number in there.items():
            is_reception = (branch, day) in planned or day.weekday() == SUNDAY
            if branch in self.places and is_reception and number >= COVERED_BY:
                self.places[branch].covered += 1

    def _count_receptions(self) -> None:
        planned_days = {(shift.branch_id, shift.date) for shift in self.shifts}
        for shift in self.shifts:
            row = self.places.get(shift.branch_id)
            if row is None or not self._in_month(shift.for_sunday):
                continue
            row.planned += 1
            if (shift.branch_id, shift.date) in self.logged:
                row.logged += 1
                row.held += 1
            elif shift.state in CALLED_OFF:
                row.not_held += 1
            elif shift.date <= self.on:
                row.missing += 1
        for branch, day in {(log.branch_id, log.date) for log in self.logs.values()} - planned_days:
            if branch in self.places:
                self.places[branch].held += day.weekday() == SUNDAY

    def _count_logs(self) -> None:
        limits = dict(FilingLimit.objects.filter(county=self.place.county_id).values_list("county", "prompt_days"))
        prompt = timedelta(days=limits.get(self.place.county_id, PROMPT_DAYS))
        for log in self.logs.values():
            row = self.places.get(log.branch_id)
            if row is not None:
                row.logs += 1
                row.prompt += today_here(log.filed_at) <= log.date + prompt
                row.received += log.received
                row.households += log.households
                row.leaflets += log.leaflets

    def _count_opinions(self) -> None:
        opinions = Opinion.objects.opinions().under(self.place).order_by()
        came = opinions.valid().registered_within(self.first, self.last)
        ended = opinions.filter(state=State.CLOSED, ended_at__gte=_start_of(self.first))
        ended = ended.filter(ended_at__lt=_start_of(self.last + timedelta(days=1)))
        transferred = came.filter(Exists(Hop.objects.filter(opinion=OuterRef("pk"), move="transfer")))
        tables = (
            ("opinions", came), ("transferred", transferred), ("closed", ended), ("overdue", opinions.overdue(self.on)),
        )  # fmt: skip
        for name, tickets in tables:
            for branch, number in tickets.values_list("branch").annotate(number=Count("pk")):
                if branch in self.places:
                    setattr(self.places[branch], name, number)

    def _count_activities(self) -> None:
        """Add what own activities handed out; a station that held some itself gets a row beside its branches."""
        held = Activity.objects.held().under(self.place).within(self.first, self.last).order_by()
        sums = held.values_list("station").annotate(Sum("households"), Sum("leaflets"))
        stations = {station.pk: station for station in self.stations}
        for key, households, leaflets in sums:
            if households or leaflets:
                row = self.places.setdefault(key, PlaceMonth(stations[key]))
                row.households += households
                row.leaflets += leaflets


def _official_order(station: Station) -> tuple:
    """The centre, then each station followed by its branches."""
    above = station.township
    below = (station.level == Level.BRANCH, station.official_order, station.code)
    return (station.level != Level.CENTRE, above.official_order, above.code, *below)


def _start_of(day: date) -> datetime:
    """Midnight in the county."""
    return timezone.make_aware(datetime.combine(day, time.min))

