"""Reading who was asked to serve in a month, and who did, where a station says that the month is complete."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.db.models import Exists, OuterRef

from activities.models import (
    ActivityAttendance,
    Attendance,
    CompleteMonth,
    Exemption,
    OtherService,
    ServiceRecord,
    ShiftPlace,
)
from activities.states import CALLED_OFF, SERVED, SERVICE_ACTIVITIES, ActivityState, Covers, RosterState
from deputies.models import Membership
from scoring.rules import Month
from scoring.services.ledger.sundays import Sundays

Span = tuple[date, date]
Seen = set[tuple[int, int]]  # (deputy key, month 1–12)


def months_of(keys: Collection[int], sundays: Sundays) -> dict[int, list[Month]]:
    """Return the complete months of deputies who belonged to the station throughout, by deputy key (7 queries at most)."""
    year = sundays.year
    declared = CompleteMonth.objects.standing().filter(county__in=sundays.counties, month__year=year)
    complete = list(declared.select_related("station"))
    if not complete:
        return {}
    members = Membership.objects.filter(deputy__in=keys, branch__parent__in={row.station_id for row in complete})
    spans: dict[int, dict[int, list[Span]]] = defaultdict(lambda: defaultdict(list))
    for deputy, station, start, end in members.values_list("deputy", "branch__parent", "started_on", "ended_on"):
        spans[station][deputy].append((start, end or date.max))
    asked, served = _asked(keys, sundays), _served(keys, sundays)
    found: dict[int, list[Month]] = defaultdict(list)
    for row in complete:
        last = row.month + relativedelta(months=1, days=-1)
        for deputy, days in spans[row.station_id].items():
            if _covers(days, row.month, last):
                place = (deputy, row.month.month)
                found[deputy].append(
                    Month(row.month, row.station.name, row.station.code, place in asked, place in served)
                )
    return found


def _covers(spans: list[Span], first: date, last: date) -> bool:
    """Whether the spans together hold every day; who changes the branch stays with the station."""
    reach = first
    for start, end in sorted(spans):
        if start <= reach <= end:
            if end >= last:
                return True
            reach = end + timedelta(days=1)
    return False


def _asked(keys: Collection[int], sundays: Sundays) -> Seen:
    """Who had a published day that was not called off, or another service published, and was not exempt from it."""
    year = sundays.year
    places = ShiftPlace.objects.filter(~_exempt("shift__date"), deputy__in=keys, shift__for_sunday__year=year)
    places = places.filter(shift__county__in=sundays.counties)
    places = places.filter(shift__roster__state=RosterState.PUBLISHED).exclude(shift__state__in=CALLED_OFF)
    others = OtherService.objects.filter(~_exempt("by"), deputy__in=keys, roster__month__year=year)
    others = others.filter(roster__state=RosterState.PUBLISHED)
    return set(places.values_list("deputy", "shift__for_sunday__month")) | set(
        others.values_list("deputy", "roster__month__month")
    )


def _exempt(day: str) -> Exists:
    """An exemption granted afterwards leaves past days on the roster, and nobody is expected on them all the same."""
    rows = Exemption.objects.in_force(OuterRef(day)).exclude(covers=Covers.ACTIVITIES)  # type: ignore[arg-type]
    return Exists(rows.filter(deputy=OuterRef("deputy")))


def _served(keys: Collection[int], sundays: Sundays) -> Seen:
    """Who was at a reception, recorded a service or took part in one."""
    year = sundays.year
    records = ServiceRecord.objects.valid().filter(deputies__in=keys, date__year=year)
    activities = ActivityAttendance.objects.filter(
        deputy__in=keys, status__in=SERVED, activity__state=ActivityState.HELD, activity__kind__in=SERVICE_ACTIVITIES,
        activity__held_on__year=year,
    )  # fmt: skip
    return (
        _at_receptions(keys, sundays)
        | set(records.values_list("deputies", "date__month"))
        | set(activities.values_list("deputy", "activity__held_on__month"))
    )


def _at_receptions(keys: Collection[int], sundays: Sundays) -> Seen:
    """A Sunday of September held in October counts for September; nobody was idle in October either (ADR 2)."""
    logs = Attendance.objects.counted().served().filter(sundays.held("log"), deputy__in=keys).order_by()
    return {
        (deputy, day.month)
        for deputy, branch, on in logs.values_list("deputy", "log__branch", "log__date")
        for day in (on, sundays.of(branch, on))
        if day.year == sundays.year
    }
