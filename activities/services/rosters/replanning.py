"""Planning a published month again: as few published places change as possible."""

from datetime import datetime

from activities.models import Roster, RosterChange


def replan_roster(*, roster: Roster, actor, at: datetime, reason: str) -> list[RosterChange]:
    """Fill gaps of a published month on the days after today; returns what changed, written down and told.

    Fixed places stay. Raises NotAllowed, Conflict for a draft, DomainError (`reason`).
    """
    raise NotImplementedError


def preview_replan(**facts) -> list[RosterChange]:
    """Return what `replan_roster` would change, with nothing written; the same arguments, the same refusals."""
    raise NotImplementedError
