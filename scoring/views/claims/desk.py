"""The desk of station and county: what waits first, all claims by filters, claiming for deputies."""

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from deputies.models import Membership
from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.keyset import page_of
from julu_liaison.common.sending import done, status_of
from julu_liaison.common.working_days import today_here
from scoring.forms.claims import ALL, FILED, MINE, DeskFilter, StationClaimForm, years_until
from scoring.models import BonusClaim
from scoring.services.claims import claim_for_all
from scoring.views.claims.access import (
    acts_on_claims,
    claiming_stations,
    item_points,
    opens_desk,
    stations_of,
    with_file_count,
)
from scoring.views.claims.bulk import BULK_MOVES
from scoring.workflow import claim_moves_open_to
from stations.models import Station

PAGE_SIZE = 50
MOST_COUNTED = 100


@require_safe
@login_required
@never_cache
def claims(request):
    """By default what the person has to do, the nearest term first; every filter lives in the address."""
    if not opens_desk(request.user):
        raise NotAllowed("加分申报由联络站核对、县人大办公室审定。您自己的申报在“我的加分申报”里。")
    user, today = request.user, today_here()
    seen = BonusClaim.objects.visible_to(user)
    first = seen.order_by("year").values_list("year", flat=True).first()
    form = DeskFilter(
        request.GET, user=user, stations=stations_of(user), years=years_until(first, today),
        usual=MINE if acts_on_claims(user) else ALL,
    )  # fmt: skip
    page = page_of(
        _for_list(form.applied(seen)), by=form.row_order, size=PAGE_SIZE, after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )  # fmt: skip
    context = {
        "form": form, "rows": [(row, _can_be_ticked(user, row)) for row in page.rows], "today": today,
        "links": page.links(request.GET), "may_act": acts_on_claims(user),
        "waiting": _count_words(seen.waiting_for(user)) if acts_on_claims(user) else "",
    }  # fmt: skip
    context["has_boxes"] = any(ticked for _row, ticked in context["rows"])
    return render(request, "scoring/claims.html", context)


def _for_list(rows):
    return with_file_count(rows.with_frozen()).select_related("deputy", "branch", "station", "claimed_by")


def _can_be_ticked(user, row: BonusClaim) -> bool:
    return any(move.name in BULK_MOVES for move in claim_moves_open_to(user, row))


def _count_words(rows) -> str:
    """How many there are, counted no further than a person would page."""
    count = rows.order_by()[: MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED}多件" if count > MOST_COUNTED else f"{count}件"


# ---- Claiming for deputies -----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def claim_add(request):
    """Claim for one deputy of a station (`?station=`), or one honour for several of them at once."""
    stations = claiming_stations(request.user)
    if not stations:
        raise NotAllowed("替代表申报加分由联络站和县人大办公室办理。")
    station = _one_of(stations, request.GET.get("station", ""))
    if station is None:
        return render(request, "scoring/claim_station.html", {"stations": stations})
    today, sent = today_here(), request.method == "POST"
    facts = {"members": _members(station, today), "points": item_points(station.county_id, today)}
    if "find" in request.POST:
        form, sent = StationClaimForm(initial=_typed(request.POST), sought=request.POST.get("q", ""), **facts), False
    else:
        typed = (request.POST, request.FILES) if sent else ()
        form = StationClaimForm(*typed, initial={"occurred_on": today}, **facts)
    rows = done(request, form, claim_for_all) if sent else None
    if rows:
        messages.success(request, f"报上去了,{len(rows)}位代表。核对要由别的人来做,自己报的自己不能核对。")
        return redirect(f"{reverse('claims')}?state={FILED}")
    context = {"form": form, "station": station, "today": today, "lost": "find" in request.POST and bool(request.FILES)}
    return render(request, "scoring/claim_add.html", context, status=status_of(form))


def _typed(given: QueryDict) -> dict:
    """What was typed before somebody was looked for, to be shown again; nothing is filed yet."""
    return {**given.dict(), "deputies": given.getlist("deputies")}


def _one_of(stations: list[Station], code: str) -> Station | None:
    """The station asked for, or the only one. Raises Http404 for one that is not a choice."""
    if not code:
        return stations[0] if len(stations) == 1 else None
    station = next((station for station in stations if station.code == code), None)
    if station is None:
        raise Http404
    return station


def _members(station: Station, today: date):
    """Who serves there, or did since last year began: evidence of the old year is taken until late."""
    rows = Membership.objects.filter(branch__parent=station).overlapping(date(today.year - 1, 1, 1), today)
    order = ("branch__official_order", "branch__code", "role", "deputy__sort_key", "deputy__code")
    return rows.select_related("deputy", "branch").order_by(*order)
