"""Who may file logs, plan rosters and record activities."""

from stations.permissions import is_clerk_of, is_county_staff, is_head_of
from stations.states import Level


def can_file_log(user, branch) -> bool:
    """The station's clerk, or the branch's own head."""
    return is_clerk_of(user, branch.parent_id) or is_head_of(user, branch.pk)


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
    """Have a place's monthly report made: the clerk of its station, county staff."""
    return is_clerk_of(user, station.township.pk) or is_county_staff(user, station.county_id)
