"""What the ledger of one deputy's year lacks to be equal to the facts: reversals first, then new lines."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from scoring.rules.values import Worth


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
