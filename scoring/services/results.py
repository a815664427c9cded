"""Results of closed years: written at closing, in further editions after granted appeals."""

from datetime import datetime

from django.db import transaction

from deputies.models import Deputy
from julu_liaison.common import audit
from scoring.models import Appeal, YearClosing, YearResult
from scoring.rules.results import ResultLine
from scoring.services.ledger.posting import lock_people
from scoring.services.standings import Standing, standings_of


def new_result(
    closing: YearClosing, row: Standing, *, edition: int, appeal: Appeal | None, at: datetime
) -> YearResult:
    """A result that is not saved yet."""
    return YearResult(
        closing=closing, deputy=row.deputy, edition=edition, appeal=appeal, grade=row.grade,
        branch_name=row.branch_name[:60], base=row.score.base, deductions=row.score.deductions, bonus=row.score.bonus,
        total=row.score.total, entries=row.entries, last_digest=row.last_digest, made_at=at,
    )  # fmt: skip


def result_line_of(result: YearResult) -> ResultLine:
    """A result as the year's digest is made of it."""
    return ResultLine(
        result.deputy.code, result.branch_name, result.base, result.deductions, result.bonus, result.total,
        result.grade, result.entries, result.last_digest,
    )  # fmt: skip


@transaction.atomic
def reissue(*, closing: YearClosing, deputy: Deputy, appeal: Appeal, at: datetime) -> YearResult | None:
    """Write the next edition of a deputy's result (结账后更正), after `appeal` was granted and its lines are posted.

    Returns None before the year is closed, and where the appeal posted nothing. Whoever answered the appeal acts.
    """
    lock_people(deputy.county, [deputy.pk])
    closing = YearClosing.objects.select_related("scheme__county").get(pk=closing.pk)
    if closing.closed_at is None:
        return None
    before = YearResult.objects.filter(closing=closing, deputy=deputy).order_by("-edition").first()
    (row,) = standings_of(closing.scheme, [deputy.pk])
    if before is not None and (before.entries, before.last_digest) == (row.entries, row.last_digest):
        return None
    result = new_result(closing, row, edition=before.edition + 1 if before else 1, appeal=appeal, at=at)
    result.save()
    audit.record(
        "reissue_result", actor=appeal.answered_by, target=deputy, at=at, year=closing.scheme.year, edition=result.edition,
        total=str(result.total), appeal=str(appeal.uid),
    )  # fmt: skip
    return result
