"""That it came over the web, with the villager's photos, beside the step 受理."""

from opinions.models import HopFile, Opinion

TEMPLATE = "opinions/parts/entry.html"


def part(user, ticket: Opinion) -> dict | None:
    """Return `entry` and `photos`; None for a ticket that nobody sent in. One query for photos and entry each."""
    if not ticket.from_web:
        return None
    photos = HopFile.objects.filter(hop__opinion=ticket, hop__move="register").order_by("pk")
    return {"ticket": ticket, "entry": ticket.entry, "photos": list(photos)}
