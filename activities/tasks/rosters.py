"""The daily watch over rosters, and what is said ahead of reception days."""

from celery import shared_task
from django.utils import timezone

from activities import services


@shared_task(name="activities.tasks.watch_rosters")
def watch_rosters() -> list[int]:
    """Tell stations, and two days later the county, of gaps and of months not published; how many of each."""
    return list(services.watch_gaps(at=timezone.now()))


@shared_task(name="activities.tasks.remind_of_duties")
def remind_of_duties() -> int:
    """Remind deputies 7, 3 and 1 days before they are on duty; how many."""
    return services.remind_of_duties(at=timezone.now())


@shared_task(name="activities.tasks.announce_receptions")
def announce_receptions() -> int:
    """Announce the receptions of three days ahead to stations and their groups; how many."""
    return services.announce_receptions(at=timezone.now())
