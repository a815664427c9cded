"""Who may file logs, plan rosters and record activities."""

from datetime import date

from django.db.models import Q

from stations.models import Station
from stations.permissions import is_clerk_of, is_county_staff, is_head_of
from stations.querysets import scope_of
from stations.states import Level


def can_file_log(user, branch) -> bool:
    """The station's clerk, or the branch's own head."""
    return is_clerk_of(user, branch.parent_id) or is_head_of(user, branch.pk)


def branches_to_file(user, on: date):
    """The branches open on the day `on` for which `can_file_log` holds, in official order."""
    scope = scope_of(user)
    rows = Station.objects.branches().open(on).filter(Q(parent__in=scope.townships) | Q(pk__in=scope.headed))
    return rows.in_official_order()


def can_void_log(user, log) -> bool:
    return is_clerk_of(user, log.station_id) or is_county_staff(user, log.county_id)


def can_plan_roster(user, station) -> bool:
    """The township station arranges the Sundays."""
    return is_clerk_of(user, station.pk) or is_county_staff(user, station.county_id)


def can_record_activity(user, station) -> bool:
    if is_county_staff(user, station.county_id):
        return True
    township = station.parent_id if station.level == Level.BRANCH else station.pk
    return is_clerk_of(user, township) or is_head_of(user, station.pk)


def can_report(user, station) -> bool:
    """Have a place's monthly report made: the clerk of its station, county staff and auditors."""
    return is_clerk_of(user, station.township.pk) or station.county_id in scope_of(user).counties
