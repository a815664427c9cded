"""What happened at a place in one month: read once in a fixed number of queries, then counted in plain Python.

Which month a session belongs to is the month of its Sunday: a reception that a holiday postponed counts for the
month of the original Sunday (domain.md §3). A session without a shift belongs to the month of its own date.
"""

from calendar import monthrange
from collections import Counter, defaultdict
from datetime import date, timedelta

from django.db.models import Q, QuerySet, Sum

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
from activities.querysets import AttendanceQuerySet
from activities.rules.months.figures import DeputyMonth, MonthFigures, PlaceMonth, ReportedPlace
from activities.signals import month_counted
from activities.states import CALLED_OFF, ON_LEAVE, SERVED, SERVICE_ACTIVITIES, ActivityState, Covers, Presence
from deputies.models import Membership
from deputies.states import MembershipRole
from julu_liaison.common.announcing import settle
from julu_liaison.common.working_days import SUNDAY, today_here
from stations.models import Station
from stations.states import Level

AWAY = (*ON_LEAVE, Presence.ABSENT)
COVERED_BY = 2  # deputies at a reception, at least (domain.md §3: two or three each Sunday)


def read_month(*, place: Station, month: date, on: date) -> MonthFigures:
    """Count the month of `month` at `place` and below it, as known on the day `on` (seventeen queries at most).

    What it says of a station or branch is what the whole county's month says of it. Needs the place's parent fetched.
    """
    reading = _Reading(place, month.replace(day=1), on)
    stations = [ReportedPlace.of(station) for station in reading.open_at(Level.TOWNSHIP)]
    county = place.county_id or place.pk
    return MonthFigures(ReportedPlace.of(place), county, reading.first, on, reading.counted(), stations)


class _Reading:
    """The records of one month. A branch is read with its whole station, and with what its deputies stood in for elsewhere."""

    def __init__(self, place: Station, month: date, on: date):
        self.place, self.on = place, on
        self.first, self.last = month, month.replace(day=monthrange(month.year, month.month)[1])
        self.around = place.township if place.level == Level.BRANCH else place
        self.stations = sorted(Station.objects.under(place).select_related("parent"), key=_official_order)
        self.shifts = self._read_shifts()
        self.end = max([self.last, *(shift.date for shift in self.shifts)])
        self.memberships = self._read_memberships()
        self.by_deputy = defaultdict(list)
        for membership in self.memberships:
            self.by_deputy[membership.deputy_id].append(membership)
        attendance = self._read_attendance()
        self.logs = self._read_logs(attendance)
        self.attendance = [(self.logs[row.log_id], row) for row in attendance if row.log_id in self.logs]
        self.places = {branch.pk: PlaceMonth(ReportedPlace.of(branch)) for branch in self.open_at(Level.BRANCH)}

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

    def _read_memberships(self) -> list[Membership]:
        """Those at the place, and of who stood in here the own ones: a service as stand-in is told at home."""
        rows = Membership.objects.overlapping(self.first, self.end)
        here = rows.under(self.around)
        if self.around.level != Level.CENTRE:
            here |= rows.filter(deputy__in=self._stand_ins().values("deputy"))
        return list(here.heads_first().select_related("deputy"))

    def _stand_ins(self) -> QuerySet[Attendance]:
        return self._attendance_here().filter(status=Presence.SUBSTITUTE).order_by()

    def _attendance_here(self) -> AttendanceQuerySet:
        key = "log__county" if self.around.level == Level.CENTRE else "log__station"
        return Attendance.objects.counted().within(self.first, self.end).filter(**{key: self.around.pk})

    def _read_attendance(self) -> list[Attendance]:
        """Who did what in logs of the place, and as whose stand-in its deputies served at other stations."""
        rows = self._attendance_here()
        if self.around.level != Level.CENTRE:
            away = Attendance.objects.counted().within(self.first, self.end)
            members = Membership.objects.under(self.around).overlapping(self.first, self.end)
            rows |= away.filter(status=Presence.SUBSTITUTE, deputy__in=members.values("deputy"))
        return list(rows.select_related("deputy").order_by("pk"))

    def _read_logs(self, attendance: list[Attendance]) -> dict[int, DutyLog]:
        """Valid logs of the month's sessions, by key; of other stations those in which a deputy stood in."""
        within = DutyLog.objects.valid().within(self.first, self.end)
        logs = list(within.under(self.around))
        self.logged = {(log.branch_id, log.date) for log in logs}
        known = {log.pk for log in logs}
        logs += within.filter(pk__in={row.log_id for row in attendance} - known)
        sunday_of = self._sundays_of(logs)
        return {log.pk: log for log in logs if self._in_month(sunday_of.get((log.branch_id, log.date), log.date))}

    def _sundays_of(self, logs: list[DutyLog]) -> dict[tuple[int, date], date]:
        """For which Sunday a reception was held, by branch and day."""
        here = {station.pk for station in self.stations}
        elsewhere = {(log.branch_id, log.date) for log in logs if log.branch_id not in here}
        shifts = Shift.objects.filter(
            branch__in={key for key, _day in elsewhere}, date__in={day for _key, day in elsewhere}
        )
        found: dict[tuple[int, date], date] = {}
        for shift in [*self.shifts, *shifts]:
            key = (shift.branch_id, shift.date)
            found[key] = min(shift.for_sunday, found.get(key, shift.for_sunday))
        return found

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
        ends = [row.ended_on for row in memberships if row.ended_on]
        left = max(ends) if len(ends) == len(memberships) else None
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
        """What the apps that know tickets say of each branch."""
        facts = {"place": self.place, "first": self.first, "last": self.last, "on": self.on}
        for figures in settle(month_counted, sender=PlaceMonth, **facts):
            for branch, counts in figures.items():
                if branch in self.places:
                    for name, number in counts.items():
                        setattr(self.places[branch], name, number)

    def _count_activities(self) -> None:
        """Add what own activities handed out; a station that held some itself gets a row beside its branches."""
        held = Activity.objects.held().under(self.place).within(self.first, self.last).order_by()
        sums = held.values_list("station").annotate(Sum("households"), Sum("leaflets"))
        stations = {station.pk: station for station in self.stations}
        for key, households, leaflets in sums:
            if households or leaflets:
                row = self.places.setdefault(key, PlaceMonth(ReportedPlace.of(stations[key])))
                row.households += households
                row.leaflets += leaflets


def _official_order(station: Station) -> tuple:
    """The centre, then each station followed by its branches."""
    above = station.township
    below = (station.level == Level.BRANCH, station.official_order, station.code)
    return (station.level != Level.CENTRE, above.official_order, above.code, *below)
