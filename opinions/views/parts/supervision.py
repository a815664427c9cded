"""Under whose supervision it stands."""

from opinions.models import Opinion
from opinions.permissions import at_its_centre
from opinions.states import ENDED

TEMPLATE = "opinions/parts/supervision.html"


def part(user, ticket: Opinion) -> dict | None:
    """Return `row` (the Supervision) and whether the person `may_change` the director; None for a ticket without one."""
    row = getattr(ticket, "supervision", None)
    if row is None:
        return None
    return {"row": row, "may_change": ticket.state not in ENDED and at_its_centre(user, ticket)}
