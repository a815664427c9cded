"""How many days ahead people are told of a reception day, never on a public holiday.

What is due on a holiday is said on the last day before it that is none. The numbers are the defaults of this issue.
"""

from datetime import date, timedelta

from julu_liaison.common.working_days import Calendar

REMINDED = (7, 3, 1)  # days before, to each deputy on duty
ANNOUNCED = 3  # days before, to those who may come
LONGEST_HOLIDAY = timedelta(days=31)  # as far as a calendar has to be read before and after a day
DAY = timedelta(days=1)


def day_to_tell(day: date, days_before: int, calendar: Calendar) -> date:
    """Return when it is said, `days_before` days ahead, that something is on `day`."""
    told = day - days_before * DAY
    while calendar.is_holiday(told):
        told -= DAY
    return told


def reminder_due(day: date, today: date, calendar: Calendar) -> date | None:
    """Return since when the most urgent reminder of `day` that has come by `today` is due; None: none has, or it's too late.

    On a holiday nobody is reminded, whatever was missed before it.
    """
    if day <= today or calendar.is_holiday(today):
        return None
    return max((due for due in _reminders(day, calendar) if due <= today), default=None)


def due_reminders(today: date, calendar: Calendar) -> dict[date, date]:
    """By each day of which somebody may have to be reminded today: since when that is due."""
    days = [today + number * DAY for number in range(1, (furthest_told(today, max(REMINDED)) - today).days + 1)]
    return {day: due for day in days if (due := reminder_due(day, today, calendar))}


def _reminders(day: date, calendar: Calendar) -> list[date]:
    return [day_to_tell(day, days, calendar) for days in REMINDED]


def is_announced_by(day: date, today: date, calendar: Calendar) -> bool:
    """Is a reception on `day`, today or later, one that people know of by now, the announcement being made in time?"""
    return day_to_tell(day, ANNOUNCED, calendar) <= today <= day


def furthest_told(today: date, days_before: int) -> date:
    """The last day of which somebody may be told today: a long holiday brings what is after it forward."""
    return today + days_before * DAY + LONGEST_HOLIDAY


def calendar_around(today: date) -> Calendar:
    """The days that `today`'s reminders and announcements look at (one query)."""
    return Calendar.load(today - LONGEST_HOLIDAY, furthest_told(today, max(REMINDED)))
