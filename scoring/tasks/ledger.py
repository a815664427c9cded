"""Nightly repair and check of the ledger."""

import logging

from celery import shared_task
from django.utils import timezone

from scoring.services.ledger.nightly import ledger_problems, ledgers_to_repair, repair_ledger, tell_of_ledger_problems
from stations.models import Station

log = logging.getLogger(__name__)


class LedgerBroken(RuntimeError):
    """The ledger is not as it was written. Raised so that the page of what runs shows it, too."""


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
    """Check the ledgers of all counties; returns how many counties there are.

    Administrators are told how many problems there are; `verify_ledger` says which, since its words name people and the log
    must not. Raises LedgerBroken when all counties are checked.
    """
    at, broken = timezone.now(), []
    counties = list(Station.objects.centres().order_by("pk"))
    for county in counties:
        if problems := ledger_problems(county=county, at=at):
            tell_of_ledger_problems(county=county, number=len(problems), at=at)
            broken.append(f"{len(problems)} in county {county.pk}")
    if broken:
        raise LedgerBroken(", ".join(broken))
    return len(counties)
