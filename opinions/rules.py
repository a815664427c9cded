"""Pure rules of tickets: due days, how long an answer must be."""

from datetime import date

from dateutil.relativedelta import relativedelta

from julu_liaison.common.working_days import Calendar
from opinions.states import Unit

LEAST_ANSWER = 10  # characters of a result, so that '已办' alone is refused
LONGEST_TERM_IN_DAYS = 400


def due_day(*, start: date, amount: int, unit: str, calendar: Calendar) -> date:
    """Return the last day of a term that begins the day after `start`.

    Working days follow the Chinese holiday calendar; months are calendar months (代表法 art. 51).
    """
    if unit == Unit.MONTH:
        return start + relativedelta(months=amount)
    return calendar.add_working_days(start, amount)
