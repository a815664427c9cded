"""How often deputies have served: what the page shows beside each name, and what planning evens out."""

from collections.abc import Iterable
from datetime import date


def service_counts(*, branch_keys: Iterable[int], on: date) -> dict[int, tuple[date | None, int]]:
    """Return (last duty, days served this year) of every member of the branches on the day `on`, by deputy key.

    Served means: seen in a valid log up to that day, at whatever branch, substitutes too. Two queries.
    """
    raise NotImplementedError
