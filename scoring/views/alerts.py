"""Absences from congress sessions without leave: a list for the county to look into, and nothing to press."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.working_days import today_here
from scoring.services.alerts import absentees_of
from scoring.views.desk import desk_of


@require_safe
@login_required
@never_cache
def alerts(request):
    """Who missed a session in the present term, and what the law says of two."""
    desk = desk_of(request.user)
    if not desk.is_county:
        raise NotAllowed("缺席预警由县人大办公室查看和核实。")
    absentees = absentees_of(county=desk.county, on=today_here())
    return render(request, "scoring/alerts.html", {"absentees": absentees, "today": today_here()})
