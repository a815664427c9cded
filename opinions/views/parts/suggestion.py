"""The formal side of a suggestion: signers, session, talks."""

from opinions.models import Opinion

TEMPLATE = "opinions/parts/suggestion.html"


def part(user, ticket: Opinion) -> dict | None:
    """Return what the template shows as `part`; None for nothing."""
    return None
