"""Working-day arithmetic over the editable `CalendarDay` table (Chinese holidays and make-up days)."""

from datetime import date, timedelta

from django.utils import timezone

from julu_liaison.common.models import CalendarDay

SUNDAY = 6


class Calendar:
    """The days of a period that differ from the plain week, read once.

    `kinds` maps a date to `holiday` or `workday`; all other days are worked from Monday to Friday.
    """

    def __init__(self, kinds: dict[date, str]):
        self.kinds = kinds

    @classmethod
    def load(cls, start: date, end: date) -> "Calendar":
        """Read the special days from `start` to `end`, both included (one query)."""
        rows = CalendarDay.objects.filter(date__range=(start, end)).values_list("date", "kind")
        return cls(dict(rows))

    def is_holiday(self, day: date) -> bool:
        return self.kinds.get(day) == CalendarDay.Kind.HOLIDAY

    def is_working(self, day: date) -> bool:
        kind = self.kinds.get(day)
        return kind == CalendarDay.Kind.WORKDAY if kind else day.weekday() < 5

    def add_working_days(self, start: date, days: int) -> date:
        """Return the `days`-th working day after `start`; the day of `start` itself is not counted."""
        day = start
        while days > 0:
            day += timedelta(days=1)
            days -= self.is_working(day)
        return day

    def reception_day(self, sunday: date) -> date:
        """Return when the reception of `sunday` is held.

        A public holiday postpones it to the first day after the holiday block that is not a Sunday
        (docs/domain.md §3); a make-up working Sunday is held as usual.
        """
        day = sunday
        if not self.is_holiday(day):
            return day
        while self.is_holiday(day) or day.weekday() == SUNDAY:
            day += timedelta(days=1)
        return day


def sundays_of(month: date) -> list[date]:
    """Return the Sundays of the month that `month` lies in."""
    first = month.replace(day=1)
    day = first + timedelta(days=(SUNDAY - first.weekday()) % 7)
    found = []
    while day.month == first.month:
        found.append(day)
        day += timedelta(days=7)
    return found


def today_here(at=None) -> date:
    """Return the date in the county (Asia/Shanghai) at the moment `at`, by default now."""
    return timezone.localdate(at)
