"""Which months are locked (已锁定): nothing of them is entered, corrected or voided any more without an exception."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q

from activities.models import MonthReport, Shift
from stations.models import Station


def locked_places(places: Collection[Station], on: date, *, of_sessions: bool = True) -> dict[int, date]:
    """Of `places` (by key) those where what happened on the day `on` counts for a locked month, and which month that is.

    A reception held before or after its Sunday counts for the Sunday's month, so that month's lock holds for it; with
    `of_sessions=False`, for services and activities, the day itself decides (one query, two where something is locked).
    """
    counties = {place.county_id or place.pk for place in places}
    locked = set(MonthReport.objects.locked().filter(place__in=counties).values_list("place", "month"))
    if not locked:
        return {}
    sundays = _sundays_of(places, on) if of_sessions else {}
    months = {place.pk: sundays.get(place.pk, on).replace(day=1) for place in places}
    return {place.pk: months[place.pk] for place in places if (place.county_id or place.pk, months[place.pk]) in locked}


def _sundays_of(places: Collection[Station], on: date) -> dict[int, date]:
    """The earliest Sunday for which a branch had its reception on that day."""
    shifts = Shift.objects.filter(Q(branch__in=[place.pk for place in places]), date=on)
    return dict(shifts.order_by("branch", "-for_sunday").values_list("branch", "for_sunday"))
