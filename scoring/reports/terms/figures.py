"""Figures of deputies year by year, read with a fixed number of queries, however many deputies and years."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Count, Max, Min, Q

from activities.models import Activity, ActivityAttendance, Attendance, ServiceRecord
from activities.states import SERVED
from deputies.models import Deputy, Mandate, Membership
from deputies.states import LEVEL_ORDER, MandateLevel
from opinions.models import Opinion
from opinions.states import Kind
from scoring.models import PointEntry, Scheme, YearResult
from scoring.rules.absences import Session
from scoring.rules.order import order_of
from scoring.services import Score
from scoring.services.absences import absences_from, meetings_of_congress, sessions_of
from stations.models import Station

MOST_YEARS = 10
# What is counted of a year besides points, in the order of the sheets.
COUNTS = {
    "due": "接待应到", "served": "接待到岗", "asked": "活动应到", "attended": "活动参加", "suggestions": "建议议案",
    "opinions": "社情民意", "services": "服务记录", "missed": "人代会缺席",
}  # fmt: skip

Counts = dict[tuple[int, int], Counter]  # by (deputy key, year)


class CongressTerm(NamedTuple):
    """A congress's term (届次) as the mandates say it: of one level, with the first and the last day, None: running."""

    level: str
    name: str
    first: date
    last: date | None

    @property
    def key(self) -> str:
        return f"{self.level}:{self.name}"

    @property
    def label(self) -> str:
        return f"{self.name}{MandateLevel(self.level).label}人大"

    def years(self, on: date) -> list[int]:
        """The years up to the day `on`, oldest first; of a very long term the last ones."""
        last = min(self.last or on, on).year
        return list(range(min(self.first.year, last), last + 1))[-MOST_YEARS:]


@dataclass(frozen=True)
class YearLine:
    """One year of one deputy. `score` is None in a year without a scheme, or without a result in a closed one.

    `is_final`: from the closed year's results; else from the ledger as it stands (暂计). `edition` above 1: corrected.
    """

    year: int
    score: Score | None
    grade: str
    is_final: bool
    edition: int
    counts: Counter


@dataclass(frozen=True)
class Sheet:
    """One deputy over some years; years in which the deputy had neither mandate nor branch are left out."""

    deputy: Deputy
    membership: Membership | None
    lines: list[YearLine]

    @property
    def sums(self) -> Counter:
        total: Counter = Counter()
        for line in self.lines:
            total.update(line.counts)
        return total

    def of(self, year: int) -> YearLine | None:
        return next((line for line in self.lines if line.year == year), None)

    @property
    def place(self) -> str:
        if self.membership is None:
            return "没有分到分站"
        return f"{self.membership.branch.parent.name}{self.membership.branch.name}"


# ---- Terms -------------------------------------------------------------------------------------------------------


def terms_of_deputy(deputy: Deputy) -> list[CongressTerm]:
    """The deputy's own terms, the latest first; one row a level and name."""
    return _terms(Mandate.objects.filter(deputy=deputy))


def terms_of_county(county: Station) -> list[CongressTerm]:
    """All terms that mandates in the county name: by level from county on, the latest first."""
    terms = _terms(Mandate.objects.filter(deputy__county=county))
    return sorted(terms, key=lambda term: (term.level != MandateLevel.COUNTY, LEVEL_ORDER.index(MandateLevel(term.level))))


def _terms(rows) -> list[CongressTerm]:
    rows = rows.exclude(term="").order_by().values_list("level", "term")
    running = Count("pk", filter=Q(ended_on=None))
    found = [
        CongressTerm(level, name, first, None if open_ends else last)
        for level, name, first, last, open_ends in rows.values_list("level", "term").annotate(
            first=Min("started_on"), last=Max("ended_on"), running=running
        )
    ]
    return sorted(found, key=lambda term: (term.first, term.key), reverse=True)


# ---- Sheets ------------------------------------------------------------------------------------------------------


def sheets_of(people: Iterable[Deputy], *, county: Station, years: Sequence[int]) -> list[Sheet]:
    """The sheets of deputies in official order: station, branch, head first, then by surname; no order by points."""
    people, years = list(people), list(years)
    keys = [person.pk for person in people]
    memberships, spans = _memberships(keys, years), _spans(keys)
    points, counts = _points(keys, county, years), _counts(keys, county, years)
    sheets = [
        Sheet(
            person, memberships.get(person.pk),
            [_line(person.pk, year, points, counts) for year in years if _was_there(spans[person.pk], year)],
        )
        for person in people
    ]  # fmt: skip
    return sorted(sheets, key=lambda sheet: order_of(sheet.deputy, sheet.membership))


def _line(key: int, year: int, points: dict[tuple[int, int], YearLine], counts: Counts) -> YearLine:
    line = points.get((key, year)) or points.get((0, year)) or YearLine(year, None, "", False, 0, Counter())
    return YearLine(year, line.score, line.grade, line.is_final, line.edition, counts.get((key, year), Counter()))


def _memberships(keys: list[int], years: list[int]) -> dict[int, Membership]:
    """Where each deputy served last in those years."""
    last = date(max(years), 12, 31)
    rows = Membership.objects.filter(deputy__in=keys).latest_on(last).select_related("branch__parent")
    return {row.deputy_id: row for row in rows}


