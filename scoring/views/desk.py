"""Whose scores a person of the staff looks at, and of which year; shared by the lists."""

from dataclasses import dataclass
from datetime import date

from django.http import Http404

from julu_liaison.common.errors import NotAllowed
from scoring.models import Scheme
from stations.models import Station
from stations.querysets import scope_of
from stations.states import Level


@dataclass(frozen=True)
class Desk:
    """The county, and of a clerk the stations (keys); None: all of the county."""

    county: Station
    stations: frozenset[int] | None

    @property
    def is_county(self) -> bool:
        return self.stations is None

    def places(self, on: date) -> list[Station]:
        """Stations and branches to choose from, in official order; one query."""
        rows = Station.objects.open_in(self.county, on).exclude(level=Level.CENTRE)
        found = [place for place in rows if self.stations is None or {place.pk, place.parent_id} & self.stations]
        return sorted(found, key=_official)


def _official(place: Station) -> tuple:
    """A station, then its branches."""
    if place.level == Level.TOWNSHIP:
        return (place.official_order, place.code, 0, 0, "")
    return (place.parent.official_order, place.parent.code, 1, place.official_order, place.code)


def desk_of(user) -> Desk:
    """What `user` looks after. Raises NotAllowed for those whose work it is not."""
    scope = scope_of(user)
    if scope.counties:
        return Desk(Station.objects.get(pk=min(scope.counties)), None)
    if scope.townships:
        station = Station.objects.select_related("county").get(pk=min(scope.townships))
        return Desk(station.county, frozenset(scope.townships))
    raise NotAllowed("得分列表供联络站和县人大查看。您自己的分在“我的得分”里。")


@dataclass(frozen=True)
class Years:
    """The years that a county has schemes for, and this one; `scheme` is that of the chosen year, if it has one."""

    years: list[int]
    year: int
    scheme: Scheme | None


def years_of(county: Station, text: str, today: date) -> Years:
    """Read the year from the address (empty: this year); one query. Raises Http404 for any other."""
    schemes = {row.year: row for row in Scheme.objects.filter(county=county).select_related("county", "closing")}
    years = sorted({today.year, *schemes}, reverse=True)
    year = next((one for one in years if str(one) == text), None) if text else today.year
    if year is None:
        raise Http404
    return Years(years, year, schemes.get(year))
