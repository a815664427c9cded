"""Digests of what was decided, kept beside it: of a version's values as applied, of the chains as made public."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from hashlib import sha256

from scoring.rules.chain import MARK

Value = tuple[int, str, str, Decimal, Decimal | None]  # key of the rule, item, block, points, cap
Chain = tuple[str, int, str]  # code of the deputy, length, digest of the last line


def digest_of_version(number: int, starts_on: date, base: Decimal, values: Iterable[Value]) -> str:
    """Return the digest (64 hex digits) of all that a version says, the same in whatever order its rules come."""
    rows = [
        (f"{key:012}", item, block, f"{points:.1f}", "" if cap is None else f"{cap:.1f}")
        for key, item, block, points, cap in values
    ]
    return _digest([(number, starts_on.isoformat(), f"{base:.1f}"), *sorted(rows)])


def digest_of_chains(year: int, chains: Iterable[Chain]) -> str:
    """Return the digest of the ends of a year's chains."""
    return _digest([(year,), *sorted(chains)])


def _digest(rows: Iterable[tuple]) -> str:
    return sha256("\n".join(MARK.join(map(str, row)) for row in rows).encode()).hexdigest()
