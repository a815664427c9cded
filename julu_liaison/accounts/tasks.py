"""Nightly housekeeping of sign-ins."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from julu_liaison.accounts.services import forget_sign_ins

# So long the login page can tell that a session ran out, and is not just unknown.
ENDED_KEPT = timedelta(days=1)


@shared_task
def forget_old_sign_ins() -> int:
    """Clear away sessions and API keys that ended more than a day ago."""
    return forget_sign_ins(before=timezone.now() - ENDED_KEPT)
