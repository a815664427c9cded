"""Who may file logs, plan rosters and record activities."""

from datetime import date

from django.db.models import Q

from deputies.permissions import is_oneself
from stations.models import Station
from stations.permissions import holds, is_head_of, places_with
from stations.querysets import scope_of
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


def can_correct_log(user, log) -> bool:
    """Whoever may file at the log's branch: correct it, put photos to it."""
    return holds(user, Right.FILE_LOGS, log.station_id, log.branch_id)


def can_void_log(user, log) -> bool:
    return holds(user, Right.VOID_LOGS, log.station_id, log.county_id)


def can_confirm_log(user, log) -> bool:
    """The branch's head; the station's clerk for a head who signed on paper."""
    return holds(user, Right.CONFIRM_LOGS, log.branch_id, log.station_id)


def logs_to_confirm(user) -> Q:
    """The logs for which `can_confirm_log` holds."""
    places = places_with(user, Right.CONFIRM_LOGS)
    return Q(branch__in=places) | Q(station__in=places)


def can_allow_late_logs(user, county_id: int) -> bool:
    """Set the county's filing limit and make dated exceptions from it."""
    return holds(user, Right.ALLOW_LATE_LOGS, county_id)


def can_decide_leave(user, branch) -> bool:
    """Approve or refuse leave, and settle swaps: the head, the station's clerk, the county."""
    return holds(user, Right.APPROVE_LEAVE, branch.pk, branch.parent_id, branch.county_id)


def can_ask_leave(user, deputy, branch) -> bool:
    """The deputy in person; for others whoever decides at the branch where the deputy serves (or served last)."""
    return is_oneself(user, deputy) or (branch is not None and can_decide_leave(user, branch))


def can_settle_leave(user, leave) -> bool:
    """Decide one leave: nobody decides the own, so a head's leave is for the clerk or the county."""
    return not is_oneself(user, leave.deputy) and _decides_at(user, leave)


def can_settle_swap(user, swap) -> bool:
    """Confirm or refuse somebody else's swap: whoever decides leave there and is no party to it."""
    parties = [swap.giver, swap.taker] if swap.taker_id else [swap.giver]
    return not any(is_oneself(user, deputy) for deputy in parties) and _decides_at(user, swap)


def _decides_at(user, row) -> bool:
    """`can_decide_leave` for a row that carries its places."""
    return holds(user, Right.APPROVE_LEAVE, row.branch_id, row.station_id, row.county_id)


def can_reveal_villager(user, visit) -> bool:
    """See who came: each time is asked for and recorded. The deputy who received them knows already, without us."""
    return holds(user, Right.REVEAL_VILLAGERS, visit.branch_id, visit.station_id, visit.county_id)


def sees_visits(user) -> bool:
    """Open the register of visits at all; whose are in it is a matter of scope."""
    scope = scope_of(user)
    return bool(scope.counties or scope.townships or scope.headed)


def can_keep_visit(user, visit) -> bool:
    """Correct a visit, write down how it went on, make a ticket of it: whoever may file at its branch."""
    return holds(user, Right.FILE_LOGS, visit.station_id, visit.branch_id)


def can_void_visit(user, visit) -> bool:
    return holds(user, Right.VOID_LOGS, visit.station_id, visit.county_id)


def can_plan_roster(user, station) -> bool:
    """The township station arranges the Sundays."""
    return holds(user, Right.PLAN_ROSTERS, station.pk, station.county_id)


def can_declare_month(user, station) -> bool:
    """Who arranges the Sundays says whether all of a month is recorded."""
    return holds(user, Right.PLAN_ROSTERS, station.pk, station.county_id)


def can_confirm_month(user, report) -> bool:
    """The branch's head; the station's clerk for a head who signed on paper."""
    return holds(user, Right.CONFIRM_MONTHS, report.branch_id, report.station_id)


def can_accept_month(user, report) -> bool:
    """The station's clerk; the county where a station has nobody."""
    return holds(user, Right.ACCEPT_MONTHS, report.station_id, report.county_id)


def can_lock_month(user, report) -> bool:
    """The county: lock a month, send a station's back, make a locked one anew."""
    return holds(user, Right.LOCK_MONTHS, report.county_id)


