"""A deputy's statement of a year: the lines that were known on a day, what they add up to, and where the year stands."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from deputies.models import Deputy, Membership
from julu_liaison.common.working_days import today_here
from scoring.models import PointEntry, QuarterStatement, Scheme, YearClosing, YearResult
from scoring.rules import grade_of
from scoring.rules.quarters import Cut, Quarter, StatementLine
from scoring.services.scores import Score
from stations.models import Station

COLUMNS = (
    "deputy", "number", "block", "rule__item", "points", "occurred_on", "fact_on", "reason", "source", "posted_at",
    "reverses__number", "digest",
)  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """`cut` is None for a statement of the year as it stands; `grade` and `edition` (0: not closed) are of the year.

    `branch` is where the deputy served last in that time, None for somebody without one.
    """

    deputy: Deputy
    county: Station
    scheme: Scheme
    at: datetime
    cut: Cut | None
    lines: Sequence[StatementLine]
    closing: YearClosing | None
    branch: Station | None
    grade: str = ""
    edition: int = 0

    @property
    def score(self) -> Score:
        return score_from(self.scheme, self.lines)

    @property
    def last_digest(self) -> str:
        """Of the last line of the chain that the statement shows."""
        return max(self.lines, key=lambda line: line.number).digest if self.lines else ""

    def of_block(self, block: str) -> list[StatementLine]:
        return [line for line in self.lines if line.block == block]


def score_from(scheme: Scheme, lines: Iterable[StatementLine]) -> Score:
    """What lines add up to."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[line.block] += line.points
    return Score.from_sums(scheme.year, scheme.base, sums)


def cut_of(row: QuarterStatement) -> Cut:
    """What an issued statement knew; `row` is read with `with_last_number()`."""
    return Cut(Quarter(row.year, row.quarter).last, row.made_at, row.last_number)  # type: ignore[attr-defined]


def statement_of(*, deputy: Deputy, scheme: Scheme, at: datetime, cut: Cut | None = None) -> Statement:
    """One deputy's statement."""
    return statements_of(scheme=scheme, keys=[deputy.pk], at=at, cut=cut)[0]


def statements_of(*, scheme: Scheme, keys: Iterable[int], at: datetime, cut: Cut | None = None) -> list[Statement]:
    """Return the statements of deputies in the order of `keys`: a fixed number of queries, whatever their number.

    With `cut`: of what was known then, so that a statement once issued can be printed again as it was.
    """
    keys = list(keys)
    people = Deputy.objects.in_bulk(keys)
    lines = lines_of(scheme, keys, cut)
    closing = YearClosing.objects.filter(scheme=scheme).first()
    branches = _branches(keys, min(cut.until if cut else date(scheme.year, 12, 31), today_here(at)))
    results = _results(closing, keys) if cut is None else {}
    grades = list(scheme.grades.values_list("name", "at_least")) if closing and cut is None else []
    county = Station.objects.get(pk=scheme.county_id)
    found = []
    for key in keys:
        result = results.get(key)
        grade = result.grade if result else grade_of(score_from(scheme, lines[key]).total, grades)
        found.append(
            Statement(
                deputy=people[key], county=county, scheme=scheme, at=at, cut=cut, lines=lines[key], closing=closing,
                branch=branches.get(key), grade=grade, edition=result.edition if result else 0,
            )
        )  # fmt: skip
    return found


def lines_of(scheme: Scheme, keys: Iterable[int], cut: Cut | None) -> dict[int, list[StatementLine]]:
    """The lines that were known, in order of day and number, by deputy key (one query)."""
    rows = PointEntry.objects.of_year(scheme.year).filter(deputy__in=keys).with_fact_day()
    found: dict[int, list[StatementLine]] = defaultdict(list)
    for deputy, *values in rows.order_by("deputy", "occurred_on", "number").values_list(*COLUMNS):
        line = StatementLine(*values)
        if cut is None or cut.knew(line):
            found[deputy].append(line)
    for key, lines in found.items():
        reversals = {line.reverses: line.number for line in lines if line.reverses}
        found[key] = [
            line._replace(
                reversed_by=reversals.get(line.number), is_late=today_here(line.posted_at).year > scheme.year
            )
            for line in lines
        ]
    return found


def _branches(keys: list[int], on: date) -> dict[int, Station]:
    rows = Membership.objects.filter(deputy__in=keys).latest_on(on).select_related("branch__parent")
    return {row.deputy_id: row.branch for row in rows}


def _results(closing: YearClosing | None, keys: list[int]) -> dict[int, YearResult]:
    if closing is None or closing.closed_at is None:
        return {}
    return {row.deputy_id: row for row in YearResult.objects.current().filter(closing=closing, deputy__in=keys)}
