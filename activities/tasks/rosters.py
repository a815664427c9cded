"""The daily watch over rosters."""

from celery import shared_task
from django.utils import timezone

from activities.services import watch_gaps


@shared_task(name="activities.tasks.watch_rosters")
def watch_rosters() -> list[int]:
    """Tell stations, and two days later the county, of gaps and of months not published; how many of each."""
    return list(watch_gaps(at=timezone.now()))
