"""What earnings are worth: by the version of the day, without what is waived, up to the year's cap of the item."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scoring.rules.earnings import Earning
from scoring.states import Block

NOTHING = Decimal(0)
NOTE = re.compile(r"\(本项全年最多[\d.]+分\)$")


class Tariff(NamedTuple):
    """What one item is worth in one version."""

    rule: int
    block: str
    points: Decimal
    cap: Decimal | None


class Schedule:
    """The applied versions of a year's scheme: from which day which tariffs count.

    The last version in the list whose first day is not after the fact's day is the one that counts; a fact before all
    of them falls under the first.
    """

    def __init__(self, versions: Sequence[tuple[date, Mapping[str, Tariff]]]):
        """`versions` in the order in which they were applied; a later one overrules earlier ones from its first day on."""
        self.starts: list[date] = []
        self.tariffs: list[Mapping[str, Tariff]] = []
        for start, tariffs in versions:
            keep = bisect_right(self.starts, start)
            if keep and self.starts[keep - 1] == start:
                keep -= 1
            self.starts[keep:], self.tariffs[keep:] = [start], [tariffs]

    def tariff(self, item: str, on: date) -> Tariff | None:
        """The tariff of `item` on a day; None where the version has no such rule."""
        if not self.tariffs:
            return None
        return self.tariffs[max(bisect_right(self.starts, on) - 1, 0)].get(item)


class Release(NamedTuple):
    """Days on which a deputy is not charged (免扣); no items: all of them."""

    start: date
    end: date | None
    items: frozenset[str]

    def covers(self, item: str, on: date) -> bool:
        return self.start <= on and (self.end is None or on <= self.end) and (not self.items or item in self.items)


class Worth(NamedTuple):
    """An earning with its value: what has to stand in the ledger."""

    earning: Earning
    rule: int
    block: str
    points: Decimal
    note: str


def valued(
    earnings: Iterable[Earning], schedule: Schedule, releases: Sequence[Release] = (), charged: Container[str] = (),
) -> list[Worth]:  # fmt: skip
    """Return what must stand in one deputy's ledger of one year.

    Items are capped in order of day and key, so the outcome does not depend on when facts became known; what counted
    under an earlier version without a cap uses it up, too. A fact over the cap stands with what is left, be it nothing:
    the deputy sees that it was counted. What is worth nothing at all, or waived, leaves no line. `charged`: keys of facts
    that no waiver concerns any more.
    """
    used: dict[str, Decimal] = defaultdict(Decimal)
    found = []
    for earning in sorted(earnings, key=_order):
        tariff = schedule.tariff(earning.item, earning.occurred_on)
        if tariff is None or not tariff.points:
            continue
        if earning.fact_key not in charged and _is_waived(tariff, earning, releases):
            continue
        points, note = tariff.points, ""
        if tariff.cap is not None:
            left = max(NOTHING, tariff.cap - used[earning.item])
            if abs(points) > left:
                points, note = left if points > 0 else -left, f"(本项全年最多{tariff.cap.normalize():f}分)"
        used[earning.item] += abs(points)
        found.append(Worth(earning, tariff.rule, tariff.block, points, note))
    return found


def without_note(reason: str) -> str:
    """A posted line's reason without the words about the cap: what its earning was called."""
    return NOTE.sub("", reason)


def _order(earning: Earning) -> tuple[date, str]:
    return earning.occurred_on, earning.fact_key


def _is_waived(tariff: Tariff, earning: Earning, releases: Sequence[Release]) -> bool:
    if not releases or tariff.block != Block.BASE:
        return False
    return any(release.covers(earning.item, earning.occurred_on) for release in releases)
