"""Reading who is asked to an activity and what became of it, person by person and in figures."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from activities.models import Activity, ActivityAttendance
from activities.rules.expected import UNASKED, Line, Tally, tally
from activities.services.events.audience import holders
from activities.services.events.expecting import expectations, leaves_for
from activities.states import ActivityState, SignUp
from deputies.models import Deputy, Membership
from stations.models import Station


def tallies_of(activities: Iterable[Activity]) -> dict[int, Tally]:
    """Return the figures of each activity by its key (one query, whatever the number of people)."""
    keys = [activity.pk for activity in activities]
    rows = ActivityAttendance.objects.filter(activity__in=keys).with_stand_in().order_by()
    lines = defaultdict(list)
    for key, *facts in rows.values_list("activity", "expected", "status", "stood_in").annotate(times=Count("pk")):
        lines[key].append(Line(*facts))
    return {key: tally(lines[key]) for key in keys}


@dataclass
class Attendee:
    """One deputy on the list. `branch`: where they served that day. `because`: why they need not come, else empty.

    `leave` is the kind of an approved leave, `substitute` who came for them.
    """

    row: ActivityAttendance
    branch: Station | None
    because: str
    leave: str = ""
    substitute: Deputy | None = None

    @property
    def deputy(self) -> Deputy:
        return self.row.deputy

    @property
    def is_expected(self) -> bool:
        return not self.because

    @property
    def status(self) -> str:
        """What was entered, else the approved leave of an expected person."""
        return self.row.status or (self.leave if self.is_expected else "")

    @property
    def line(self) -> Line:
        return Line(self.is_expected, self.status, self.substitute is not None)


def roll_of(activity: Activity) -> list[Attendee]:
    """Everybody on the list by branch, then name; who is expected is worked out anew while it is only announced.

    A fixed number of queries.
    """
    rows = list(activity.attendance.select_related("deputy__user", "stands_in_for"))
    keys = [row.deputy_id for row in rows]
    members = Membership.objects.in_force(activity.held_on).filter(deputy__in=keys).select_related("branch__parent")
    branches = {row.deputy_id: row.branch for row in members}
    leaves = leaves_for(activity, keys)
    substitutes = {row.stands_in_for_id: row.deputy for row in rows if row.stands_in_for_id}
    because = _reasons(activity, rows)
    found = [
        Attendee(row, branches.get(row.deputy_id), because[row.pk], leaves.get(row.deputy_id, ""),
                 substitutes.get(row.deputy_id))
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=_order)


def _reasons(activity: Activity, rows: list[ActivityAttendance]) -> dict[int, str]:
    kept = {row.pk: "" if row.expected else row.not_expected_because or UNASKED for row in rows}
    if activity.state != ActivityState.ANNOUNCED:
        return kept
    asked = [row for row in rows if row.not_expected_because != UNASKED]
    coming = {row.deputy_id for row in asked if row.sign_up == SignUp.COMING}
    keys = [row.deputy_id for row in asked]
    anew = expectations(
        keys, places=holders(activity), on=activity.held_on, required=activity.required, signed_up=coming
    )
    return kept | {row.pk: anew[row.deputy_id] for row in asked}


def _order(one: Attendee) -> tuple:
    branch, person = one.branch, one.deputy
    if branch is None:
        return (1, 0, "", 0, "", person.sort_key, person.code)
    above = branch.parent
    return (0, above.official_order, above.code, branch.official_order, branch.code, person.sort_key, person.code)
