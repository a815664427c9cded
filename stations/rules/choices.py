"""How places are offered in a select."""

from collections.abc import Iterable

from stations.models import Station
from stations.states import Level


def place_choices(places: Iterable[Station]) -> list:
    """Return choices (code, name) in the order given: branches grouped under their township, loose ones first."""
    places = list(places)
    groups = {
        place.pk: (place.name, [(place.code, f"{place.name}全部")]) for place in places if place.level == Level.TOWNSHIP
    }
    loose: list = []
    for place in places:
        if place.level == Level.BRANCH:
            below = groups[place.parent_id][1] if place.parent_id in groups else loose
            below.append((place.code, place.name))
    return loose + list(groups.values())
