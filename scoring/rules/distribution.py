"""A county's scores without names: how many lie where, in groups so large that nobody can be read out."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from statistics import quantiles
from typing import NamedTuple

FEWEST = 5  # people in a group that is shown
FEWEST_FOR_QUARTERS = 4 * FEWEST
MOST_BARS = 12
WIDTHS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
TENTH = Decimal("0.1")
LOWEST = "等次以下"


class Bar(NamedTuple):
    """People with a score from `low` up to, not including, `high`; None: no limit on that side.

    `is_whole`: none of the table's scores has a decimal, so the words have none either.
    """

    low: Decimal | None
    high: Decimal | None
    people: int
    is_whole: bool = False

    def holds(self, value: Decimal | None) -> bool:
        if value is None:
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value < self.high)

    @property
    def words(self) -> str:
        """`60—64.9分`; scores have one decimal, or none: `60—64分`."""
        if self.low is None and self.high is None:
            return "所有人"
        if self.low is None:
            return "0分" if self.is_none else f"不到{_plain(self.high)}分"
        if self.high is None:
            return f"{_plain(self.low)}分及以上"
        last = self.high - (1 if self.is_whole and self.low % 1 == self.high % 1 == 0 else TENTH)
        return f"{_plain(self.low)}分" if last == self.low else f"{_plain(self.low)}—{_plain(last)}分"

    @property
    def is_none(self) -> bool:
        """Whether only a score of 0 lies in it."""
        return self.is_whole and self.low is None and self.high == 1


class Quarters(NamedTuple):
    """A quarter of the people have less than `low`, half less than `middle`, a quarter more than `high`."""

    low: Decimal
    middle: Decimal
    high: Decimal


def _plain(value: Decimal | None) -> str:
    return f"{value.normalize():f}" if value else "0"


def bars_of(
    values: Iterable[Decimal], cuts: Sequence[Decimal] = (), without: Collection[Decimal] = ()
) -> list[Bar]:  # fmt: skip
    """Return bars from low to high, each of at least FEWEST people; none where there are fewer in all.

    `cuts`: limits of another table of the same people (`shown_limits`); the bars keep them, so that nobody finds out
    about a smaller group by subtracting one table from the other. `without`: limits that they do not have.
    """
    values = sorted(values)
    if len(values) < FEWEST:
        return []
    edges, whole = [edge for edge in _edges(values) if edge not in without], _are_whole(values)
    found: list[Bar] = []
    for low, high in pairwise([None, *cuts, None]):
        part = Bar(low, high, 0)
        here = [value for value in values if part.holds(value)]
        found += merged(here, [edge for edge in edges if part.holds(edge) and edge != low], low, high, is_whole=whole)
    return found


def telling_limits(bars: Iterable[Bar], totals: Iterable[Decimal], bases: Iterable[Decimal]) -> set[Decimal]:
    """Return limits of `bars` over the totals that fewer than FEWEST people pass by their bonus.

    A table of the bases with such a limit, subtracted from that of the totals, would tell of those few.
    """
    totals, bases = sorted(totals), sorted(bases)
    limits = {bar.low for bar in bars if bar.low is not None}
    return {limit for limit in limits if 0 < bisect_left(bases, limit) - bisect_left(totals, limit) < FEWEST}


def _are_whole(values: Iterable[Decimal]) -> bool:
    return all(value % 1 == 0 for value in values)


def _edges(values: Sequence[Decimal]) -> list[Decimal]:
    """Round limits between the lowest and the highest score, at most MOST_BARS − 1."""
    for width in WIDTHS:
        first, last = values[0] // width + 1, values[-1] // width
        if last - first + 2 <= MOST_BARS:
            return [Decimal(number * width) for number in range(int(first), int(last) + 1)]
    return []


def merged(
    values: Sequence[Decimal], edges: Iterable[Decimal], low: Decimal | None = None, high: Decimal | None = None,
    *, is_whole: bool = False,
) -> list[Bar]:  # fmt: skip
    """Cut the sorted `values` from `low` to `high` at `edges`, without those that would leave fewer than FEWEST people."""
    places, kept = [0], []
    for edge in edges:
        place = bisect_left(values, edge)
        if place - places[-1] >= FEWEST and len(values) - place >= FEWEST:
            places.append(place)
            kept.append(edge)
    counts = [end - start for start, end in pairwise([*places, len(values)])]
    limits = pairwise([low, *kept, high])
    return [Bar(*edges, count, is_whole) for edges, count in zip(limits, counts, strict=True)]


def quarters_of(values: Iterable[Decimal]) -> Quarters | None:
    """Median and quartiles to one decimal; None where a quarter would be fewer than FEWEST people."""
    values = list(values)
    if len(values) < FEWEST_FOR_QUARTERS:
        return None
    return Quarters(*(cut.quantize(TENTH, ROUND_HALF_UP) for cut in quantiles(values, n=4, method="inclusive")))


def graded(values: Iterable[Decimal], grades: Iterable[tuple[str, Decimal]]) -> list[tuple[str, Bar]]:
    """Return the grades (name, at least) with their people, the best first; those with too few are taken together."""
    bands, values = sorted(grades, key=lambda grade: grade[1]), sorted(values)
    if not bands or len(values) < FEWEST:
        return []
    has_lower = values[0] < bands[0][1]
    found = []
    for bar in merged(values, [at_least for _name, at_least in bands], is_whole=_are_whole(values)):
        names = [LOWEST] * (has_lower and bar.low is None) + [name for name, at_least in bands if _within(at_least, bar)]
        found.append(("、".join(names[::-1]), bar))
    return found[::-1]


def shown_limits(rows: Iterable[tuple[str, Bar]]) -> list[Decimal]:
    """The limits between grades as shown, from low to high."""
    return sorted(bar.low for _names, bar in rows if bar.low is not None)


def _within(at_least: Decimal, bar: Bar) -> bool:
    return (bar.low is None or at_least >= bar.low) and (bar.high is None or at_least < bar.high)
