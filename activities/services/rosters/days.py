"""Reception days added, called off and moved, each with its reason."""

from collections.abc import Iterable
from datetime import date, datetime

from activities.models import Shift
from stations.models import Station


def add_day(*, branches: Iterable[Station], on: date, reason: str, actor, at: datetime) -> list[Shift]:
    """Hold a reception on one more day, Sunday or not, without anyone on it yet; a called-off day is taken up again.

    Belongs to the roster of the month `on` lies in, which is begun where there is none. Raises NotAllowed, Conflict
    (there is one that day already), DomainError (`on`, `reason`, `branches`).
    """
    raise NotImplementedError


def cancel_day(*, shifts: Iterable[Shift], reason: str, actor, at: datetime) -> list[Shift]:
    """Call reception days off (已取消) with the reason; on a published roster those on duty are told."""
    raise NotImplementedError


def move_day(*, shifts: Iterable[Shift], to: date, reason: str, actor, at: datetime) -> list[Shift]:
    """Hold reception days on another date; they count for their month as before. On a published roster all are told.

    Whoever can't come on the new date (leave, membership, another place) is taken off, which the changes say.
    """
    raise NotImplementedError
