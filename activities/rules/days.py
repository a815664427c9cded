"""Which days receptions are held on."""

from datetime import date, timedelta

from julu_liaison.common.working_days import SUNDAY, Calendar


def reception_days(start: date, end: date, calendar: Calendar) -> list[date]:
    """Return the days of reception of the Sundays from `start` to `end`, in order; holidays postpone some."""
    first = start + timedelta(days=(SUNDAY - start.weekday()) % 7)
    sundays = [first + timedelta(days=days) for days in range(0, max((end - first).days + 1, 0), 7)]
    return sorted({calendar.reception_day(sunday) for sunday in sundays})
