"""The papers that can be printed of a suggestion."""

from opinions.models import Opinion
from opinions.permissions import sees_drafts
from opinions.posters import PAPERS
from opinions.states import Kind

TEMPLATE = "opinions/parts/papers.html"


def part(user, ticket: Opinion) -> dict | None:
    """Return `papers`, (name, words) of each that can be printed now; None for an opinion, which has none."""
    if ticket.kind != Kind.SUGGESTION:
        return None
    replies = ticket.replies.filter(withdrawn=False)
    if not sees_drafts(user, ticket):
        replies = replies.exclude(signed_at=None)
    has_reply = replies.exists()
    return {"papers": [(name, words) for name, words in PAPERS.items() if name == "form" or has_reply]}
