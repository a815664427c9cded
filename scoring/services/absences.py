"""Absences from the county's congress without leave, as they count now: for the statutory warning and the sheets of a term."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from activities.models import Activity, ActivityAttendance
from activities.states import ActivityKind, Presence
from opinions.models import CongressSession
from scoring.models import Appeal
from scoring.rules.absences import Session, sessions_by_day
from scoring.states import Item
from stations.models import Station


def meetings_of_congress(county: Station):
    """The half-days of the county's congress that were held and at which attendance counts."""
    return Activity.objects.held().filter(county=county, kind=ActivityKind.CONGRESS, required=True)


def absences_from(meetings, keys: Collection[int] | None = None) -> dict[int, list[Activity]]:
    """Which of `meetings` deputies missed without leave, in order, by deputy key; two queries, whatever the number.

    By the records as they are now: a corrected record, a stand-in or a granted appeal takes the absence away.
    """
    rows = ActivityAttendance.objects.filter(activity__in=meetings, status=Presence.ABSENT, expected=True)
    rows = rows.with_stand_in().filter(stood_in=False).select_related("activity")
    if keys is not None:
        rows = rows.filter(deputy__in=keys)
    overruled = _overruled(keys)
    found: dict[int, list[Activity]] = defaultdict(list)
    for row in rows.order_by("activity__held_on", "activity__pk"):
        if (row.deputy_id, f"activity:{row.activity.uid}:{Item.CONGRESS_MISSED.value}") not in overruled:
            found[row.deputy_id].append(row.activity)
    return found


def _overruled(keys: Collection[int] | None) -> set[tuple[int, str]]:
    """Deputies and facts that granted appeals took back."""
    rows = Appeal.objects.granted().filter(cancels=True)
    if keys is not None:
        rows = rows.filter(deputy__in=keys)
    return set(rows.values_list("deputy", "entry__fact_key"))


def sessions_of(county: Station, meetings) -> dict[date, Session]:
    """The session that each day of `meetings` belongs to: as registered, else days that follow each other; two queries."""
    rows = CongressSession.objects.filter(county=county).order_by("starts_on")
    registered = [Session(row.starts_on, row.ends_on, str(row)) for row in rows]
    return sessions_by_day(meetings.values_list("held_on", flat=True), registered)
