"""Reading what deputies did in a year, as the plain rows that `scoring.rules` works on.

Only what can earn anything is read; each reader takes a fixed number of queries, however many deputies.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef

from activities.models import Activity, ActivityAttendance, Attendance, DutyLog, Leave
from activities.services.rosters import days_left_by
from activities.states import LogState, Presence
from julu_liaison.common.numbering import printed_number
from julu_liaison.common.working_days import today_here
from opinions.models import Cosigner, Hop, Opinion, Supervision
from opinions.states import Kind, State
from scoring.models import Appeal, BonusClaim
from scoring.rules import (
    COSTLY,
    Claim,
    DayLeft,
    Duty,
    Earning,
    Meeting,
    Ruling,
    Ticket,
    claim_earnings,
    duty_earnings,
    leave_earnings,
    meeting_earnings,
    month_earnings,
    ticket_earnings,
)
from scoring.services.ledger.months import months_of
from scoring.services.ledger.sundays import Sundays
from scoring.states import Item

NOT_VERIFIED = (State.REGISTERED, State.REFUSED, State.VOID, State.MERGED)
HANDED_OVER = Exists(Hop.objects.filter(opinion=OuterRef("pk"), move="transfer"))

STOOD_IN_BY_NAME = Exists(
    Attendance.objects.filter(log=OuterRef("log"), status=Presence.SUBSTITUTE, stands_in_for=OuterRef("deputy"))
)

ByDeputy = dict[int, list[Any]]


def earnings_of(keys: Collection[int], year: int) -> dict[int, list[Earning]]:
    """Return what each deputy earned in `year` according to the records, by deputy key."""
    found: dict[int, list[Earning]] = defaultdict(list)
    sundays = Sundays(keys, year)
    for rule, rows in (
        (duty_earnings, _duties(keys, sundays)),
        (leave_earnings, _days_left(keys, sundays)),
        (meeting_earnings, _meetings(keys, year)),
        (ticket_earnings, _tickets(keys, year)),
        (claim_earnings, _claims(keys, year)),
    ):
        for deputy, facts in rows.items():
            found[deputy] += rule(facts)  # type: ignore[operator]
    for deputy, months in months_of(keys, sundays).items():
        found[deputy] += month_earnings(months, found[deputy])
    return found


def _duties(keys: Collection[int], sundays: Sundays) -> ByDeputy:
    """A substitute stands in for whom the log names; one without a name for one of those who were away.

    What a log says of itself is read once, not for everybody in it.
    """
    rows = Attendance.objects.filter(sundays.held("log"), deputy__in=keys, status__in=COSTLY)
    rows = rows.exclude(log__state=LogState.VOID).annotate(stood_in=STOOD_IN_BY_NAME).order_by()
    present = list(rows.values_list("log", "deputy", "status", "expected", "stood_in"))
    covered = _covered({row[0] for row in present if row[2] == Presence.ABSENT and not row[4]})
    logs = DutyLog.objects.filter(pk__in={row[0] for row in present}).order_by()
    sheets = {
        key: (str(uid), printed_number(of_year, serial), on, sundays.of(branch, on), name)
        for key, uid, of_year, serial, on, branch, name in logs.values_list(
            "pk", "uid", "year", "serial", "date", "branch", "branch__name"
        )
        if sundays.is_of_year(branch, on)
    }
    found: ByDeputy = defaultdict(list)
    for log, deputy, status, expected, stood_in in present:
        if log in sheets:
            found[deputy].append(Duty(*sheets[log], status, expected, stood_in or (log, deputy) in covered))
    return found


def _covered(logs: set[int]) -> set[tuple[int, int]]:
    """Whom substitutes that stand for nobody by name cover, as (log, deputy): one each, in the order of the log."""
    nameless = Attendance.objects.filter(log__in=logs, status=Presence.SUBSTITUTE, stands_in_for=None).order_by()
    left = Counter(nameless.values_list("log", flat=True))
    away = Attendance.objects.filter(log__in=left, status=Presence.ABSENT, expected=True).order_by("pk")
    found = set()
    for log, deputy in away.exclude(STOOD_IN_BY_NAME).values_list("log", "deputy") if left else ():
        if left[log]:
            left[log] -= 1
            found.add((log, deputy))
    return found


def _days_left(keys: Collection[int], sundays: Sundays) -> ByDeputy:
    """Days left for leave; not one that the deputy's log of that day speaks of, for then the log counts."""
    leaves = Leave.objects.approved().from_duty().filter(deputy__in=keys).overlapping(*sundays.reach)
    leaves = list(leaves.select_related("deputy"))
    if not leaves:
        return {}
    logged = set(
        Attendance.objects.counted().filter(sundays.held("log"), deputy__in={leave.deputy_id for leave in leaves})
        .values_list("deputy", "log__date")
    )  # fmt: skip
    found: ByDeputy = defaultdict(list)
    for leave, shift in days_left_by(leaves):
        if shift.for_sunday.year == sundays.year and (leave.deputy_id, shift.date) not in logged:
            found[leave.deputy_id].append(
                DayLeft(str(leave.uid), leave.kind, shift.date, shift.for_sunday, shift.branch.name)
            )
    return found


