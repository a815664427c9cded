"""What one set of values has and another has not, in words; and whether that makes any difference."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scoring.rules.values import Schedule
from scoring.states import BASE_ITEMS, Item


class Value(NamedTuple):
    """What an item is worth: deductions negative; at most `cap` a year, None without limit."""

    points: Decimal
    cap: Decimal | None

    def words(self, item: str) -> str:
        """`每次扣2分,全年最多扣10分`."""
        if not self.points:
            return "不扣分" if item in BASE_ITEMS else "不加分"
        verb = "扣" if item in BASE_ITEMS else "加"
        limit = "" if self.cap is None else f",全年最多{verb}{plain(self.cap)}分"
        return f"每次{verb}{plain(abs(self.points))}分{limit}"


class Change(NamedTuple):
    """One item with another value."""

    item: str
    before: Value
    after: Value

    def words(self) -> str:
        return f"{Item(self.item).label}:{self.before.words(self.item)},改为{self.after.words(self.item)}"


def plain(number: Decimal) -> str:
    """A number of points without trailing zeros: 2, 0.5."""
    return f"{number.normalize():f}"


def changed_items(before: Mapping[str, Value], after: Mapping[str, Value]) -> list[Change]:
    """Return the items whose value differs, in the order of `Item`."""
    nothing = Value(Decimal(0), None)
    pairs = [(item, before.get(item, nothing), after.get(item, nothing)) for item in Item.values]
    return [Change(*pair) for pair in pairs if pair[1] != pair[2]]


def values_on(schedule: Schedule, on: date) -> dict[str, Value]:
    """What every item is worth on a day."""
    found = {item: schedule.tariff(item, on) for item in Item.values}
    return {item: Value(tariff.points, tariff.cap) for item, tariff in found.items() if tariff}


def is_same(one: Schedule, other: Schedule) -> bool:
    """Whether every item is worth the same on every day under both."""
    days = {*one.starts, *other.starts}
    return all(values_on(one, day) == values_on(other, day) for day in days)


def spans_of(schedule: Schedule, item: str) -> list[tuple[date, Value]]:
    """From which day an item is worth what; neighbours that say the same are one."""
    found: list[tuple[date, Value]] = []
    for start in schedule.starts:
        tariff = schedule.tariff(item, start)
        value = Value(tariff.points, tariff.cap) if tariff else Value(Decimal(0), None)
        if not found or found[-1][1] != value:
            found.append((start, value))
    return found
