"""What the demo's points come from besides Sundays, activities and tickets: congress sessions, months declared complete."""

from datetime import date, datetime, timedelta
from functools import partial
from random import Random

from dateutil.relativedelta import relativedelta
from django.db.models import Max

from activities.models import Activity, DutyLog, Shift
from activities.services import declare_month, record_activity, record_not_held
from activities.states import ActivityKind, Presence, ShiftState
from deputies.models import Deputy
from deputies.states import MandateLevel
from julu_liaison.management.demo import words
from julu_liaison.management.demo.agenda import Agenda
from julu_liaison.management.demo.county import Demo, moment
from julu_liaison.management.demo.places import ROAD_STATION
from opinions.models import CongressSession
from scoring.models import Scheme
from scoring.services import rescore
from scoring.services.statements import issue_statements
from scoring.services.years import publish_year
from stations.models import Station

HALF_DAYS = ("上午", "下午")
AT_CONGRESS = {Presence.PRESENT: 970, Presence.OFFICIAL_LEAVE: 10, Presence.SICK_LEAVE: 12, Presence.ABSENT: 8}
DECLARED_MONTHS = 3  # up to the last one, at the road's station
FORGOTTEN = 0.04  # of the sessions without a log, when a month is declared: nobody said why


def sessions_within(demo: Demo, first: date, today: date) -> list[CongressSession]:
    rows = CongressSession.objects.filter(county=demo.centre, starts_on__gte=first, starts_on__lt=today)
    return list(rows.order_by("starts_on"))


def sit_in_congress(demo: Demo, rng: Random, agenda: Agenda, sessions: list[CongressSession]) -> None:
    """The first day of every session, morning and afternoon, with all deputies of the county's congress."""
    people = list(Deputy.objects.filter(county=demo.centre, mandates__level=MandateLevel.COUNTY).order_by("code"))
    for session in sessions:
        for hour, half in zip((12, 17), HALF_DAYS, strict=True):
            statuses = rng.choices(list(AT_CONGRESS), list(AT_CONGRESS.values()), k=len(people))
            statuses[rng.randrange(len(people))] = Presence.ABSENT
            facts = {
                "station": demo.centre, "kind": ActivityKind.CONGRESS, "title": f"{session}({half})",
                "held_on": session.starts_on, "hours": half, "venue": "县会议中心",
                "attendance": dict(zip(people, statuses, strict=True)), "actor": demo.staff,
            }  # fmt: skip
            agenda.plan(moment(session.starts_on, hour), partial(_record, facts))


def _record(facts: dict, at: datetime) -> Activity:
    return record_activity(at=at, **facts)


def keep_the_ledger(demo: Demo, agenda: Agenda, *, first: date) -> None:
    """In the first night of every month the facts of the month before are posted; after each quarter statements go out."""
    month = first.replace(day=1) + relativedelta(months=1)
    while month <= agenda.today:
        ended = month - timedelta(days=1)
        agenda.plan(moment(month, 2), partial(_post, demo.centre, ended.year))
        if ended.month % 3 == 0:
            agenda.plan(moment(month, 8), partial(_state, demo.centre, ended.year, ended.month // 3))
        month += relativedelta(months=1)


def _post(county: Station, year: int, at: datetime) -> None:
    rescore(county=county, year=year, at=at)


def _state(county: Station, year: int, quarter: int, at: datetime) -> None:
    issue_statements(county=county, year=year, quarter=quarter, at=at)


def publish(demo: Demo, *, year: int, today: date) -> None:
    """The year that is over goes to publicity as soon as late evidence is no longer taken; it is for a person to close it."""
    scheme = Scheme.objects.get(county=demo.centre, year=year)
    day = scheme.late_until + timedelta(days=2)
    if day < today:
        publish_year(scheme=scheme, actor=demo.admin, at=moment(day))


def declare_months(demo: Demo, rng: Random, *, today: date) -> None:
    """At the road's station the last months are gone through: what was not held is said so, then they are complete."""
    station = next(one for one in demo.townships if one.code == demo.prefix + ROAD_STATION)
    for back in range(DECLARED_MONTHS, 0, -1):
        month = today.replace(day=1) - relativedelta(months=back)
        last = Shift.objects.of_month(month).filter(station=station).aggregate(Max("date"))["date__max"]
        at = moment(max(month + relativedelta(months=1, days=5), (last or month) + timedelta(days=1)), 16)
        if at.date() >= today:
            continue
        _say_what_was_not_held(demo, rng, station, month, at)
        declare_month(station=station, month=month, actor=demo.clerks[station.pk], at=at)


def _say_what_was_not_held(demo: Demo, rng: Random, station: Station, month: date, at: datetime) -> None:
    shifts = Shift.objects.of_month(month).filter(station=station, state=ShiftState.PLANNED, date__lt=at.date())
    logged = set(DutyLog.objects.valid().filter(station=station).values_list("branch", "date"))
    for shift in shifts.select_related("branch").order_by("date", "pk"):
        if (shift.branch_id, shift.date) not in logged and rng.random() >= FORGOTTEN:
            record_not_held(
                branch=shift.branch, on=shift.date, reason=rng.choice(words.NOT_HELD), actor=demo.clerks[station.pk], at=at
            )
