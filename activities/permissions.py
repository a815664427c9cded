"""Who may file logs, plan rosters and record activities."""

from datetime import date

from django.db.models import Q

from stations.models import Station
from stations.permissions import holds, places_with
from stations.states import Level, Right


def can_file_log(user, branch) -> bool:
    """The station's clerk, or the branch's own head."""
    return holds(user, Right.FILE_LOGS, branch.parent_id, branch.pk)


def branches_to_file(user, on: date, *, since: date | None = None):
    """The branches open on the day `on` for which `can_file_log` holds, in official order.

    With `since` also those that were open on a day from then on and have been closed or merged meanwhile.
    """
    places = places_with(user, Right.FILE_LOGS)
    rows = Station.objects.branches().filter(Q(parent__in=places) | Q(pk__in=places))
    still_open = Q(closed_on=None) | Q(closed_on__gt=since or on)
    return rows.filter(still_open, opened_on__lte=on).in_official_order()


def can_void_log(user, log) -> bool:
    return holds(user, Right.VOID_LOGS, log.station_id, log.county_id)


def can_plan_roster(user, station) -> bool:
    """The township station arranges the Sundays."""
    return holds(user, Right.PLAN_ROSTERS, station.pk, station.county_id)


def can_record_activity(user, station) -> bool:
    township = station.parent_id if station.level == Level.BRANCH else station.pk
    return holds(user, Right.RECORD_ACTIVITIES, station.county_id, township, station.pk)


def can_report(user, station) -> bool:
    """Have a place's monthly report made: the clerk of its station, county staff and auditors."""
    return holds(user, Right.MAKE_REPORTS, station.township.pk, station.county_id)
