"""How the due day was worked out."""

from opinions.models import Opinion

TEMPLATE = "opinions/parts/clock.html"


def part(user, ticket: Opinion) -> dict | None:
    """Return the running clocks, the ticket's own term first; None for a ticket that never had one."""
    clocks = list(ticket.clocks.select_related("department").order_by("-is_main", "pk"))
    if not clocks:
        return None
    return {"running": [clock for clock in clocks if clock.stopped_on is None]}
