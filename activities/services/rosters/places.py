"""Changing by hand who is on which reception day."""

from datetime import date, datetime

from activities.models import Shift, ShiftPlace
from deputies.models import Deputy


def put_on_shift(*, shift: Shift, deputy: Deputy, actor, at: datetime, reason: str = "") -> ShiftPlace:
    """Put a member of the branch on a day, fixed by hand; on a published roster with a reason, and the deputy is told.

    Raises NotAllowed, Conflict (on it already, day over or called off), DomainError with the fields `deputy`, `reason`.
    """
    raise NotImplementedError


def take_off_shift(*, shift: Shift, deputy: Deputy, actor, at: datetime, reason: str = "") -> None:
    """Take a deputy off a day; on a published roster with a reason, and the deputy is told. Errors as in `put_on_shift`."""
    raise NotImplementedError


def set_seats(*, shift: Shift, seats: int, actor, at: datetime) -> list[str]:
    """Let 2 to 4 people serve on one day; returns warnings (four are many). Raises DomainError (`seats`)."""
    raise NotImplementedError


def hand_over_place(*, shift: Shift, giver: Deputy, taker: Deputy, actor, at: datetime, reason: str = "") -> ShiftPlace:
    """Give `giver`'s place to `taker`, a member of the branch or another one of its station, who may serve that day.

    The caller has asked who may, and tells those concerned; the change is written down here. Raises Conflict
    (the giver isn't on it, the day has come or is called off) or DomainError (`taker`) with a sentence.
    """
    raise NotImplementedError


def release_places(*, deputy: Deputy, start: date, end: date, actor, at: datetime, reason: str) -> list[Shift]:
    """Take the deputy off all coming days from `start` to `end`; returns those with fewer than two deputies now.

    Nothing is planned again by itself and nobody is told: the caller tells the clerk of the gaps. A day that has
    come (today or earlier) is left alone. No permission of its own: approving leave is the caller's matter.
    """
    raise NotImplementedError
