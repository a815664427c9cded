"""One report: what is to do now, its two tables, what changed since it was locked, its story and editions."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.forms.month_reports import StepForm
from activities.models import MonthReport
from activities.permissions import can_allow_late_logs
from activities.reports import Line, Table, attendance_table, places_table, printed_cell
from activities.rules.months import read_month
from activities.rules.plans import month_end
from activities.services.month_reports import (
    Progress,
    changes_since_lock,
    missing_logs,
    printable,
    progress_of,
    story_of,
    suggested_reason,
)
from activities.states import ReportState
from activities.views.month_reports.finding import report_of
from activities.views.month_reports.rows import Row, row_of
from activities.workflow import month_label
from julu_liaison.common.sending import status_of
from julu_liaison.common.working_days import today_here
from stations.states import Level

SHOWN = 10  # lines of what changed; the others are folded


@dataclass(frozen=True)
class Changes:
    """What changed, in words: the first lines, and the others to unfold."""

    first: list[str]
    more: list[str]

    @classmethod
    def of(cls, lines: list[str]) -> "Changes":
        return cls(lines[:SHOWN], lines[SHOWN:])


@require_safe
@login_required
def month_report(request, code: str, month: str):
    return report_page(request, report_of(request.user, code, month))


def report_page(request, report: MonthReport, *, refused: StepForm | None = None):
    """`refused`: the form of a step that was not taken, with what was typed."""
    at = timezone.now()
    whole, *below = _progress(report, at)
    row = row_of(request.user, whole, [one.report for one in below])
    since = changes_since_lock(report, at) if _is_locked_county(report) else []
    tables = [_shown(table, report.place.level) for table in _tables(whole)]
    context = {
        "row": row, "report": report, "state_words": row.state_words, "refused": refused, "tables": tables,
        "below": below, "waiting": [one for one in below if _waits(one)], "changed": [one for one in below if one.changed],
        "forms": _forms(row, refused, since), "since": Changes.of(since), "is_locked_county": _is_locked_county(report),
        "own_changes": Changes.of(whole.changed),
        "may_allow": can_allow_late_logs(request.user, report.county_id), "last_day": month_end(report.month),
        "story": [(told, month_label(told.step.move), Changes.of(told.changed)) for told in story_of(report)],
        "editions": report.editions.defer("figures"),
    }  # fmt: skip
    return render(request, "reports/month_report.html", context, status=status_of(refused))


def _progress(report: MonthReport, at: datetime) -> list[Progress]:
    """The report, and while it waits for the places below these too."""
    if report.state == ReportState.LOCKED:
        return progress_of([report], live=None)
    live = read_month(place=report.place, month=report.month, on=today_here(at))
    below = list(_below(report)) if report.state == ReportState.DRAFT else []
    shifts = missing_logs(branches=[report.branch_id], month=report.month, at=at) if report.branch_id else []
    return progress_of([report, *below], live=live, shifts=shifts)


def _below(report: MonthReport):
    rows = MonthReport.objects.of_month(report.month)
    if report.place.level == Level.CENTRE:
        rows = rows.filter(county=report.county_id, branch=None).exclude(station=None)
    else:
        rows = rows.filter(station=report.station_id).exclude(branch=None)
    return rows.in_official_order() if not report.branch_id else []


def _waits(one: Progress) -> bool:
    """Has the place below not said its word yet?"""
    return one.report.state == ReportState.DRAFT


def _is_locked_county(report: MonthReport) -> bool:
    return report.state == ReportState.LOCKED and report.place.level == Level.CENTRE


def _forms(row: Row, refused: StepForm | None, since: list[str]) -> list[StepForm]:
    """One form for each step that is open, the refused one with what was typed."""
    found = []
    for move in row.moves:
        useless = (move.name == "confirm" and row.progress.is_ready) or (move.name == "reissue" and not since)
        if refused is not None and refused.move == move:
            found.append(refused)
        elif not useless:
            reason = suggested_reason(row.report) if move.name == "reissue" else ""
            found.append(StepForm(move=move, initial={"reason": reason}))
    return found


def _tables(progress: Progress) -> list[Table]:
    said = "" if progress.is_live else printable(progress.edition).words
    return [attendance_table(progress.figures, said), places_table(progress.figures, said)]


def _shown(table: Table, level: str) -> dict:
    """A table in words; of the county's attendance only the branches' sums: the stations' reports name the people."""
    if table.name == "考勤" and level == Level.CENTRE:
        labels = ["分站", "代表", *(column.label for column in table.columns[3:-1])]
        lines = [
            ("row" if line.kind == "subtotal" else line.kind, _sums(line))
            for line in table.of_kind("subtotal", "total")
        ]
        return {"table": table, "sums_only": True, "labels": labels, "lines": lines, "name": 1}
    lines = [(line.kind, [printed_cell(cell) for cell in line.cells]) for line in table.lines]
    return {"table": table, "labels": [column.label for column in table.columns], "lines": lines, "name": 2}


def _sums(line: Line) -> list[str]:
    """A branch's sums behind its name; number, post and remark say nothing of them."""
    first, people, _post, *figures, _note = [printed_cell(cell) for cell in line.cells]
    return [line.group or first, people, *figures]
