"""The papers that can be printed of it."""

from opinions.models import Opinion

TEMPLATE = "opinions/parts/papers.html"


def part(user, ticket: Opinion) -> dict | None:
    """Return what the template shows as `part`; None for nothing."""
    return None
