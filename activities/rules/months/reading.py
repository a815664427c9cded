"""What happened at a place in one month: read once in a fixed number of queries, then counted in plain Python.

Which month a session belongs to is the month of its Sunday: a reception that a holiday postponed counts for the
month of the original Sunday (docs/domain.md §3). A session without a shift belongs to the month of its own date.
"""

from calendar import monthrange
from collections import defaultdict
from datetime import date, timedelta

from django.db.models import Q, QuerySet, Sum

from activities.models import (
    Activity,
    ActivityAttendance,
    Attendance,
    DutyLog,
    FilingLimit,
    ServiceRecord,
    Shift,
)
from activities.models.logs import PROMPT_DAYS
from activities.querysets import AttendanceQuerySet
from activities.rules.months.figures import DeputyMonth, MonthFigures, PlaceMonth, ReportedPlace
from activities.rules.months.members import Members
from activities.signals import month_counted
from activities.states import AWAY, CALLED_OFF, ON_LEAVE, SERVED, SERVICE_ACTIVITIES, ActivityState, Presence
from deputies.models import Membership
from julu_liaison.common.announcing import settle
from julu_liaison.common.working_days import SUNDAY, today_here
from stations.models import Station
from stations.states import Level

COVERED_BY = 2  # deputies at a reception, at least (docs/domain.md §3: two or three each Sunday)


def read_month(*, place: Station, month: date, on: date) -> MonthFigures:
    """Count the month of `month` at `place` and below it, as known on the day `on` (eighteen queries at most).

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
        held = [shift.date for shift in self.shifts if self._in_month(shift.for_sunday)]
        self.start, self.end = min([self.first, *held]), max([self.last, *held])
        self.members = Members(self._read_memberships(), month=(self.first, self.last), reach=(self.start, self.end))
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
        rows = Membership.objects.overlapping(self.start, self.end)
        here = rows.under(self.around)
        if self.around.level != Level.CENTRE:
            here |= rows.filter(deputy__in=self._stand_ins().values("deputy"))
        return list(here.heads_first().select_related("deputy"))

    def _stand_ins(self) -> QuerySet[Attendance]:
        return self._attendance_here().filter(status=Presence.SUBSTITUTE).order_by()

    def _attendance_here(self) -> AttendanceQuerySet:
        key = "log__county" if self.around.level == Level.CENTRE else "log__station"
        return Attendance.objects.counted().within(self.start, self.end).filter(**{key: self.around.pk})

    def _read_attendance(self) -> list[Attendance]:
        """Who did what in logs of the place, and as whose stand-in its deputies served at other stations."""
        rows = self._attendance_here()
        if self.around.level != Level.CENTRE:
            away = Attendance.objects.counted().within(self.start, self.end)
            members = Membership.objects.under(self.around).overlapping(self.start, self.end)
            rows |= away.filter(status=Presence.SUBSTITUTE, deputy__in=members.values("deputy"))
        return list(rows.select_related("deputy").order_by("pk"))

    def _read_logs(self, attendance: list[Attendance]) -> dict[int, DutyLog]:
        """Valid logs of the month's sessions, by key; of other stations those in which a deputy stood in."""
        within = DutyLog.objects.valid().within(self.start, self.end)
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
        expected = self._expected()
        answered = {(log.branch_id, log.date, row.deputy_id) for log, row in self.attendance}
        for log, attendance in self.attendance:
            if attendance.status not in AWAY:
                row = self._row_of(rows, log, attendance)
                row.presence[attendance.status] += 1
                row.forms[log.form] += attendance.status in SERVED
        for (branch, _day, deputy), status in self._away().items():
            if (branch, _day, deputy) in expected:
                rows[branch, deputy].presence[status] += 1
        for branch, day, deputy in expected:
            rows[branch, deputy].expected += 1
            rows[branch, deputy].unfiled += (branch, day, deputy) not in answered
        self._count_other_services(rows)
        for (branch, _deputy), row in rows.items():
            if branch in self.places and (row.was_member or row.expected or row.presence):
                self.places[branch].deputies.append(row)

    def _rows(self) -> dict[tuple[int, int], DeputyMonth]:
        rows = self.members.rows()
        if self.on <= self.last:  # nobody has missed anything in a month that goes on
            for row in rows.values():
                row.is_whole = False
        return rows

    def _away(self) -> dict[tuple[int, date, int], str]:
        """Leave or absence of (branch, day, deputy): once a day, not of who came to another session of it."""
        came = {(log.branch_id, log.date, row.deputy_id) for log, row in self.attendance if row.status in SERVED}
        found: dict[tuple[int, date, int], str] = {}
        for log, row in self.attendance:
            key = (log.branch_id, log.date, row.deputy_id)
            if row.status in AWAY and key not in came and found.get(key) not in ON_LEAVE:
                found[key] = row.status
        return found

    def _count_other_services(self, rows: dict[tuple[int, int], DeputyMonth]) -> None:
        """Services outside of receptions belong to the branch of that day; of who was nowhere here they are not ours."""
        for deputy, day in self._read_other_services():
            for branch in self.members.branches_of(deputy, day)[:1]:
                rows[branch, deputy].others += 1

    def _read_other_services(self) -> list[tuple[int, date]]:
        """(deputy key, day) of every service record, and of every activity that is a form of service."""
        days = (self.first, self.last)
        records = ServiceRecord.objects.valid().filter(date__range=days, deputies__in=self.members.by_deputy)
        activities = ActivityAttendance.objects.filter(
            status__in=SERVED, deputy__in=self.members.by_deputy, activity__held_on__range=days,
            activity__state=ActivityState.HELD, activity__kind__in=SERVICE_ACTIVITIES,
        )  # fmt: skip
        return [
            *records.order_by().values_list("deputies", "date"),
            *activities.order_by().values_list("deputy", "activity__held_on"),
        ]

    def _expected(self) -> set[tuple[int, date, int]]:
        """(branch, day, deputy) of every reception a member of that day, not exempt, was put on or away from."""
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
        return {key for key in found if self.members.is_expectable(*key)}

    def _row_of(self, rows: dict, log: DutyLog, attendance: Attendance) -> DeputyMonth:
        """The row a service belongs to: a stand-in's is at the own branch, everybody else's where the log is."""
        homes = self.members.branches_of(attendance.deputy_id, log.date)
        stood_in_elsewhere = attendance.status == Presence.SUBSTITUTE and log.branch_id not in homes
        branch = homes[0] if homes and stood_in_elsewhere else log.branch_id
        deputy = attendance.deputy
        return rows.setdefault((branch, deputy.pk), DeputyMonth(deputy.code, deputy.name, ""))

    # ---- Places ----

    def _count_coverage(self) -> None:
        """Receptions at which two deputies or more were there, on a roster or a Sunday without one."""
        there = defaultdict(set)
        for log, row in self.attendance:
            if row.status in SERVED:
                there[log.branch_id, log.date].add(row.deputy_id)
        planned = {(shift.branch_id, shift.date) for shift in self.shifts}
        for (branch, day), people in there.items():
            is_reception = (branch, day) in planned or day.weekday() == SUNDAY
            if branch in self.places and is_reception and len(people) >= COVERED_BY:
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
