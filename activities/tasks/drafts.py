"""The nightly clearing of the sheet's drafts."""

from celery import shared_task
from django.utils import timezone

from activities.services import forget_old_drafts as forget


@shared_task(name="activities.tasks.forget_old_drafts")
def forget_old_drafts() -> int:
    """Forget drafts nobody has touched for two months; returns how many."""
    return forget(at=timezone.now())
