"""Another form of service for somebody whom the month's reception days leave over."""

from datetime import date, datetime

from activities.models import OtherService, Roster
from deputies.models import Deputy


def plan_other_service(
    *, roster: Roster, deputy: Deputy, form: str, by: date, note: str, actor, at: datetime | None = None
) -> OtherService:
    """Plan a service of another form in the month, until the day `by`; told at once if the roster is published.

    Raises NotAllowed, Conflict (has one already), DomainError (`deputy`, `form`, `by`).
    """
    raise NotImplementedError


def drop_other_service(*, service: OtherService, actor, at: datetime | None = None) -> None:
    """Take the plan of another service back."""
    raise NotImplementedError
