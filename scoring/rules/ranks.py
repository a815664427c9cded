"""Places in a ranking: equal figures share one (并列)."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TypeVar

T = TypeVar("T")


def ranked(rows: Iterable[T], figure: Callable[[T], Decimal]) -> list[tuple[int, T]]:
    """Return (place, row) from the highest figure down; after two firsts comes a third. Equals keep their order."""
    found: list[tuple[int, T]] = []
    for number, row in enumerate(sorted(rows, key=figure, reverse=True), start=1):
        is_equal = bool(found) and figure(found[-1][1]) == figure(row)
        found.append((found[-1][0] if is_equal else number, row))
    return found
