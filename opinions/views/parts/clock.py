"""How the due day was worked out."""

from opinions.models import Opinion

TEMPLATE = "opinions/parts/clock.html"


def part(user, ticket: Opinion) -> dict | None:
    """Return what the template shows as `part`; None for nothing."""
    return None