def _spans(keys: list[int]) -> dict[int, list[tuple[date, date]]]:
    """From when to when each deputy had a mandate or a branch."""
    found: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for model in (Mandate, Membership):
        rows = model.objects.filter(deputy__in=keys)
        for deputy, start, end in rows.values_list("deputy", "started_on", "ended_on"):
            found[deputy].append((start, end or date.max))
    return found


def _was_there(spans: list[tuple[date, date]], year: int) -> bool:
    """As `Deputy.objects.there_within`, for many years from one reading."""
    return any(start.year <= year <= end.year for start, end in spans)


# ---- Points ------------------------------------------------------------------------------------------------------


def _points(keys: list[int], county: Station, years: list[int]) -> dict[tuple[int, int], YearLine]:
    """By (deputy key, year); under key 0 that of somebody without any entry in a year that is not closed."""
    rows = Scheme.objects.filter(county=county, year__in=years).select_related("closing")
    schemes = {row.year: row for row in rows}
    closings = [row.closing.pk for row in rows if hasattr(row, "closing") and row.closing.closed_at]
    closed = {row.year for row in rows if hasattr(row, "closing") and row.closing.closed_at}
    results = YearResult.objects.current().filter(closing__in=closings, deputy__in=keys).order_by()
    found: dict[tuple[int, int], YearLine] = {}
    for year, deputy, base, deductions, bonus, grade, edition in results.values_list(
        "closing__scheme__year", "deputy", "base", "deductions", "bonus", "grade", "edition"
    ):
        found[deputy, year] = YearLine(year, Score(year, base, deductions, bonus), grade, True, edition, Counter())
    running = PointEntry.objects.filter(deputy__in=keys, year__in=schemes.keys() - closed)
    for (deputy, year), sums in running.sums_by_year().items():
        score = Score.from_sums(year, schemes[year].base, sums)
        found[deputy, year] = YearLine(year, score, "", False, 0, Counter())
    for year, scheme in schemes.items():
        if year not in closed:
            found[0, year] = YearLine(year, Score.full(year, scheme.base), "", False, 0, Counter())
    return found


# ---- Counts ------------------------------------------------------------------------------------------------------


def _counts(keys: list[int], county: Station, years: list[int]) -> Counts:
    """Void records, and tickets merged into others, are left out, as in the performance file."""
    span = (date(min(years), 1, 1), date(max(years), 12, 31))
    found: Counts = defaultdict(Counter)
    for names, rows in (
        (("due", "served"), _receptions(keys, span)),
        (("asked", "attended"), _activities(keys, span)),
        (("missed",), _sessions_missed(keys, county, span)),
        (("suggestions", "opinions"), _tickets(keys, span)),
        (("services",), _services(keys, span)),
    ):
        for deputy, year, *numbers in rows:
            found[deputy, year].update(dict(zip(names, numbers, strict=True)))
    return found


def _receptions(keys: list[int], span: tuple[date, date]):
    rows = Attendance.objects.counted().filter(deputy__in=keys).within(*span).order_by()
    return rows.values_list("deputy", "log__date__year").annotate(
        due=Count("pk", filter=Q(expected=True)), served=Count("pk", filter=Q(status__in=SERVED))
    )


def _activities(keys: list[int], span: tuple[date, date]):
    held = Activity.objects.held().within(*span)
    rows = ActivityAttendance.objects.filter(deputy__in=keys, activity__in=held).exclude(status="").order_by()
    return rows.values_list("deputy", "activity__held_on__year").annotate(
        asked=Count("pk", filter=Q(expected=True)), attended=Count("pk", filter=Q(status__in=SERVED))
    )


def _sessions_missed(keys: list[int], county: Station, span: tuple[date, date]) -> list[tuple[int, int, int]]:
    """Sessions missed without leave, as the statutory warning counts them, in the year of the first day missed."""
    met = meetings_of_congress(county)
    session_of = sessions_of(county, met)
    first: dict[tuple[int, Session], int] = {}
    for deputy, meetings in absences_from(met.within(*span), keys).items():
        for meeting in meetings:
            first.setdefault((deputy, session_of[meeting.held_on]), meeting.held_on.year)
    years = Counter((deputy, year) for (deputy, _session), year in first.items())
    return [(deputy, year, times) for (deputy, year), times in years.items()]


def _tickets(keys: list[int], span: tuple[date, date]):
    rows = Opinion.objects.valid().filter(deputy__in=keys).registered_within(*span).order_by()
    return rows.values_list("deputy", "registered_on__year").annotate(
        led=Count("pk", filter=Q(kind=Kind.SUGGESTION)), raised=Count("pk", filter=Q(kind=Kind.OPINION))
    )


def _services(keys: list[int], span: tuple[date, date]):
    records = ServiceRecord.objects.valid().within(*span)
    rows = ServiceRecord.deputies.through.objects.filter(deputy__in=keys, servicerecord__in=records).order_by()
    return rows.values_list("deputy", "servicerecord__date__year").annotate(times=Count("pk"))
