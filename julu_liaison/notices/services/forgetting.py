"""Letting go of what nobody asks for any more."""

from datetime import datetime, timedelta

from django.db import transaction

from julu_liaison.notices.models import Message, Notice
from julu_liaison.notices.states import UNFINISHED

MESSAGES_KEPT = timedelta(days=180)  # after they ended
NOTICES_KEPT = timedelta(days=365)  # after they were read, or posted to a group; what nobody has read stays


@transaction.atomic
def forget_messages(*, at: datetime) -> int:
    """Delete messages that ended half a year ago and notices read a year ago; returns how many."""
    _all, messages = Message.objects.filter(ended_at__lt=at - MESSAGES_KEPT).delete()
    old = at - NOTICES_KEPT
    read = Notice.objects.filter(read_at__lt=old) | Notice.objects.filter(user=None, created_at__lt=old)
    _all, notices = read.exclude(messages__state__in=UNFINISHED).delete()
    return messages.get("notices.Message", 0) + notices.get("notices.Notice", 0)
