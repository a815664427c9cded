"""Until when a session's log may be filed, corrected and voided."""

from datetime import date

from dateutil.relativedelta import relativedelta


def last_filing_day(on: date, limit: int) -> date:
    """The day of the next month, included, until which logs of the month of `on` are open; `limit` is 1 to 28."""
    return on + relativedelta(months=1, day=limit)