def _meetings(keys: Collection[int], year: int) -> ByDeputy:
    held = Activity.objects.held().within(*_days(year)).filter(required=True)
    rows = ActivityAttendance.objects.filter(deputy__in=keys, status__in=COSTLY, expected=True, activity__in=held)
    rows = rows.with_stand_in().order_by()
    present = list(rows.values_list("activity", "deputy", "status", "expected", "stood_in"))
    activities = Activity.objects.filter(pk__in={row[0] for row in present}).order_by()
    said = {
        key: (str(uid), kind, title, on)
        for key, uid, kind, title, on in activities.values_list("pk", "uid", "kind", "title", "held_on")
    }
    found: ByDeputy = defaultdict(list)
    for activity, deputy, status, expected, stood_in in present:
        found[deputy].append(Meeting(*said[activity], status, True, expected, stood_in))
    return found


def _tickets(keys: Collection[int], year: int) -> ByDeputy:
    """Opinions count once somebody has accepted them; suggestions once the centre has handed them over.

    Asked for one after the other: for an OR of the two PostgreSQL reads the steps of all tickets of all counties.
    """
    verified = Opinion.objects.exclude(state__in=NOT_VERIFIED)
    handed_over = verified.filter(HANDED_OVER, kind=Kind.SUGGESTION)
    of_year = {"registered_on__range": _days(year)}
    found: ByDeputy = defaultdict(list)
    for led in (verified.filter(kind=Kind.OPINION), handed_over):
        for deputy, *ticket, kind, is_motion in led.filter(deputy__in=keys, **of_year).values_list(
            "deputy", "uid", "number", "registered_on", "kind", "detail__is_motion"
        ):
            item = Item.MOTION_LED if is_motion else Item.SUGGESTION_LED
            found[deputy].append(_ticket(ticket, Item.OPINION_ENTERED if kind == Kind.OPINION else item))
    signed = Cosigner.objects.filter(deputy__in=keys, confirmed_at__isnull=False).exclude(deputy=F("opinion__deputy"))
    signed = signed.filter(opinion__in=handed_over.filter(**of_year))
    for deputy, *ticket, is_motion in signed.values_list(
        "deputy", "opinion__uid", "opinion__number", "opinion__registered_on", "opinion__detail__is_motion"
    ):
        found[deputy].append(_ticket(ticket, Item.MOTION_SIGNED if is_motion else Item.SUGGESTION_SIGNED))
    supervised = Supervision.objects.filter(opinion__in=handed_over.filter(deputy__in=keys), started_at__year=year)
    for deputy, *ticket, at in supervised.values_list(
        "opinion__deputy", "opinion__uid", "opinion__number", "started_at"
    ):
        found[deputy].append(_ticket([*ticket, today_here(at)], Item.SUGGESTION_SUPERVISED))
    return found


def _ticket(ticket: list, item: Item) -> Ticket:
    uid, number, on = ticket
    return Ticket(str(uid), number, on, item.value)


def _claims(keys: Collection[int], year: int) -> ByDeputy:
    rows = BonusClaim.objects.approved().filter(deputy__in=keys, year=year)
    found: ByDeputy = defaultdict(list)
    for deputy, uid, *facts in rows.values_list("deputy", "uid", "item", "occurred_on", "text", "is_late"):
        found[deputy].append(Claim(str(uid), *facts))
    return found


def rulings_of(keys: Collection[int], year: int) -> dict[int, list[Ruling]]:
    """Granted appeals that change the year's ledger, by deputy key, in the order in which they were answered."""
    rows = Appeal.objects.granted().filter(deputy__in=keys, year=year).exclude(cancels=False, item="")
    found: dict[int, list[Ruling]] = defaultdict(list)
    for deputy, uid, cancels, fact_key, *facts in rows.order_by("answered_at", "pk").values_list(
        "deputy", "uid", "cancels", "entry__fact_key", "item", "occurred_on", "answer"
    ):
        found[deputy].append(Ruling(str(uid), (fact_key if cancels else "") or "", *facts))
    return found


def _days(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)
