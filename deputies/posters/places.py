"""For which places somebody prints, and at what size: what pages and API leave out, they ask here."""

from collections import Counter
from collections.abc import Iterable

from deputies.models import Edition
from deputies.permissions import can_print
from deputies.posters.product import PrintProduct
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.querysets import scope_of
from stations.states import Level


def places_for(user, level: Level) -> list[Station]:
    """The open places of a level for which the user prints or whose printing the user audits, in official order."""
    places = Station.objects.filter(level=level).visible_to(user).open(today_here())
    counties = scope_of(user).counties
    return [
        place
        for place in places.in_official_order().select_related("county")
        if place.county_id in counties or can_print(user, place)
    ]


def usual_size(product: PrintProduct, places: Iterable[Station]) -> str:
    """The size that hangs at most of the places; where nothing hangs the one printed last, or else the product's own."""
    keys = [place.pk for place in places]
    editions = Edition.objects.defer("facts")
    if hanging := editions.hanging(keys, product=product.product):
        return Counter(edition.size for edition in hanging.values()).most_common(1)[0][0]
    printed = editions.newest(keys, product=product.product).values()
    return max(printed, key=lambda edition: edition.made_at).size if printed else product.default_size
