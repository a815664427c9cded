"""What happens every night: a new year's scheme is opened, and ledgers that events have missed are made right."""

from datetime import datetime

from julu_liaison.common.working_days import today_here
from scoring.models import Scheme
from scoring.services.ledger.posting import rescore
from scoring.services.schemes import open_scheme
from stations.models import Station


def ledgers_to_repair(at: datetime) -> list[tuple[Station, int]]:
    """Every county's last year, whose late evidence still comes in, and this one."""
    this = today_here(at).year
    return [(county, year) for county in Station.objects.centres().order_by("pk") for year in (this - 1, this)]


def repair_ledger(*, county: Station, year: int, at: datetime) -> int:
    """Rescore one county's year; returns the entries made.

    A county that has a scheme begins each year with the values of the year before.
    """
    if year == today_here(at).year and Scheme.objects.filter(county=county).exists():
        open_scheme(county=county, year=year, actor=None, at=at)
    return rescore(county=county, year=year, at=at)