def can_send_month_back(user, report) -> bool:
    """Who takes the next step above: a branch's goes back from the station, a station's from the county."""
    return can_accept_month(user, report) if report.branch_id else can_lock_month(user, report)


def sees_months(user) -> bool:
    """Open the monthly reports at all; which are in them is a matter of scope."""
    scope = scope_of(user)
    return bool(scope.counties or scope.townships or scope.headed)


def can_see_month(user, place) -> bool:
    """Read a place's monthly report: what `MonthReport.visible_to` says, of a month that has no report yet, too."""
    scope = scope_of(user)
    above = place.county_id or place.pk
    return above in scope.counties or place.township.pk in scope.townships or place.pk in scope.headed


def can_keep_feed(user, of) -> bool:
    """Make and revoke the calendar address of a deputy (only oneself) or a branch (its head, the station, the county)."""
    if isinstance(of, Station):
        return is_head_of(user, of.pk) or holds(user, Right.PLAN_ROSTERS, of.parent_id, of.county_id)
    return is_oneself(user, of)


def can_record_activity(user, station) -> bool:
    township = station.parent_id if station.level == Level.BRANCH else station.pk
    return holds(user, Right.RECORD_ACTIVITIES, station.county_id, township, station.pk)


def activity_places(user, on: date):
    """The places open on the day `on` for which `can_record_activity` holds, in official order."""
    places = places_with(user, Right.RECORD_ACTIVITIES)
    rows = Station.objects.filter(Q(county__in=places) | Q(parent__in=places) | Q(pk__in=places))
    return rows.open(on).in_official_order()


def can_ask_own_people(user, activity, station) -> bool:
    """Agree to an activity that another place holds together with `station`: its clerk alone asks its people."""
    return station in activity.partners.all() and holds(user, Right.RECORD_ACTIVITIES, station.pk)


def attendance_reach(user, activity) -> set[int] | None:
    """The places (keys) whose people's attendance `user` records; None: everybody's, as the county does.

    The host and each partner record their own people.
    """
    if holds(user, Right.RECORD_ACTIVITIES, activity.county_id):
        return None
    reach = {place.pk for place in activity.partners.all() if holds(user, Right.RECORD_ACTIVITIES, place.pk)}
    return reach | ({activity.station_id} if can_record_activity(user, activity.station) else set())


def can_sign_up(user, activity, deputy) -> bool:
    """Answer for oneself; the county, and the clerk or head where the deputy serves, for who is on the telephone."""
    if is_oneself(user, deputy):
        return True
    membership = deputy.memberships.in_force(activity.held_on).select_related("branch").first()
    return membership is not None and can_record_activity(user, membership.branch)


def oversees_activity(user, activity) -> bool:
    """See the whole of it, everybody's attendance too: the host's staff, its partners', the county and auditors."""
    scope = scope_of(user)
    if activity.county_id in scope.counties or {activity.station_id, activity.station.parent_id} & scope.townships:
        return True
    return activity.station_id in scope.headed or any(place.pk in scope.townships for place in activity.partners.all())


def oversees_activities(user) -> bool:
    """Open the list: whoever has activities of a place to look after."""
    scope = scope_of(user)
    return bool(scope.counties or scope.townships or scope.headed)


def can_keep_plan(user, station) -> bool:
    """Write a place's work plan: the place itself, its station, the county."""
    return can_record_activity(user, station)


def can_record_service(user, branch) -> bool:
    """Record what deputies of a branch did besides Sundays and activities; each deputy may for oneself anyway."""
    return can_record_activity(user, branch)


def can_void_service(user, record) -> bool:
    """The station and the county, as for logs; whoever recorded it may take back the own mistake."""
    return record.recorder_id == user.pk or holds(user, Right.VOID_LOGS, record.station_id, record.county_id)


def can_keep_projects(user, county_id: int) -> bool:
    """The county's list of livelihood projects."""
    return holds(user, Right.MAINTAIN, county_id)


def can_exempt(user, county_id: int) -> bool:
    """Exempt deputies from duty or activities: the county alone."""
    return holds(user, Right.APPROVE_LEAVE, county_id)


def can_report(user, station) -> bool:
    """Have a place's monthly report made: the clerk of its station, county staff and auditors."""
    return holds(user, Right.MAKE_REPORTS, station.township.pk, station.county_id)
