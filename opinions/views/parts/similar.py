"""Tickets like this one, for whoever may merge it into one of them."""

from urllib.parse import quote

from django.urls import reverse

from julu_liaison.common.working_days import today_here
from opinions.models import Opinion
from opinions.services.desks import look_alikes
from opinions.workflow import MOVES

TEMPLATE = "opinions/parts/similar.html"


def part(user, ticket: Opinion) -> dict | None:
    """Return `rows`: (ticket, address that opens the step 并案 with it filled in); None for nothing."""
    merge = MOVES["merge"]
    if not (merge.is_open(ticket, today_here()) and merge.allowed(user, ticket)):
        return None
    page = reverse("opinion", args=[ticket.uid])
    rows = [
        (other, f"{page}?into={quote(_named(other, ticket))}#merge") for other in look_alikes(ticket=ticket, user=user)
    ]
    return {"rows": rows} if rows else None


def _named(other: Opinion, ticket: Opinion) -> str:
    """Its number, with the station's name where that is another register than the ticket's own."""
    return other.number if other.register_id == ticket.register_id else other.register.name + other.number
