"""The monthly minimum: a month in which a deputy was asked to serve, did not, and is not charged otherwise (ADR 2)."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from scoring.rules.earnings import Earning
from scoring.states import LEAVE_ITEMS, Item, Source


class Month(NamedTuple):
    """A month of one deputy whose station says that its records are complete.

    `asked`: the plan gave the deputy a day that was not called off, or another service. Who was left over was not asked.
    """

    first: date
    station: str
    code: str  # of the station
    asked: bool
    served: bool


def month_key(station: str, month: date) -> str:
    """The source key of a complete month: the station's code says whose word it was."""
    return f"{station}:{month:%Y-%m}"


def month_earnings(months: Iterable[Month], others: Iterable[Earning]) -> list[Earning]:
    """Charge idle months; not beside a missed Sunday or leave from one that counts for the same month (`others`)."""
    charged = {
        (earning.occurred_on.year, earning.occurred_on.month)
        for earning in others
        if earning.source in (Source.LOG, Source.LEAVE) and earning.item in (*LEAVE_ITEMS, Item.DUTY_MISSED)
    }
    return [
        Earning(
            f"month:{month.first:%Y-%m}", Item.IDLE_MONTH.value, month.first + relativedelta(months=1, days=-1),
            f"{month.first.month}月没有到分站履职({month.station}联络站已确认当月记录齐全)", Source.MONTH,
            month_key(month.code, month.first),
        )
        for month in months
        if month.asked and not month.served and (month.first.year, month.first.month) not in charged
    ]  # fmt: skip
