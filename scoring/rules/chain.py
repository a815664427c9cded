"""The chain: every line of a deputy's year carries a digest of itself and of the line before."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256

MARK = "\x1f"


def digest_of(
    before: str, *, deputy: str, year: int, number: int, rule: int, block: str, points: Decimal, occurred_on: date,
    reason: str, source: str, source_key: str, fact_key: str, turn: int, reverses: int | None, posted_at: datetime,
) -> str:  # fmt: skip
    """Return the digest (64 hex digits) of one line after the line with the digest `before` (empty for the first).

    `deputy` is the code; `reverses` the number of the line in the same chain that this one cancels.
    """
    parts = (
        before, deputy, year, number, rule, block, f"{points:.1f}", occurred_on, reason, source, source_key,
        fact_key, turn, reverses or "", _in_words(posted_at),
    )  # fmt: skip
    return sha256(MARK.join(map(str, parts)).encode()).hexdigest()


@lru_cache(maxsize=16)
def _in_words(moment: datetime) -> str:
    """Lines are written many at a time."""
    return moment.astimezone(UTC).isoformat()
