"""The landing page: a villager finds a branch, whoever is signed in goes on to the own first page."""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from julu_liaison.common.working_days import today_here
from julu_liaison.frame import first_page
from stations.models import Station, Village
from stations.querysets import scope_of


@dataclass
class Township:
    """One station with the branches below it, as the landing page lists them."""

    station: Station
    branches: list[Station] = field(default_factory=list)


@require_safe
def home(request):
    """Without a login: find a branch by place or village. Signed in: on to one's own first page."""
    if request.user.is_authenticated and "q" not in request.GET and "county" not in request.GET:
        return redirect(first_page(scope_of(request.user)))
    words = request.GET.get("q", "").replace("\0", "").strip()[:20]
    today = today_here()
    counties = list(Station.objects.centres().open(today).order_by("official_order", "code"))
    county = _chosen_county(counties, request.GET.get("county", ""))
    context = {
        "q": words,
        "counties": counties if len(counties) > 1 else [],
        "county": county,
        "townships": _townships(county, words, today) if county else [],
    }
    return render(request, "home.html", context)


def _chosen_county(counties: list[Station], code: str) -> Station | None:
    if code:
        return next((county for county in counties if county.code == code), None)
    return counties[0] if len(counties) == 1 else None


def _townships(county: Station, words: str, today: date) -> list[Township]:
    """Open stations in official order with their open branches; with `words`, those that match by any name."""
    places = Station.objects.filter(county=county).open(today).order_by("official_order", "code")
    branches = places.branches().prefetch_related("villages")
    if words:
        named = (
            Q(code__iexact=words) | Q(full_name__contains=words) | Q(address__contains=words) | Q(host__contains=words)
        )
        here = Village.objects.filter(branch=OuterRef("pk"), name__contains=words)
        branches = branches.filter(named | Exists(here))
    below: dict[int, list[Station]] = {}
    for branch in branches:
        below.setdefault(branch.parent_id, []).append(branch)
    return [Township(place, below[place.pk]) for place in places.townships() if place.pk in below]
