"""Results of closed years: written at closing, in further editions after granted appeals, compared with the ledger."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from deputies.models import Deputy
from julu_liaison.common import audit
from scoring.models import Appeal, PointEntry, YearClosing, YearResult
from scoring.rules import total_score
from scoring.rules.results import ResultLine, digest_of_year
from scoring.services.ledger.posting import lock_people
from scoring.services.standings import Standing, standings_of
from scoring.states import Block

NOTHING = Decimal(0)


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


# ---- Compared with the ledger ----


def results_problems(year: int | None = None) -> list[str]:
    """Compare every closed year's results with the ledger, line by line, and its digest; return sentences.

    Each edition has to be the sums of as many entries as it says, ending with the digest that it says; the latest one
    of all entries. Nobody with entries may be without a result.
    """
    closings = YearClosing.objects.exclude(closed_at=None).select_related("scheme__county").order_by("pk")
    if year is not None:
        closings = closings.filter(scheme__year=year)
    return [problem for closing in closings for problem in _problems_of(closing)]


def _problems_of(closing: YearClosing) -> Iterator[str]:
    where = f"{closing.scheme.county.name}{closing.scheme.year}年"
    editions: dict[int, list[YearResult]] = defaultdict(list)
    results = YearResult.objects.filter(closing=closing).select_related("deputy").order_by("deputy", "edition")
    for result in results:
        editions[result.deputy_id].append(result)
    as_closed = [result_line_of(one) for rows in editions.values() for one in rows if one.appeal_id is None]
    if digest_of_year(closing.scheme.year, as_closed) != closing.digest:
        yield f"{where}的结账结果和结账时的校验码对不上,有人改过结果。"
    snapshots = _snapshots(closing)
    for key, rows in editions.items():
        states = snapshots.pop(key, {0: (NOTHING, NOTHING, "")})
        for result in rows:
            if not _agrees(result, states):
                yield f"{where}{result.deputy.name}({result.deputy.code})第{result.edition}版结果和流水对不上。"
        if rows[-1].entries != max(states):
            yield f"{where}{rows[-1].deputy.name}({rows[-1].deputy.code})结账后又有流水,结果没有更正。"
    for person in Deputy.objects.filter(pk__in=snapshots).order_by("code"):
        yield f"{where}{person.name}({person.code})有流水,没有结账结果。"


Snapshot = tuple[Decimal, Decimal, str]


def _snapshots(closing: YearClosing) -> dict[int, dict[int, Snapshot]]:
    """By deputy and length of the chain: the two sums and the digest of its last line (one query)."""
    found: dict[int, dict[int, Snapshot]] = defaultdict(lambda: {0: (NOTHING, NOTHING, "")})
    rows = PointEntry.objects.filter(county=closing.scheme.county_id, year=closing.scheme.year).order_by("deputy", "number")
    last: dict[int, Snapshot] = {}
    for deputy, number, block, points, digest in rows.values_list("deputy", "number", "block", "points", "digest"):
        base, bonus, _digest = last.get(deputy, (NOTHING, NOTHING, ""))
        last[deputy] = (base + points, bonus, digest) if block == Block.BASE else (base, bonus + points, digest)
        found[deputy][number] = last[deputy]
    return found


def _agrees(result: YearResult, states: dict[int, Snapshot]) -> bool:
    total = total_score(result.base, result.deductions, result.bonus)
    return states.get(result.entries) == (result.deductions, result.bonus, result.last_digest) and result.total == total
