"""How many messages should have left the house by now."""

from datetime import datetime, timedelta

from django.db.models import Count, Q

from julu_liaison.notices.models import Message
from julu_liaison.notices.states import UNFINISHED

LATE = timedelta(minutes=15)  # every minute some are sent; a gateway that is down is tried again in growing pauses


def messages_behind(at: datetime) -> tuple[int, int]:
    """Return how many messages are due and not sent, and how many of them for longer than LATE (one query)."""
    due = Message.objects.filter(state__in=UNFINISHED, due_at__lte=at)
    found = due.aggregate(all=Count("pk"), late=Count("pk", filter=Q(due_at__lt=at - LATE)))
    return found["all"], found["late"]
