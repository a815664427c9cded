"""Sending once more what did not arrive, by the hand of whoever looks after it."""

from datetime import datetime

from django.db import transaction

from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict
from julu_liaison.notices.models import Message
from julu_liaison.notices.rules import next_allowed
from julu_liaison.notices.services.routing import calendar_from
from julu_liaison.notices.states import MessageState

REPEATABLE = frozenset({MessageState.FAILED, MessageState.UNCLEAR, MessageState.DROPPED})
NOT_ENDED = "这一条已经送达,或者正在发送,不用再发。"


@transaction.atomic
def send_again(*, message: Message, actor, at: datetime) -> Message:
    """Have a message tried anew that failed, is unclear or was dropped; at night and on holidays in the morning.

    Who may see the message may do so (its queryset's scope). Raises Conflict for one that has arrived or is on its way.
    """
    row = Message.objects.select_for_update().get(pk=message.pk)
    if row.state not in REPEATABLE:
        raise Conflict(NOT_ENDED)
    before = row.state
    row.state, row.attempts, row.error, row.ended_at = MessageState.WAITING, 0, "", None
    row.due_at = at if row.urgent else next_allowed(at, calendar_from(at))
    row.save(update_fields=["state", "attempts", "error", "ended_at", "due_at"])
    audit.record("send_again", actor=actor, target=row, at=at, channel=row.channel, was=before)
    return row
