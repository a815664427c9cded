"""Nightly repair of the ledger."""

import logging

from celery import shared_task
from django.utils import timezone

from julu_liaison.common.working_days import today_here
from scoring.services import rescore
from stations.models import Station

log = logging.getLogger(__name__)


@shared_task(name="scoring.tasks.rescore_everything")
def rescore_everything() -> int:
    """Make this year's ledger equal to the facts in every county; warns when something had been missed."""
    made = 0
    for county in Station.objects.centres():
        made += rescore(county=county, year=today_here().year, at=timezone.now())
    if made:
        log.warning("nightly rescore made %s entries that events had missed", made)
    return made
