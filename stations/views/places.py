"""The county's tree as one list, and one place's details."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from deputies.models import Membership
from deputies.states import MembershipRole
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.working_days import today_here
from stations.forms import PlaceForm
from stations.models import Station, Village
from stations.permissions import can_edit_station
from stations.querysets import scope_of
from stations.services import edit_station
from stations.states import Level


@dataclass
class Line:
    """One place in the list; for a county or station with the `below` it."""

    place: Station
    may_edit: bool
    is_open: bool
    villages: int = 0
    deputies: int = 0
    head: str = ""
    below: list["Line"] = field(default_factory=list)


@require_safe
@login_required
def places(request):
    """Everything in the counties of county staff and auditors; `?closed=1` shows the closed ones too."""
    counties = scope_of(request.user).counties
    if not counties:
        raise PermissionDenied
    today, with_closed = today_here(), "closed" in request.GET
    lines = _lines(request.user, counties, today)
    closed = sum(not line.is_open for line in lines)
    context = {
        "counties": _grown([line for line in lines if line.is_open or with_closed]),
        "closed": closed,
        "with_closed": with_closed,
    }
    return render(request, "stations/places.html", context)


def _lines(user, counties: set[int], today: date) -> list[Line]:
    """All places in official order with their figures: three queries, whatever the number."""
    rows = list(Station.objects.filter(county__in=counties).order_by("tree_id", "lft"))
    by_key = {row.pk: row for row in rows}
    editable = {row.pk for row in rows if row.level == Level.CENTRE and can_edit_station(user, row)}
    villages = dict(Village.objects.filter(branch__county__in=counties).values_list("branch").annotate(Count("pk")))
    members = Membership.objects.in_force(today).filter(branch__county__in=counties)
    members = list(members.values_list("branch", "role", "deputy__name"))
    heads = {branch: name for branch, role, name in members if role == MembershipRole.HEAD}
    deputies = Counter(branch for branch, _role, _name in members)
    for row in rows:
        row.parent = by_key.get(row.parent_id)
        row.merged_into = by_key.get(row.merged_into_id)
    return [
        Line(
            row, row.county_id in editable, row.is_open(today), villages.get(row.pk, 0), deputies[row.pk],
            heads.get(row.pk, ""),
        )
        for row in rows
    ]  # fmt: skip


def _grown(lines: list[Line]) -> list[Line]:
    """Hang every line below its parent's; return the counties."""
    by_key = {line.place.pk: line for line in lines}
    for line in lines:
        if line.place.parent_id in by_key:
            by_key[line.place.parent_id].below.append(line)
    return [line for line in lines if line.place.level == Level.CENTRE]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def place(request, code):
    """The details of one place, to be changed; from here it's moved, merged or closed."""
    found = kept_place(request.user, code)
    form = PlaceForm(request.POST if request.method == "POST" else None, place=found)
    if request.method == "POST" and form.is_valid() and _changed(request, found, form):
        return redirect("place", code=found.code)
    context = {"place": found, "form": form, "is_branch": found.level == Level.BRANCH}
    return render(request, "stations/place.html", context, status=400 if form.errors else 200)


def kept_place(user, code: str) -> Station:
    """Return the place if `user` keeps its county's places: out of scope is 404, anybody else's to keep 403."""
    rows = Station.objects.visible_to(user).select_related("parent__parent", "county", "merged_into")
    found = get_object_or_404(rows, code=code)
    if not can_edit_station(user, found):
        raise NotAllowed("站点资料由县人大办公室维护,请联系他们。")
    return found


def _changed(request, found: Station, form: PlaceForm) -> bool:
    try:
        edit_station(station=found, actor=request.user, **form.changes)
    except DomainError as error:
        form.add_error(None, error.message)
    except ValidationError as error:
        form.add_error(None, error.messages)
    else:
        messages.success(request, f"{found.full_name}的资料改好了。" if form.changes else "没有改动。")
        if form.remark:
            messages.warning(request, form.remark)
        return True
    return False
