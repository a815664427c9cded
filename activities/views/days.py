"""Reception days as the station meets them: by the calendar, with what a roster added, moved or called off."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from django.http import Http404

from activities.models import DutyLog, Shift
from activities.states import ShiftState
from julu_liaison.common.working_days import SUNDAY, Calendar
from stations.models import Station

READ_AHEAD = timedelta(days=35)  # a holiday block postpones a Sunday by days, never by weeks
DAYS_BACK = READ_AHEAD * 2


def day_in(text: str) -> date:
    """Read the day in an address; anything else, and any other century, is a page that does not exist."""
    try:
        return date.fromisoformat(text if re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", text) else "")
    except ValueError as error:
        raise Http404 from error


@dataclass
class ReceptionDay:
    """One past reception day: the branches that have no log yet, how many are done, how many are begun as drafts."""

    day: date
    missing: list[Station] = field(default_factory=list)
    done: int = 0
    drafts: int = 0


class ReceptionDays:
    """The receptions of some branches from `start` to `end`, and which of them were called off (two queries).

    A Sunday is held when its shift says, else when the calendar says; extra days are shifts of their own.
    """

    def __init__(self, branches: list[Station], start: date, end: date):
        self.branches = branches
        shifts = _shifts(branches, start - READ_AHEAD, end + READ_AHEAD)
        due = {(shift.branch, shift.date) for shift in shifts} | _by_calendar(branches, start, end, shifts)
        opened = {branch.pk: branch for branch in branches}
        self.due = {(key, day) for key, day in due if start <= day <= end and opened[key].is_open(day)}
        planned = {(shift.branch, shift.date) for shift in shifts if shift.state == ShiftState.PLANNED}
        self.called_off = {(s.branch, s.date): s.state for s in shifts if (s.branch, s.date) not in planned}

    @property
    def dates(self) -> list[date]:
        """Every day on which one of the branches has a reception, or had one called off."""
        return sorted({day for _branch, day in self.due})

    @property
    def held(self) -> list[date]:
        """Every day on which one of the branches is to hold a reception, as far as is known."""
        return sorted({day for key, day in self.due if (key, day) not in self.called_off})

    def next_from(self, today: date) -> date | None:
        """The first day, from `today` on, on which a reception is to be held."""
        return next((day for day in self.held if day >= today), None)

    def gaps(self, until: date, most: int) -> list[ReceptionDay]:
        """The latest `most` days up to `until`, latest first, with the branches that have neither log nor reason.

        A session that was cancelled beforehand is no gap; a day on which nothing else was due is left out.
        """
        days = [day for day in self.dates if day <= until]
        filed = self._filed(days)
        found = []
        for day in reversed(days):
            held = [branch for branch in self.branches if self._is_held(branch, day)]
            missing = [b for b in held if (b.pk, day) not in filed and (b.pk, day) not in self.called_off]
            if held:
                found.append(ReceptionDay(day, missing, len(held) - len(missing)))
        return found[:most]

    def _is_held(self, branch: Station, day: date) -> bool:
        return (branch.pk, day) in self.due and self.called_off.get((branch.pk, day)) != ShiftState.CANCELLED

    def _filed(self, days: list[date]) -> set[tuple[int, date]]:
        if not days:
            return set()
        logs = DutyLog.objects.valid().filter(branch__in=self.branches).within(days[0], days[-1])
        return set(logs.values_list("branch", "date"))


class _Shift(NamedTuple):
    branch: int
    sunday: date
    date: date
    state: str


def _shifts(branches: list[Station], start: date, end: date) -> list[_Shift]:
    rows = Shift.objects.filter(branch__in=branches, for_sunday__range=(start, end))
    return [_Shift(*row) for row in rows.values_list("branch", "for_sunday", "date", "state")]


def _by_calendar(branches: list[Station], start: date, end: date, shifts: list[_Shift]) -> set[tuple[int, date]]:
    """Receptions of the Sundays that no shift has been arranged for."""
    calendar = Calendar.load(start - READ_AHEAD, end + READ_AHEAD)
    arranged = {(shift.branch, shift.sunday) for shift in shifts}
    first = start - READ_AHEAD
    first += timedelta(days=(SUNDAY - first.weekday()) % 7)
    sundays = [first + timedelta(days=days) for days in range(0, (end - first).days + 1, 7)]
    return {
        (branch.pk, calendar.reception_day(sunday))
        for sunday in sundays
        for branch in branches
        if (branch.pk, sunday) not in arranged
    }
