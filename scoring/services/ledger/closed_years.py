"""Results of closed years compared with the ledger, the scheme, the appeals and the audit trail."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from deputies.models import Deputy
from julu_liaison.common.models import AuditLog
from scoring.models import Appeal, PointEntry, YearClosing, YearResult
from scoring.rules import grade_of, total_score
from scoring.rules.results import digest_of_year
from scoring.rules.seals import digest_of_chains
from scoring.services.results import result_line_of
from scoring.states import AppealState, Block
from stations.models import Station

NOTHING = Decimal(0)

Snapshot = tuple[Decimal, Decimal, str]  # the two sums, the digest of the last line
Snapshots = dict[int, Snapshot]  # by length of the chain


class YearBooks:
    """What the ledger, the scheme and the audit trail say of one year that is public or closed."""

    def __init__(self, closing: YearClosing) -> None:
        self.scheme = closing.scheme
        self.grades = list(self.scheme.grades.values_list("name", "at_least"))
        self.snapshots: dict[int, Snapshots] = defaultdict(lambda: {0: (NOTHING, NOTHING, "")})
        self.facts: dict[int, dict[int, str]] = defaultdict(dict)  # fact key by number, of each deputy
        rows = PointEntry.objects.filter(county=self.scheme.county_id, year=self.scheme.year).order_by("deputy", "number")
        last: dict[int, Snapshot] = {}
        for deputy, number, fact_key, block, points, digest in rows.values_list(
            "deputy", "number", "fact_key", "block", "points", "digest"
        ):
            base, bonus, _digest = last.get(deputy, (NOTHING, NOTHING, ""))
            last[deputy] = (base + points, bonus, digest) if block == Block.BASE else (base, bonus + points, digest)
            self.snapshots[deputy][number], self.facts[deputy][number] = last[deputy], fact_key

    def recorded(self, action: str, name: str) -> set[str]:
        """What the audit trail keeps of publishing or closing the year."""
        rows = AuditLog.objects.filter(action=action, target_kind="scheme", target_key=str(self.scheme.pk))
        return {detail.get(name, "") for detail in rows.values_list("detail", flat=True)}


def results_problems(year: int | None = None, county: Station | None = None) -> list[str]:
    """Compare every public and closed year with what is kept of it elsewhere; return sentences.

    Each edition has to be the sums of as many entries as it says, ending with the digest that it says; the latest one
    of all entries. Nobody with entries may be without a result.
    """
    closings = YearClosing.objects.select_related("scheme__county").order_by("pk")
    if year is not None:
        closings = closings.filter(scheme__year=year)
    if county is not None:
        closings = closings.filter(scheme__county=county)
    return [problem for closing in closings for problem in _problems_of(closing)]


def _problems_of(closing: YearClosing) -> Iterator[str]:
    books, where = YearBooks(closing), f"{closing.scheme.county.name}{closing.scheme.year}年"
    if not _is_marked(closing, books):
        yield f"{where}公示时各人流水的校验码和操作记录里的对不上,有人改过。"
    if closing.closed_at is None:
        return
    editions: dict[int, list[YearResult]] = defaultdict(list)
    results = YearResult.objects.filter(closing=closing).select_related("deputy", "appeal__entry")
    for result in results.order_by("deputy", "edition"):
        editions[result.deputy_id].append(result)
    as_closed = [result_line_of(one) for rows in editions.values() for one in rows if one.appeal_id is None]
    if digest_of_year(closing.scheme.year, as_closed) != closing.digest:
        yield f"{where}的结账结果和结账时的校验码对不上,有人改过结果。"
    if closing.digest not in books.recorded("close_year", "digest"):
        yield f"{where}的结账校验码和操作记录里的对不上,有人改过。"
    for rows in editions.values():
        for words in _problems_of_one(rows, books):
            yield f"{where}{rows[0].deputy.name}({rows[0].deputy.code}){words}。"
    for person in Deputy.objects.filter(pk__in=books.snapshots.keys() - editions.keys()).order_by("code"):
        yield f"{where}{person.name}({person.code})有流水,没有结账结果。"


def _is_marked(closing: YearClosing, books: YearBooks) -> bool:
    """Years made public before the trail kept this have nothing to be compared with."""
    kept = books.recorded("publish_year", "chains") - {""}
    marks = closing.marks.values_list("deputy__code", "number", "digest")
    return not kept or digest_of_chains(closing.scheme.year, marks) in kept


def _problems_of_one(rows: Sequence[YearResult], books: YearBooks) -> Iterator[str]:
    """All editions of one deputy's result, in order."""
    if [row.edition for row in rows] != list(range(1, len(rows) + 1)):
        yield "的结果版次不连续"
    states, before = books.snapshots.get(rows[0].deputy_id, {0: (NOTHING, NOTHING, "")}), 0
    for row in rows:
        for words in _wrong_figures(row, states, books):
            yield f"第{row.edition}版{words}"
        if row.appeal and not _is_by_appeal(row.appeal, row, before, books):
            yield f"第{row.edition}版结果没有复核通过的依据"
        before = row.entries
    if before != max(states):
        yield "结账后又有流水,结果没有更正"


def _wrong_figures(row: YearResult, states: Snapshots, books: YearBooks) -> Iterator[str]:
    agrees = states.get(row.entries) == (row.deductions, row.bonus, row.last_digest)
    if not agrees or row.total != total_score(row.base, row.deductions, row.bonus):
        yield "结果和流水对不上"
    if row.base != books.scheme.base:
        yield "结果的基础分和方案不一致"
    if row.grade != grade_of(row.total, books.grades):
        yield "结果的等次和分数不一致"


def _is_by_appeal(appeal: Appeal, row: YearResult, before: int, books: YearBooks) -> bool:
    """Whether the appeal was granted to this deputy for this year, and lines of its making came since the edition before."""
    if (appeal.state, appeal.deputy_id, appeal.year) != (AppealState.GRANTED, row.deputy_id, books.scheme.year):
        return False
    facts = {f"appeal:{appeal.uid}"} if appeal.item else set()
    if appeal.cancels and appeal.entry:
        facts.add(appeal.entry.fact_key)
    came = {key for number, key in books.facts[row.deputy_id].items() if before < number <= row.entries}
    return bool(facts & came)
