"""Which reception days, and whose attendance at them, one figure counts: the number and its list take the same rows.

They are those of the monthly report (`rules.months`), for any period: a reception counts for its Sunday, whenever it was
held. Everything is a query, so a year costs as many of them as a week.
"""

from datetime import date

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When

from activities.models import Attendance, DutyLog, Exemption, Shift, ShiftPlace
from activities.states import ATTENDED, AWAY, CALLED_OFF, ON_LEAVE, Covers, Presence
from deputies.models import Mandate, Membership
from stations.models import Station

# ---- Reception days ----

RECEPTIONS = {
    "planned": "安排的",
    "due": "应登记的",
    "prompt": "按时登记的",
    "logged": "已登记的",
    "missing": "没登记的",
    "not_held": "未开展的",
}


def reception_conditions(on: date) -> dict[str, Q]:
    """By figure: which shifts `with_logs()` it counts, as known on the day `on`."""
    missing = Q(is_logged=False, date__lte=on) & ~Q(state__in=CALLED_OFF)
    return {
        "planned": Q(),
        "due": Q(is_logged=True) | missing,
        "prompt": Q(is_prompt=True),
        "logged": Q(is_logged=True),
        "missing": missing,
        "not_held": Q(is_logged=False, state__in=CALLED_OFF),
    }


def receptions(place: Station, start: date, end: date) -> QuerySet[Shift]:
    """The reception days of `place` that count for `start` to `end`, both included, with their logs."""
    return Shift.objects.counting_within(start, end).with_logs().under(place)


# ---- Attendance ----

ATTENDANCE = {
    "expected": "应到的",
    "asked": "应到、没有请假、日志里写了来没来的",
    "attended": "到岗的",
    "on_leave": "请假的",
    "absent": "缺席的",
    "unfiled": "应到、日志还没登记的",
}


def attendance_conditions() -> dict[str, Q]:
    """By figure: which rows of `attendance` it counts; to `expected` come those of `unanswered`, which are `unfiled`."""
    expected = Q(can_be_expected=True, speaks=True) & (Q(status__in=AWAY) | Q(expected=True) | Q(on_roster=True))
    return {
        "expected": expected,
        "asked": expected & ~Q(status__in=ON_LEAVE),
        "attended": Q(status__in=ATTENDED),
        "on_leave": expected & Q(status__in=ON_LEAVE),
        "absent": expected & Q(status=Presence.ABSENT),
        "unfiled": Q(pk=None),
    }


def attendance(place: Station, start: date, end: date) -> QuerySet[Attendance]:
    """What the logs of the period say of each deputy, with `can_be_expected`, `on_roster`, and whether the row `speaks`
    for its deputy and day: of two logs a day it is the one with coming, then with leave, as in the monthly report.
    """
    same = {
        "shift__branch": OuterRef("log__branch"),
        "shift__date": OuterRef("log__date"),
        "deputy": OuterRef("deputy"),
    }
    places = _expecting(start, end).filter(**same)
    logs = DutyLog.objects.valid().counting_within(start, end).under(place)
    rows = Attendance.objects.filter(log__in=logs.values("pk"))
    rows = rows.annotate(can_be_expected=_expectable("log__branch", "log__date"), on_roster=Exists(places))
    return rows.annotate(rank=_rank(), speaks=~Exists(_before()))


def _rank() -> Case:
    return Case(When(status__in=ON_LEAVE, then=1), When(status=Presence.ABSENT, then=2), default=0)


def _before() -> QuerySet[Attendance]:
    """What other logs of the branch's day say of the same deputy, with more weight."""
    same = {"log__branch": OuterRef("log__branch"), "log__date": OuterRef("log__date"), "deputy": OuterRef("deputy")}
    rows = Attendance.objects.counted().filter(**same).annotate(rank=_rank())
    return rows.filter(Q(rank__lt=OuterRef("rank")) | Q(rank=OuterRef("rank"), pk__lt=OuterRef("pk")))


def unanswered(place: Station, start: date, end: date, on: date) -> QuerySet[ShiftPlace]:
    """Who could be expected, on duty at receptions up to the day `on` about whom no log says anything (应到、日志还没登记)."""
    there = {"branch": OuterRef("shift__branch"), "date": OuterRef("shift__date")}
    logged = Exists(DutyLog.objects.valid().filter(**there))
    told = Attendance.objects.counted().filter(
        log__branch=OuterRef("shift__branch"), log__date=OuterRef("shift__date"), deputy=OuterRef("deputy")
    )
    rows = _expecting(start, end).filter(shift__in=Shift.objects.counting_within(start, end).under(place).values("pk"))
    rows = rows.filter(Q(shift__date__lte=on) | logged, ~Exists(told))
    return rows.filter(_expectable("shift__branch", "shift__date"))


def _expecting(start: date, end: date) -> QuerySet[ShiftPlace]:
    rows = ShiftPlace.objects.filter(shift__for_sunday__range=(start, end))
    return rows.exclude(shift__state__in=CALLED_OFF)


def _expectable(branch: str, day: str) -> Q:
    """Was the row's deputy, on its day, a member of its branch, holding a mandate (or with none on record), not exempt?"""
    then = (Q(ended_on=None) | Q(ended_on__gte=OuterRef(day))) & Q(started_on__lte=OuterRef(day))
    same = {"deputy": OuterRef("deputy")}
    seats = Mandate.objects.filter(**same)
    exempt = Exemption.objects.filter(then, **same).exclude(covers=Covers.ACTIVITIES)
    member = Exists(Membership.objects.filter(then, branch=OuterRef(branch), **same))
    return Q(member) & (Q(Exists(seats.filter(then))) | ~Q(Exists(seats))) & ~Q(Exists(exempt))
