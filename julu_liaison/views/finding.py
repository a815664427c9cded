"""The landing page: a villager finds a branch, whoever is signed in goes on to the own first page."""

import re
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Concat, Replace
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from julu_liaison.accounts.flood import for_passers
from julu_liaison.common.public_pages import draw, public_page
from julu_liaison.common.texts import chinese_number
from julu_liaison.common.working_days import today_here
from julu_liaison.frame import first_page
from stations.models import Station, Village
from stations.querysets import StationQuerySet, scope_of

LONGEST = 30  # characters looked for
UNSPOKEN = ("人大代表联络站", "代表联络站", "联络站", "镇", "乡")
NUMBER = re.compile(r"第?([0-9]{1,2}|[一二三四五六七八九十]{1,3})(?=分站)")
MOST_WORDS = 3
MOST = 60  # branches that a search lists


@dataclass
class Township:
    """One station with the branches below it, as the landing page lists them."""

    station: Station
    branches: list[Station] = field(default_factory=list)


@require_safe
@for_passers
def home(request):
    """Without a login: find a branch by place or village. Signed in: on to one's own first page."""
    if request.user.is_authenticated and "q" not in request.GET and "county" not in request.GET:
        return redirect(first_page(scope_of(request.user)))
    return _finding(request)


@public_page("county")
def _finding(request):
    words = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    today, code = today_here(), request.GET.get("county", "")
    counties = list(Station.objects.centres().open(today).order_by("official_order", "code"))
    county = _chosen_county(counties, code)
    if code and county is None:
        return redirect("home")
    within = [county] if county else counties if words else []
    branches = _branches(within, words, today) if within else []
    context = {
        "q": words,
        "counties": counties if len(counties) > 1 else [],
        "county": county,
        "townships": _townships(within, branches[:MOST] if words else branches, today),
        "found": len(branches),
        "is_cut": bool(words) and len(branches) > MOST,
        "most": MOST,
    }
    return draw(request, "home.html", context)


def _chosen_county(counties: list[Station], code: str) -> Station | None:
    if code:
        return next((county for county in counties if county.code == code), None)
    return counties[0] if len(counties) == 1 else None


def _branches(counties: list[Station], words: str, today: date) -> list[Station]:
    """Open branches in official order; with `words`, those that match each of them by any name."""
    places = Station.objects.branches().filter(county__in=counties).open(today)
    return list(_matching(places, words).order_by("official_order", "code").prefetch_related("villages"))


def _matching(branches: StationQuerySet, words: str) -> StationQuerySet:
    branches = branches.alias(spoken=Concat("county__name", _bare_in_database("parent__name"), "name"))
    for word in words.split()[:MOST_WORDS]:
        named = Q(code__iexact=word) | Q(full_name__contains=word) | Q(address__contains=word) | Q(host__contains=word)
        spoken = _spoken(word)
        named |= Q(spoken__contains=spoken) if spoken else Q()
        here = Village.objects.alias(said=Value(word)).filter(branch=OuterRef("pk"))
        here = here.filter(Q(name__contains=word) | Q(said__contains=F("name")))  # 安家庄, 安家庄村委会 → 安家庄村
        branches = branches.filter(named | Q(county__name__contains=word) | Exists(here))
    return branches


def _spoken(word: str) -> str:
    """A branch as it is written in full, whatever people leave out: 官亭镇联络站第2分站, 官亭二分站 → 官亭第二分站."""
    return NUMBER.sub(_ordinal, re.sub("|".join(UNSPOKEN), "", word))


def _ordinal(found: re.Match[str]) -> str:
    return f"第{chinese_number(int(found[1])) if found[1].isdecimal() else found[1]}"


def _bare_in_database(field: str):
    """The same of a place's own name."""
    name = F(field)
    for part in UNSPOKEN:
        name = Replace(name, Value(part), Value(""))
    return name


def _townships(counties: list[Station], branches: list[Station], today: date) -> list[Township]:
    """The open stations of these branches, county by county, in official order."""
    if not branches:
        return []
    below: dict[int, list[Station]] = {}
    for branch in branches:
        below.setdefault(branch.parent_id, []).append(branch)
    places = Station.objects.townships().filter(pk__in=below).open(today).select_related("parent")
    order = {county.pk: index for index, county in enumerate(counties)}
    found = sorted(places, key=lambda place: (order[place.county_id], place.official_order, place.code))
    return [Township(place, below[place.pk]) for place in found]
