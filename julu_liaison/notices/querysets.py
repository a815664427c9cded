"""Which messages somebody has to look at."""

from datetime import datetime, timedelta

from django.db.models import Q

from julu_liaison.notices.states import MessageState

RECENT_DAYS = 30
TRIED_OFTEN = 3  # after so many tries in vain a message that still waits is told of as well

NOT_OUT = Q(state=MessageState.FAILED) | Q(state=MessageState.WAITING, attempts__gte=TRIED_OFTEN)
UNCLEAR = Q(state=MessageState.UNCLEAR)


def recent(at: datetime) -> Q:
    """Return what picks the messages of the last days; nobody runs after older ones."""
    return Q(created_at__gte=at - timedelta(days=RECENT_DAYS))
