"""Tickets like this one."""

from opinions.models import Opinion

TEMPLATE = "opinions/parts/similar.html"


def part(user, ticket: Opinion) -> dict | None:
    """Return what the template shows as `part`; None for nothing."""
    return None
