"""Days on which something held, as spans (first day, last day), both included. Pure."""

from collections.abc import Iterable
from datetime import date, timedelta

Span = tuple[date, date]
ONE_DAY = timedelta(days=1)


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same days in order, what overlaps or adjoins made one: a mandate renewed the next day is no gap."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start - ONE_DAY <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def common(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """The days of both, joined."""
    others = list(others)
    both = [(max(one[0], other[0]), min(one[1], other[1])) for one in spans for other in others]
    return joined((start, end) for start, end in both if start <= end)


def covers(spans: Iterable[Span], day: date) -> bool:
    return any(start <= day <= end for start, end in spans)
