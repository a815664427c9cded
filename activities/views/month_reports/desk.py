"""The list: a head's own branch, a station with its branches, the county's stations; one month at a time."""

from datetime import date, datetime

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.models import MonthReport
from activities.permissions import can_lock_month, can_report
from activities.rules.months import read_month
from activities.services.month_reports import Progress, missing_logs, needs_today, progress_of
from activities.states import ReportState
from activities.views.month_reports.finding import demand_sight, month_of
from activities.views.month_reports.rows import Row, row_of
from julu_liaison.common.sending import status_of
from julu_liaison.common.working_days import today_here


@require_safe
@login_required
def month_reports(request):
    """`?month=2026-10`, by default the newest that has reports; `&station=CODE` opens one of the county's stations."""
    demand_sight(request.user)
    text = request.GET.get("month", "")
    return desk_page(request, month_of(text) if text else None, request.GET.get("station", ""))


def desk_page(request, month: date | None, code: str, *, refused=None):
    """`refused`: the form of a step that was sent from here and not taken."""
    visible = MonthReport.objects.visible_to(request.user)
    months = list(visible.order_by("-month").values_list("month", flat=True).distinct())
    if (month and month not in months) or (code and not months):
        raise Http404
    chosen = month or (months[0] if months else None)
    context = {"refused": refused, "month": chosen, **_around(months, chosen)}
    if chosen:
        context |= _sections(request.user, list(visible.of_month(chosen).in_official_order()), code, timezone.now())
    return render(request, "reports/month_list.html", context, status=status_of(refused))


def _around(months: list[date], chosen: date | None) -> dict:
    earlier = [month for month in months if chosen and month < chosen]
    later = [month for month in months if chosen and month > chosen]
    return {"earlier": earlier[0] if earlier else None, "later": later[-1] if later else None}


def _sections(user, reports: list[MonthReport], code: str, at: datetime) -> dict:
    """What the person looks after: the county's stations, one station with its branches, branches alone."""
    stations = [one for one in reports if one.station_id and not one.branch_id]
    county = next((one for one in reports if not one.station_id), None)
    chosen = next((one for one in stations if one.place.code == code), None)
    if code and chosen is None:
        raise Http404
    if chosen is None and county is None and len(stations) == 1:
        chosen = stations[0]
    if chosen:
        return _station(user, chosen, reports, at) | {
            "drilled": len(stations) > 1,
            "own": _own(user, reports, stations, at),
        }
    return _overview(user, county, stations, reports) | {"own": _own(user, reports, stations, at)}


def _station(user, station: MonthReport, reports: list[MonthReport], at: datetime) -> dict:
    """A station's line and its branches', read once with today's figures while any is not handed in."""
    branches = [one for one in reports if one.branch_id and one.station_id == station.station_id]
    today = today_here(at)
    live = read_month(place=station.place, month=station.month, on=today) if needs_today([station, *branches]) else None
    keys = [one.branch_id for one in branches]
    shifts = missing_logs(branches=keys, month=station.month, at=at) if live else []
    whole, *parts = progress_of([station, *branches], live=live, shifts=shifts)
    rows = [row_of(user, one) for one in parts]
    return {
        "station": row_of(user, whole, branches), "rows": rows, "can_report": can_report(user, station.place),
        "waiting": [one for one in rows if one.report.state == ReportState.DRAFT],
        "changed": [one for one in rows if one.progress.changed],
    }  # fmt: skip


def _overview(user, county: MonthReport | None, stations: list[MonthReport], reports: list[MonthReport]) -> dict:
    """Stations side by side with what they handed in, or with what their last edition says."""
    if not stations:
        return {}
    wanted = [*([county] if county else []), *stations]
    found = {one.report.pk: one for one in progress_of(wanted, live=None)}
    rows = [_station_row(user, found[one.pk], reports) for one in stations]
    absent = [one for one in rows if one.report.state == ReportState.DRAFT]
    return {
        "county": row_of(user, found[county.pk]) if county else None, "stations": rows,
        "absent": absent, "handed_in": len(rows) - len(absent), "may_lock": county and can_lock_month(user, county),
    }  # fmt: skip


def _station_row(user, progress: Progress, reports: list[MonthReport]) -> Row:
    key = progress.report.station_id
    return row_of(user, progress, [one for one in reports if one.branch_id and one.station_id == key])


def _own(user, reports: list[MonthReport], stations: list[MonthReport], at: datetime) -> list[Row]:
    """Branches that are seen without their station: those one is head of."""
    within = {one.station_id for one in stations}
    return [row_of(user, branch_progress(one, at)) for one in reports if one.branch_id and one.station_id not in within]


def branch_progress(report: MonthReport, at: datetime) -> Progress:
    """A branch's report alone, with today's figures until its station has handed it in."""
    if not needs_today([report]):
        return progress_of([report], live=None)[0]
    live = read_month(place=report.place, month=report.month, on=today_here(at))
    shifts = missing_logs(branches=[report.branch_id], month=report.month, at=at)
    return progress_of([report], live=live, shifts=shifts)[0]
