"""The county's look at a month: which stations have published, and where deputies are lacking."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activities.models import Roster, Shift
from activities.reports import ENOUGH
from activities.rules.plans import month_end
from activities.services.rosters.standing import count_unplaced
from activities.states import RosterState, ShiftState
from activities.views.rosters.desks import chosen_month, months_around
from stations.models import Station
from stations.querysets import scope_of


@dataclass(frozen=True)
class Standing:
    """How far one station is with a month. `gaps`: reception days with fewer than two deputies."""

    station: Station
    roster: Roster | None
    branches: int
    gaps: int
    unplaced: int

    @property
    def is_published(self) -> bool:
        return self.roster is not None and self.roster.state == RosterState.PUBLISHED


@require_safe
@login_required
def console_roster(request):
    """Every station in official order; county staff and auditors."""
    counties = scope_of(request.user).counties
    if not counties:
        raise PermissionDenied
    month = chosen_month(request)
    rows = _standings(counties, month)
    context = {
        "rows": rows, "published": sum(row.is_published for row in rows), **months_around(month),
    }  # fmt: skip
    return render(request, "activities/roster_console.html", context)


def _standings(counties, month: date) -> list[Standing]:
    """A fixed number of queries, whatever the number of stations."""
    last = month_end(month)
    stations = Station.objects.townships().filter(county__in=counties, opened_on__lte=last)
    stations = list(stations.exclude(closed_on__lte=month).order_by("official_order", "code"))
    branches = Station.objects.branches().filter(parent__in=stations, opened_on__lte=last).exclude(closed_on__lte=month)
    branches = list(branches.select_related("parent__parent"))
    rosters = {roster.station_id: roster for roster in Roster.objects.filter(station__in=stations, month=month)}
    shifts = Shift.objects.of_month(month).filter(station__in=stations, state=ShiftState.PLANNED)
    gaps = Counter(shifts.annotate(people=Count("places")).filter(people__lt=ENOUGH).values_list("station", flat=True))
    unplaced = count_unplaced(month=month, branches=branches)
    counted = Counter(branch.parent_id for branch in branches)
    return [Standing(one, rosters.get(one.pk), counted[one.pk], gaps[one.pk], unplaced[one.pk]) for one in stations]
