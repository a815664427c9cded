"""Who opens the desk of claims, whose deputies they look after, and what a claim is worth there."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from scoring.models import BonusClaim, ClaimFile, Scheme
from scoring.rules import Schedule
from scoring.services import schedule_of
from scoring.states import CLAIMED_ITEMS
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


def with_file_count(rows):
    """Claims with how many files show them (`file_count`)."""
    files = ClaimFile.objects.filter(claim=OuterRef("pk")).order_by().values("claim").values(count=Count("pk"))
    return rows.annotate(file_count=Coalesce(Subquery(files), 0))


def worths_of(rows: Iterable[BonusClaim]) -> dict[int, Decimal | None]:
    """Points by claim key as the version of its day says; None where the scheme has no such rule."""
    rows = list(rows)
    known = Scheme.objects.filter(county__in={row.county_id for row in rows}, year__in={row.year for row in rows})
    schedules = {(scheme.county_id, scheme.year): schedule_of(scheme) for scheme in known}
    return {row.pk: _points(schedules.get((row.county_id, row.year)), row.item, row.occurred_on) for row in rows}


def item_points(county: int, on: date) -> dict[str, Decimal | None]:
    """What each item that is claimed is worth on a day; empty in a year without a scheme."""
    scheme = Scheme.objects.filter(county=county, year=on.year).first()
    schedule = schedule_of(scheme) if scheme else None
    return {item.value: _points(schedule, item, on) for item in CLAIMED_ITEMS} if schedule else {}


def _points(schedule: Schedule | None, item: str, on: date) -> Decimal | None:
    tariff = schedule.tariff(item, on) if schedule else None
    return tariff.points if tariff else None
