"""How far the reports of a month have come: who took the last step, what they say, what changed since, what is still missing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Exists, OuterRef

from activities.models import DutyLog, MonthEdition, MonthReport, ReportStep, Shift
from activities.rules.months import MonthFigures, changes, settled_digest
from activities.services.month_reports.editions import figures_of, last_editions
from activities.states import CALLED_OFF, ReportState
from julu_liaison.common.working_days import today_here
from stations.models import Station

AGREED = {ReportState.CONFIRMED, ReportState.ACCEPTED}


@dataclass(frozen=True)
class KeyFigures:
    """The few figures of a month by which one sees whether it is recorded: receptions, logs, people, opinions."""

    expected: int
    attended: int
    due: int
    missing: int
    logs: int
    prompt: int
    received: int
    opinions: int

    @classmethod
    def of(cls, figures: MonthFigures) -> "KeyFigures":
        rows = figures.places
        deputies = [one for row in rows for one in row.deputies]
        names = ("due", "missing", "logs", "prompt", "received", "opinions")
        sums = {name: sum(getattr(row, name) for row in rows) for name in names}
        return cls(sum(one.expected for one in deputies), sum(one.attended for one in deputies), **sums)

    @property
    def registered(self) -> int:
        return self.due - self.missing


@dataclass(frozen=True)
class Progress:
    """One report as it stands. `figures`: today's until it is handed in, then its edition's. `seen`: the digest that a step
    is taken with, where the figures are today's. `changed`: what was recorded since it was agreed to, in words.
    """

    report: MonthReport
    edition: MonthEdition
    step: ReportStep
    figures: MonthFigures
    seen: str = ""
    changed: list[str] = field(default_factory=list)
    missing: list[Shift] = field(default_factory=list)

    @property
    def key(self) -> KeyFigures:
        return KeyFigures.of(self.figures)

    @property
    def is_live(self) -> bool:
        return bool(self.seen)

    @property
    def is_ready(self) -> bool:
        """Confirmed as it stands: nothing keeps the station from agreeing to it."""
        return self.report.state == ReportState.CONFIRMED and not self.changed


def progress_of(
    reports: Iterable[MonthReport], *, live: MonthFigures | None, shifts: Iterable[Shift] = ()
) -> list[Progress]:
    """How far each report has come, in the order given (two queries). `live`: today's figures of a place they are all in,
    None where no figures of today are wanted; `shifts`: receptions without a log.
    """
    reports = list(reports)
    editions, steps = last_editions(reports), _last_steps(reports)
    parts = {part.place.code: part for part in live.by_place()} if live else {}
    lacking: defaultdict[int | None, list[Shift]] = defaultdict(list)
    for shift in shifts:
        lacking[shift.branch_id].append(shift)
    return [
        _progress(one, editions[one.pk], steps[one.pk], parts.get(one.place.code), lacking[one.branch_id])
        for one in reports
    ]


def _progress(
    report: MonthReport, edition: MonthEdition, step: ReportStep, live: MonthFigures | None, missing: list[Shift]
) -> Progress:
    kept = figures_of(edition)
    if live is None:
        return Progress(report, edition, step, kept)
    changed = changes(kept, live, of_tickets=False) if report.state in AGREED else []
    shown = live if report.state in (ReportState.DRAFT, ReportState.CONFIRMED) else kept
    return Progress(report, edition, step, shown, settled_digest(live) if shown is live else "", changed, missing)


def _last_steps(reports: Sequence[MonthReport]) -> dict[int, ReportStep]:
    """Who last spoke of each; what befell a branch because its station's was handed back is nobody's word for it."""
    rows = ReportStep.objects.filter(report__in=reports).exclude(move="hand_back", report__branch__isnull=False)
    rows = rows.select_related("actor").order_by("report", "pk")
    return {row.report_id: row for row in rows}


def needs_today(reports: Iterable[MonthReport]) -> bool:
    """Is there a report that is not handed in, so that today's figures have to be read?"""
    return any(one.state in (ReportState.DRAFT, ReportState.CONFIRMED) for one in reports)


def missing_logs(*, branches: Iterable[int], month: date, at: datetime) -> list[Shift]:
    """Receptions of the month at these branches (keys) that came and about which nobody has said anything, as the report counts."""
    logs = DutyLog.objects.valid().filter(branch=OuterRef("branch"), date=OuterRef("date"))
    shifts = Shift.objects.of_month(month).filter(~Exists(logs), branch__in=branches, date__lte=today_here(at))
    rows = shifts.exclude(state__in=CALLED_OFF).select_related("branch")
    return list(rows.order_by("branch__official_order", "branch__code", "date"))


def places_left(report: MonthReport) -> list[Station]:
    """Who has to agree yet before the step above `report` can be taken, in official order."""
    if report.branch_id:
        siblings = MonthReport.objects.of_month(report.month).filter(station=report.station_id, state=ReportState.DRAFT)
        siblings = siblings.exclude(branch=None)
    else:
        siblings = MonthReport.objects.of_month(report.month).filter(county=report.county_id, state=ReportState.DRAFT)
        siblings = siblings.filter(branch=None).exclude(station=None)
    return [one.place for one in siblings.in_official_order()]
