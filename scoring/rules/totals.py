"""The score from its two sums, and the grade from the score."""

from collections.abc import Iterable
from decimal import Decimal


def total_score(base: Decimal, deductions: Decimal, bonus: Decimal) -> Decimal:
    """Score = max(0, base − deductions) + bonus. `deductions` is the sum of base entries, at most 0.

    Two sums, clamped on reading: clamping a running balance goes wrong as soon as an entry is reversed.
    """
    return max(Decimal(0), base + deductions) + bonus


def grade_of(total: Decimal, grades: Iterable[tuple[str, Decimal]]) -> str:
    """The name of the highest band (name, at least) that a score reaches; empty below all of them."""
    reached = [(at_least, name) for name, at_least in grades if total >= at_least]
    return max(reached)[1] if reached else ""
