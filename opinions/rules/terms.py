"""Pure rules of a ticket's time: the due day of a term with its pauses, the days on which it is warned of."""

from collections.abc import Sequence
from datetime import date, timedelta
from math import ceil

from dateutil.relativedelta import relativedelta

from julu_liaison.common.working_days import Calendar
from opinions.states import Alert, Unit

LEAST_ANSWER = 10  # characters of a result, so that '已办' alone is refused
LONGEST_TERM_IN_DAYS = 800  # six months extended by six, and pauses
SHARES = ((Alert.HALF, 0.5), (Alert.NEAR, 0.8))

Pauses = Sequence[tuple[date, date]]


def due_day(*, start: date, amount: int, unit: str, calendar: Calendar, pauses: Pauses = ()) -> date:
    """Return the last day of a term that begins the day after `start`.

    Working days follow the Chinese holiday calendar; months are calendar months (代表法 art. 51). A pause (from, to)
    takes the days after `from` up to `to` out: working days among them are not counted, months end so much later.
    """
    if unit == Unit.MONTH:
        return start + relativedelta(months=amount) + timedelta(days=sum((end - begin).days for begin, end in pauses))
    if not pauses:
        return calendar.add_working_days(start, amount)
    day, left = start, amount
    while left > 0:
        day += timedelta(days=1)
        left -= calendar.is_working(day) and not is_paused(day, pauses)
    return day


def is_paused(day: date, pauses: Pauses) -> bool:
    return any(begin < day <= end for begin, end in pauses)


def alert_days(*, start: date, amount: int, unit: str, calendar: Calendar, pauses: Pauses = ()) -> dict[Alert, date]:
    """Return the days on which a term is warned of: half and 80 % of it gone, the due day, the day after."""
    due = due_day(start=start, amount=amount, unit=unit, calendar=calendar, pauses=pauses)
    found = {level: _gone(share, start, amount, unit, calendar, pauses, due) for level, share in SHARES}
    return found | {Alert.DUE: due, Alert.OVERDUE: due + timedelta(days=1)}


def _gone(share: float, start: date, amount: int, unit: str, calendar: Calendar, pauses: Pauses, due: date) -> date:
    """The day by whose end so great a share of the term has gone; months are measured in calendar days."""
    if unit == Unit.MONTH:
        return start + timedelta(days=ceil((due - start).days * share))
    return due_day(start=start, amount=ceil(amount * share), unit=unit, calendar=calendar, pauses=pauses)
