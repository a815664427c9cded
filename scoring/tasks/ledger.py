"""Nightly repair of the ledger."""

import logging

from celery import shared_task
from django.utils import timezone

from scoring.services.ledger.nightly import ledgers_to_repair, repair_ledger
from stations.models import Station

log = logging.getLogger(__name__)


@shared_task(name="scoring.tasks.rescore_everything")
def rescore_everything() -> int:
    """Have the ledgers made equal to the facts, each county's year in a task of its own: an error there stops no other."""
    todo = ledgers_to_repair(timezone.now())
    for county, year in todo:
        rescore_year.delay(county.pk, year)
    return len(todo)


@shared_task(name="scoring.tasks.rescore_year")
def rescore_year(county: int, year: int) -> int:
    """Repair one ledger; warns when something had been missed."""
    made = repair_ledger(county=Station.objects.get(pk=county), year=year, at=timezone.now())
    if made:
        log.warning("nightly rescore made %s entries of county %s, %s that events had missed", made, county, year)
    return made
