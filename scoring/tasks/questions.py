"""The daily reminder of claims and appeals."""

from celery import shared_task
from django.utils import timezone

from scoring.services.reminding import remind_questions as remind


@shared_task(name="scoring.tasks.remind_questions")
def remind_questions() -> int:
    """Remind whoever has to act of what is due; returns how many notices were written."""
    return remind(at=timezone.now())
