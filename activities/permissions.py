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


def can_confirm_log(user, log) -> bool:
    """The branch's head; the station's clerk for a head who signed on paper."""
    return holds(user, Right.CONFIRM_LOGS, log.branch_id, log.station_id)


def can_allow_late_logs(user, county_id: int) -> bool:
    """Set the county's filing limit and make dated exceptions from it."""
    return holds(user, Right.ALLOW_LATE_LOGS, county_id)


def can_decide_leave(user, branch) -> bool:
    """Approve or refuse leave, and settle swaps: the head, the station's clerk, the county."""
    return holds(user, Right.APPROVE_LEAVE, branch.pk, branch.parent_id, branch.county_id)


def can_reveal_villager(user, visit) -> bool:
    """See who came: each time is asked for and recorded. The deputy who received them knows already."""
    if visit.deputy is not None and visit.deputy.user_id == user.pk:
        return True
    return holds(user, Right.REVEAL_VILLAGERS, visit.branch_id, visit.station_id, visit.county_id)


def can_plan_roster(user, station) -> bool:
    """The township station arranges the Sundays."""
    return holds(user, Right.PLAN_ROSTERS, station.pk, station.county_id)


def can_record_activity(user, station) -> bool:
    township = station.parent_id if station.level == Level.BRANCH else station.pk
    return holds(user, Right.RECORD_ACTIVITIES, station.county_id, township, station.pk)


def can_report(user, station) -> bool:
    """Have a place's monthly report made: the clerk of its station, county staff and auditors."""
    return holds(user, Right.MAKE_REPORTS, station.township.pk, station.county_id)
