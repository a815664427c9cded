"""What happens every night: a new year's scheme is opened, and ledgers that events have missed are made right."""

from datetime import datetime

from julu_liaison.common.working_days import today_here
from scoring.models import Scheme
from scoring.services.ledger.posting import rescore
from scoring.services.schemes import open_scheme
from stations.models import Station


def repair_ledgers(*, at: datetime) -> int:
    """Rescore this year and the last one, whose late evidence still comes in, in every county; returns the entries made.

    A county that has a scheme begins each year with the values of the year before. One transaction a county and year.
    """
    year, made = today_here(at).year, 0
    for county in Station.objects.centres():
        if Scheme.objects.filter(county=county).exists():
            open_scheme(county=county, year=year, actor=None, at=at)
        made += rescore(county=county, year=year - 1, at=at) + rescore(county=county, year=year, at=at)
    return made
