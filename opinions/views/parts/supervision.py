"""Under whose supervision it stands."""

from opinions.models import Opinion

TEMPLATE = "opinions/parts/supervision.html"


def part(user, ticket: Opinion) -> dict | None:
    """Return what the template shows as `part`; None for nothing."""
    return None
