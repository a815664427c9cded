"""Quarterly statements, on the second day after each quarter."""

from celery import shared_task
from django.utils import timezone

from scoring.services.statements import issue_missing
from stations.models import Station


@shared_task(name="scoring.tasks.issue_quarter")
def issue_quarter() -> int:
    """Issue in every county what of the last quarters was not issued yet; run again it does nothing."""
    return sum(issue_missing(county=county, at=timezone.now()) for county in Station.objects.centres())
