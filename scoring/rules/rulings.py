"""What a granted appeal does: it takes a fact out of the ledger, posts one, or both."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from scoring.rules.earnings import Earning, label
from scoring.states import Item, Source


class Ruling(NamedTuple):
    """A granted appeal: `cancelled` is the key of the fact that no longer counts, `item` what counts now; either may be empty."""

    uid: str
    cancelled: str
    item: str
    on: date | None
    answer: str


def ruling_earnings(rulings: Iterable[Ruling]) -> list[Earning]:
    """What rulings post."""
    return [
        Earning(
            f"appeal:{ruling.uid}", ruling.item, ruling.on,
            f"{label(ruling.on)}{Item(ruling.item).label}(复核:{ruling.answer})", Source.APPEAL, ruling.uid,
        )
        for ruling in rulings
        if ruling.item and ruling.on
    ]  # fmt: skip


def heed(earnings: Iterable[Earning], rulings: Iterable[Ruling]) -> list[Earning]:
    """Return what counts after the rulings: without the cancelled facts, however often they come back, with the new ones.

    A ruling may take back what an earlier one posted.
    """
    rulings = list(rulings)
    cancelled = {ruling.cancelled for ruling in rulings if ruling.cancelled}
    return [one for one in (*earnings, *ruling_earnings(rulings)) if one.fact_key not in cancelled]
