"""A month's roster on paper and as a workbook."""

from io import BytesIO

from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from activities.reports import roster_workbook
from activities.views.rosters.desks import desk_of
from julu_liaison.common.working_days import today_here

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@login_required
def roster_print(request):
    """The month on A4 across: to be hung up or handed round."""
    desk = desk_of(request)
    context = {"desk": desk, "table": desk.table(), "roster": desk.roster, "today": today_here()}
    return render(request, "activities/roster_print.html", context)


@require_safe
@login_required
@never_cache
def roster_file(request):
    """The month as .xlsx: names only, no phones."""
    desk = desk_of(request)
    name = f"{desk.station.name}{desk.month:%Y-%m}接待日排班表.xlsx"
    content = BytesIO(roster_workbook(desk.station, desk.table()))
    return FileResponse(content, as_attachment=True, filename=name, content_type=XLSX)
