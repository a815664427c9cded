"""Sending what is due; all logic is in the services."""

from celery import shared_task
from django.utils import timezone

from julu_liaison.notices.services.forgetting import forget_messages
from julu_liaison.notices.services.routing import route_notices
from julu_liaison.notices.services.sending import send_due

AT_A_TIME = 500


@shared_task(name="julu_liaison.notices.tasks.deliver_messages", ignore_result=True)
def deliver_messages() -> int:
    """Make messages of new notices and send what is due; returns how many were seen to. Two at once do no harm."""
    while route_notices(at=timezone.now(), limit=AT_A_TIME) == AT_A_TIME:
        continue
    return send_due(at=timezone.now(), now=timezone.now).total()


@shared_task(name="julu_liaison.notices.tasks.forget_old_messages")
def forget_old_messages() -> int:
    """Let go of old messages and of notices that were read long ago."""
    return forget_messages(at=timezone.now())
