"""The daily watch over absences from the congress."""

from celery import shared_task
from django.utils import timezone

from scoring.services.alerts import warn_of_absences
from stations.models import Station


@shared_task(name="scoring.tasks.watch_absences")
def watch_absences() -> int:
    """Tell of sessions missed without leave that nobody was told of yet; returns how many."""
    return sum(warn_of_absences(county=county, at=timezone.now()) for county in Station.objects.centres())
