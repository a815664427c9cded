"""One digest of everybody's result as a year was closed."""

from collections.abc import Iterable
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from scoring.rules.chain import MARK


class ResultLine(NamedTuple):
    """One deputy's result; `entries` and `last_digest` are the length and the end of the chain at that moment."""

    deputy: str
    branch: str
    base: Decimal
    deductions: Decimal
    bonus: Decimal
    total: Decimal
    grade: str
    entries: int
    last_digest: str


def digest_of_year(year: int, results: Iterable[ResultLine]) -> str:
    """Return the digest (64 hex digits) of a year's results, the same in whatever order they come."""
    lines = [str(year), *sorted(map(_line, results))]
    return sha256("\n".join(lines).encode()).hexdigest()


def _line(result: ResultLine) -> str:
    return MARK.join(f"{part:.1f}" if isinstance(part, Decimal) else str(part) for part in result)
