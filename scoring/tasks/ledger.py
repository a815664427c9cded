"""Nightly repair and check of the ledger."""

import logging

from celery import shared_task
from django.utils import timezone

from scoring.services.ledger.nightly import ledger_problems, ledgers_to_repair, repair_ledger, tell_of_ledger_problems
from stations.models import Station

log = logging.getLogger(__name__)


class LedgerBroken(RuntimeError):
    """The ledger is not as it was written. Raised so that the log has it as an error, too."""


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


@shared_task(name="scoring.tasks.verify_points")
def verify_points() -> int:
    """Have the ledgers checked, each county's in a task of its own; returns how many counties there are."""
    counties = list(Station.objects.centres().order_by("pk").values_list("pk", flat=True))
    for county in counties:
        verify_county.delay(county)
    return len(counties)


@shared_task(name="scoring.tasks.verify_county")
def verify_county(county: int) -> None:
    """Check one county's ledgers.

    Administrators are told how many problems there are; `verify_ledger` says which, since its words name people and the log
    must not. Raises LedgerBroken.
    """
    at, place = timezone.now(), Station.objects.get(pk=county)
    number = len(ledger_problems(county=place, at=at))
    if number:
        tell_of_ledger_problems(county=place, number=number, at=at)
        raise LedgerBroken(f"{number} in county {county}")
