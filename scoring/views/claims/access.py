"""Who opens the desk of claims, and whose deputies they look after."""

from stations.models import Station
from stations.permissions import holds_anywhere, places_with
from stations.querysets import scope_of
from stations.states import Right


def acts_on_claims(user) -> bool:
    return holds_anywhere(user, Right.CHECK_CLAIMS, Right.DECIDE_POINTS)


def opens_desk(user) -> bool:
    """Clerks and the county; auditors to read."""
    return acts_on_claims(user) or bool(scope_of(user).counties)


def stations_of(user) -> list[Station]:
    """The stations whose claims the user reads, in official order."""
    rows = Station.objects.townships().visible_to(user)
    return list(rows.order_by("official_order", "code"))


def claiming_stations(user) -> list[Station]:
    """Where the user may claim for deputies."""
    places = places_with(user, Right.CHECK_CLAIMS)
    return [station for station in stations_of(user) if {station.pk, station.county_id} & places]
