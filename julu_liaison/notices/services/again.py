"""Sending once more what did not arrive, by the hand of whoever looks after it."""

from datetime import datetime

from django.db import transaction

from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict
from julu_liaison.notices.models import Message, Notice
from julu_liaison.notices.rules import next_allowed
from julu_liaison.notices.services.routing import calendar_from
from julu_liaison.notices.states import UNFINISHED, MessageState

# What was dropped was read, turned off or is over: it would only be dropped again.
REPEATABLE = frozenset({MessageState.FAILED, MessageState.UNCLEAR})
NOT_ENDED = "这一条已经发出去了,或者正在发送,不用再发。"


@transaction.atomic
def send_again(*, message: Message, county_code: str, actor, at: datetime) -> Message:
    """Have a message tried anew that failed or is unclear; at night and on holidays in the morning.

    Who may see the message may do so (its queryset's scope). Raises Conflict for one that has arrived or is on its way.
    """
    row = Message.objects.select_for_update().get(pk=message.pk)
    if row.state not in REPEATABLE:
        raise Conflict(NOT_ENDED)
    before = row.state
    row.state, row.attempts, row.error, row.ended_at = MessageState.WAITING, 0, "", None
    row.due_at = at if row.urgent else next_allowed(at, calendar_from(at))
    row.save(update_fields=["state", "attempts", "error", "ended_at", "due_at"])
    audit.record(
        "send_again", actor=actor, target=row, county_code=county_code, at=at, channel=row.channel, was=before
    )  # fmt: skip
    return row


def drop_unsent(*, at: datetime, why: str) -> int:
    """End everything that waits to be sent, and have nothing made of notices that wait; return how many messages. `why`: a
    sentence that the page shows."""
    Notice.objects.filter(routed_at=None).update(routed_at=at)
    waiting = Message.objects.filter(state__in=UNFINISHED)
    return waiting.update(state=MessageState.DROPPED, error=why, ended_at=at, claimed_until=None)
