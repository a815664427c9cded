"""Where the county begins to take in a list of suggestions and opinions; the pages of registers do the rest."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from julu_liaison.common.errors import NotAllowed, NotFound
from julu_liaison.common.working_days import today_here
from opinions.spreadsheets.importing import TICKETS
from stations.models import Station


@require_safe
@login_required
def import_opinions(request):
    """Choose the workbook. It goes to the import of registers: upload, preview cell by cell, confirm."""
    counties = list(Station.objects.visible_to(request.user).centres())
    if not counties:
        raise NotFound("没有找到这一页。")
    mine = [county for county in counties if TICKETS.may_import(request.user, county)]
    if not mine:
        raise NotAllowed(TICKETS.import_refusal)
    context = {"register": TICKETS, "counties": mine, "today": today_here()}
    return render(request, "opinions/desk_import.html", context)
