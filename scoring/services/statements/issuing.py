"""Every deputy's figures of a quarter, kept as they were told (季度对账单)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse

from deputies.models import Deputy
from julu_liaison.accounts.models import User
from julu_liaison.common import audit
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
from scoring.models import PointEntry, QuarterStatement, Scheme
from scoring.permissions import can_set_rules
from scoring.rules import total_score
from scoring.rules.quarters import Quarter, ended_quarters
from scoring.states import Block
from stations.models import Station

BATCH = 500
CAUGHT_UP = 4  # quarters


@dataclass
class _Sums:
    """What a deputy's lines add up to, and the digest of the last one."""

    deductions: Decimal = Decimal(0)
    bonus: Decimal = Decimal(0)
    entries: int = 0
    digest: str = ""


@transaction.atomic
def issue_statements(*, county: Station, year: int, quarter: int, at: datetime, actor=None) -> int:
    """Write down what everybody's lines about facts up to the quarter's last day add up to; tell them; return how many.

    Whoever has a statement of the quarter keeps it and is not told again. The scheme's row is locked, so of two workers
    the second finds nothing left to do. A year without a scheme has no statements.
    """
    if actor is not None and not can_set_rules(actor, county):
        raise NotAllowed("季度对账单由系统按时发出,补发请联系县级管理员。")
    period = _checked(year, quarter)
    reason = withhold_reason(period, at)
    if reason:
        raise DomainError(reason)
    scheme = Scheme.objects.select_for_update(no_key=True).filter(county=county, year=year).first()
    people = _without_one(county, period) if scheme else {}
    if scheme is None or not people:
        return 0
    _write(scheme, period, people, at)
    users = User.objects.filter(pk__in=filter(None, people.values()), is_active=True)
    text = f"{period.name}的履职积分对账单出来了,请点开核对。哪一笔不对,可以提出复核。"
    link = reverse("my-statements")
    notify(kind=Kind.POINTS, users=users, text=text, link=link, at=at, fit_for_outside=True)
    audit.record(
        "issue_statements", actor=actor, target=scheme, at=at, year=year, quarter=quarter, deputies=len(people)
    )
    return len(people)


def issue_missing(*, county: Station, at: datetime) -> int:
    """Issue whatever of the last four quarters was not issued yet; return how many statements were new."""
    return sum(
        issue_statements(county=county, year=period.year, quarter=period.number, at=at)
        for period in ended_quarters(today_here(at), CAUGHT_UP)
    )


def withhold_reason(period: Quarter, at: datetime) -> str:
    """Why a quarter's statements cannot be issued yet; empty if they can."""
    if today_here(at) > period.last:
        return ""
    return f"{period.name}还没有过完,过完以后才能发对账单。"


@transaction.atomic
def hand_out_statement(*, deputy: Deputy, year: int, actor, at: datetime) -> None:
    """Record that `actor` took a deputy's statement away as a file."""
    audit.record("hand_out_statement", actor=actor, target=deputy, at=at, year=year)


@transaction.atomic
def hand_out_term_sheets(*, whose: Deputy | Station, what: str, actor, at: datetime, people: int = 1) -> None:
    """Record that `actor` took a deputy's sheet over a term, or a county's, away as a file."""
    audit.record("hand_out_term_sheets", actor=actor, target=whose, at=at, what=what, people=people)


def _checked(year: int, quarter: int) -> Quarter:
    if quarter not in (1, 2, 3, 4):
        raise DomainError("季度只有1到4,请重新选择。")
    return Quarter(year, quarter)


def _without_one(county: Station, period: Quarter) -> dict[int, int | None]:
    """Deputies with a mandate or a branch on a day of the quarter who have no statement of it: key → account."""
    told = QuarterStatement.objects.filter(deputy=OuterRef("pk"), year=period.year, quarter=period.number)
    people = Deputy.objects.there_within(period.first, period.last)
    people = people.filter(~Exists(told), county=county).order_by("pk")
    return dict(people.values_list("pk", "user"))


def _write(scheme: Scheme, period: Quarter, people: dict[int, int | None], at: datetime) -> None:
    sums = _sums(scheme, period, at)
    QuarterStatement.objects.bulk_create(
        [_statement(scheme, period, key, sums.get(key, _Sums()), at) for key in people], batch_size=BATCH
    )


def _sums(scheme: Scheme, period: Quarter, at: datetime) -> dict[int, _Sums]:
    """By deputy key, read in one query: sums and digest are of the same lines, whoever is posting meanwhile.

    The same as `Cut.knew`, which takes the digest for the end: a chain grows at its end only.
    """
    lines = PointEntry.objects.of_year(period.year).with_fact_day()
    lines = lines.filter(county=scheme.county_id, fact_on__lte=period.last, posted_at__lte=at)
    found: dict[int, _Sums] = defaultdict(_Sums)
    rows = lines.order_by("deputy", "number").values_list("deputy", "block", "points", "digest")
    for deputy, block, points, digest in rows.iterator(chunk_size=2000):
        one = found[deputy]
        if block == Block.BASE:
            one.deductions += points
        else:
            one.bonus += points
        one.entries, one.digest = one.entries + 1, digest
    return found


def _statement(scheme: Scheme, period: Quarter, deputy: int, sums: _Sums, at: datetime) -> QuarterStatement:
    return QuarterStatement(
        deputy_id=deputy, year=period.year, quarter=period.number, base=scheme.base, deductions=sums.deductions,
        bonus=sums.bonus, total=total_score(scheme.base, sums.deductions, sums.bonus), entries=sums.entries,
        last_digest=sums.digest, made_at=at,
    )  # fmt: skip
