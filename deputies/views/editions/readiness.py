"""Which boards are ready for the month's first reception, which are not, and what has to be done about each."""

from datetime import date
from itertools import groupby

from dateutil.relativedelta import relativedelta
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from deputies.permissions import can_print
from deputies.posters.places import places_for
from deputies.posters.readiness import BoardReadiness, keep_looks, readiness_of
from deputies.services.readiness import AHEAD, first_reception, month_in_view
from deputies.states import Readiness
from deputies.views.editions.choosing import demand_reader
from julu_liaison.common.working_days import today_here
from stations.states import Level


@require_safe
@login_required
def boards_ready(request):
    """This month's boards or the next's; another month, as old notices name it, leads to the one that matters now."""
    demand_reader(request.user)
    now = timezone.now()
    today = today_here(now)
    months = [today.replace(day=1), today.replace(day=1) + relativedelta(months=1)]
    month = _month(request.GET["month"]) if "month" in request.GET else month_in_view(today)
    if month not in months:
        return redirect("boards-ready")
    first_day = first_reception(month)
    rows = readiness_of(places_for(request.user, Level.BRANCH), first_day, now)
    keep_looks(rows, month=month, at=now)
    waiting = [row for row in rows if not row.is_ready]
    context = {
        "month": month, "months": months, "first_day": first_day, "hung_by": first_day - AHEAD, "today": today,
        "total": len(rows), "ready": _by_township([row for row in rows if row.is_ready]), "waiting": _by_township(waiting),
        "counts": [(state.label, sum(row.state == state for row in waiting)) for state in Readiness],
        "ready_count": len(rows) - len(waiting), "may_print": any(can_print(request.user, row.place) for row in rows),
    }  # fmt: skip
    return render(request, "editions/ready.html", context)


def _month(text: str) -> date:
    try:
        found = parse_date(f"{text}-01")
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def _by_township(rows: list[BoardReadiness]) -> list[tuple[str, list[BoardReadiness]]]:
    return [(station.name, list(found)) for station, found in groupby(rows, key=lambda row: row.place.parent)]
