"""What stands on a place's plate: its name, and on a branch's the address of its permanent page."""

from collections.abc import Iterable
from dataclasses import dataclass

from deputies.posters.boards.facts import branch_address
from deputies.posters.glyphs import glyphs_for
from deputies.posters.product import Facts
from stations.models import Station
from stations.states import Level


@dataclass(frozen=True, kw_only=True)
class PlateFacts(Facts):
    """`parts`: the full name at its natural boundaries, 官亭镇 | 人大代表联络站 | 第一分站."""

    name: str
    parts: list[str]
    qr_url: str = ""


def plate_facts_of(places: Iterable[Station]) -> dict[int, PlateFacts]:
    """The facts of many plates by place key (two queries, whatever the number)."""
    keys = [place.pk for place in places]
    found = list(Station.objects.filter(pk__in=keys).select_related("parent", "county"))
    glyphs = glyphs_for(found)
    return {
        place.pk: PlateFacts(
            county_code=place.county.code,
            place_code=place.code,
            glyphs=glyphs[place.county_id],
            name=place.full_name,
            parts=_parts(place),
            qr_url=branch_address(place) if place.level == Level.BRANCH else "",
        )
        for place in found
    }


def _parts(place: Station) -> list[str]:
    station = place.township
    kind = station.full_name.removeprefix(station.name)
    parts = [station.name, kind] if kind != station.full_name else [station.full_name]
    if place != station:
        parts.append(place.full_name.removeprefix(station.full_name))
    return [part for part in parts if part]
