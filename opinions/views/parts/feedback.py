"""The villager's link, what was struck out, who was merged here."""

from opinions.models import Opinion

TEMPLATE = "opinions/parts/feedback.html"


def part(user, ticket: Opinion) -> dict | None:
    """Return what the template shows as `part`; None for nothing."""
    return None
