"""How the county's scores are spread: for everybody in it, without a name."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from deputies.models import Deputy
from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.working_days import today_here
from scoring.rules.distribution import FEWEST, Bar
from scoring.services.distribution import Spread, spread_of
from scoring.views.desk import desk_of, years_of
from scoring.views.stages import stage_words
from stations.models import Station

LONGEST = 100  # units of a bar's drawing


@dataclass(frozen=True)
class Drawn:
    """A bar as drawn: `length` of LONGEST, and whether the reader's own score lies in it."""

    bar: Bar
    length: int
    is_own: bool
    words: str


@require_safe
@login_required
@never_cache
def distribution(request):
    """Totals, base and bonus of the county by groups of five people at least, and where one's own score lies."""
    person = Deputy.objects.filter(user=request.user).select_related("county").first()
    county = _county(request.user, person)
    today = today_here()
    years = years_of(county, request.GET.get("year", ""), today)
    spread = spread_of(scheme=years.scheme, county=county.pk, year=years.year, own=person.pk if person else None)
    context = {
        "county": county, "year": years.year, "years": years.years, "spread": spread, "fewest": FEWEST,
        "totals": _drawn(spread.totals, spread.own_total), "parts": _parts(spread),
        "stage": stage_words(years.scheme, today),
    }  # fmt: skip
    return render(request, "scoring/distribution.html", context)


def _county(user, person: Deputy | None) -> Station:
    """A deputy's own county, else the one whose lists the staff look at."""
    if person is not None:
        return person.county
    try:
        return desk_of(user).county
    except NotAllowed:
        raise NotAllowed("得分分布供代表、联络站和县人大查看。") from None


def _drawn(bars: Iterable[Bar], own: Decimal | None, none: str = "0分") -> list[Drawn]:
    """`none`: how nothing at all is called."""
    bars = list(bars)
    most = max((bar.people for bar in bars), default=1)
    return [Drawn(bar, max(1, bar.people * LONGEST // most), bar.holds(own), none if bar.is_none else bar.words) for bar in bars]


def _parts(spread: Spread) -> list[tuple[str, str, list[Drawn]]]:
    return [
        ("base", "基础分还有多少", _drawn(spread.bases, spread.own_base, "用完了")),
        ("bonus", "加分有多少", _drawn(spread.bonuses, spread.own_bonus, "没有加分")),
    ]
