"""What happens every night: a new year's scheme is opened, ledgers that events have missed are made right, and checked."""

from datetime import datetime

from django.db import transaction

from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
from scoring.models import Scheme
from scoring.services.ledger.posting import rescore
from scoring.services.ledger.verifying import verify
from scoring.services.schemes import open_scheme
from stations.models import Posting, Station
from stations.states import Role


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


def ledger_problems(*, county: Station, at: datetime) -> list[str]:
    """What `verify` says tonight: of this year and the last, which are written to, and of one older year in turn."""
    today = today_here(at)
    older = Scheme.objects.filter(county=county, year__lt=today.year - 1).order_by("year").values_list("year", flat=True)
    turn = [older[today.toordinal() % len(older)]] if older else []
    found = [words for year in (*turn, today.year - 1, today.year) for words in verify(county=county, year=year)]
    return list(dict.fromkeys(found))  # a trigger that is gone is told of with every year


@transaction.atomic
def tell_of_ledger_problems(*, county: Station, number: int, at: datetime) -> None:
    """Tell the county's administrators and those of the system that the nightly check found something."""
    words = f"夜里核对积分流水,发现{number}处不对,可能有人直接改过数据库。请让系统管理员运行 verify_ledger 看清楚。"
    rows = Posting.objects.in_force(today_here(at)).filter(station=county, role__in=(Role.COUNTY_ADMIN, Role.SYSTEM_ADMIN))
    users = list({row.user_id: row.user for row in rows.select_related("user").order_by("user")}.values())
    notify(kind=Kind.OFFICE, users=users, text=words, link="/console/health/", at=at, urgent=True, fit_for_outside=True)
