"""What the ledger of one deputy's year lacks to be equal to the facts: reversals first, then new lines."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from scoring.rules.rulings import Ruling, ruling_earnings
from scoring.rules.values import Release, Schedule, Worth, valued


class Line(NamedTuple):
    """A standing line of the ledger: posted and not reversed."""

    number: int
    fact_key: str
    item: str
    points: Decimal
    turn: int


class NewLine(NamedTuple):
    """A line to append: a reversal of the line `reverses`, or else a posting of `worth` as the fact's `turn`-th."""

    worth: Worth | None
    reverses: Line | None
    turn: int


def missing_lines(
    wanted: Iterable[Worth], standing: Mapping[str, Line], turns: Mapping[str, int]
) -> list[NewLine]:
    """Return what to append so that exactly `wanted` stands.

    `standing` by fact key, `turns` the last turn of every fact that ever stood. A line stands as long as its fact is
    worth the same under the same item: what the fact is called, or which version says so, is no reason to write.
    """
    by_key = {worth.earning.fact_key: worth for worth in wanted}
    kept = {key for key, line in standing.items() if key in by_key and _is_same(line, by_key[key])}
    gone = [line for key, line in standing.items() if key not in kept]
    reversals = [NewLine(None, line, line.turn) for line in sorted(gone, key=lambda line: line.number)]
    return reversals + [
        NewLine(worth, None, turns.get(key, 0) + 1) for key, worth in by_key.items() if key not in kept
    ]


def _is_same(line: Line, worth: Worth) -> bool:
    return line.points == worth.points and line.item == worth.earning.item


def frozen_lines(
    rulings: Iterable[Ruling], standing: Mapping[str, Line], turns: Mapping[str, int], schedule: Schedule,
    releases: Sequence[Release] = (),
) -> list[NewLine]:  # fmt: skip
    """Return what to append to a year in which only appeals count any more: facts neither come nor go.

    A ruling's own line that stood once and was taken back by a later ruling does not come back. Caps and waivers hold
    for rulings as they did before; a waived one that left no line then leaves none now.
    """
    rulings = list(rulings)
    cancelled = {ruling.cancelled for ruling in rulings if ruling.cancelled}
    gone = [line for key, line in standing.items() if key in cancelled]
    reversals = [NewLine(None, line, line.turn) for line in sorted(gone, key=lambda line: line.number)]
    posted = [one for one in ruling_earnings(rulings) if one.fact_key not in cancelled and one.fact_key not in standing]
    used: dict[str, Decimal] = defaultdict(Decimal)
    for key, line in standing.items():
        used[line.item] += abs(line.points) if key not in cancelled else 0
    return reversals + [
        NewLine(worth, None, turns.get(worth.earning.fact_key, 0) + 1)
        for worth in valued(posted, schedule, releases, used)
    ]
