"""What surrounds the receptions: plans and projects of the year, services beside the Sundays, and what is under way today."""

from datetime import date, timedelta
from random import Random

from activities.models import DutyLog, LivelihoodProject, PlanItem, Shift
from activities.services import confirm_logs
from activities.services.events import Audience, announce_activity, sign_up
from activities.services.exemptions import grant_exemption
from activities.services.leaves import ask_leave
from activities.services.plans import add_promise, adopt_plan, write_plan
from activities.services.preferences import set_preference
from activities.services.projects import add_project, edit_project
from activities.services.records import record_service
from activities.services.swaps import offer_swap, take_swap
from activities.states import ActivityKind, Covers, ServiceKind, SignUp
from deputies.models import Deputy
from julu_liaison.management.demo import words
from julu_liaison.management.demo.county import Demo, moment
from julu_liaison.management.demo.places import ROAD_BRANCH
from stations.models import Station

SERVICES_A_BRANCH = 2
CONFIRMED = 0.85  # of the logs until a week ago
WEEK = timedelta(days=7)


def plan_year(demo: Demo, year: int) -> None:
    """The county's livelihood projects and every station's work plan of a year, adopted in its first weeks."""
    at = moment(date(year, 1, 6))
    for title, department in words.PROJECTS:
        office = demo.departments.get(department)
        add_project(county=demo.centre, year=year, title=title, department=office, actor=demo.staff, at=at)
    for township in demo.townships:
        clerk = demo.clerks[township.pk]
        plan = write_plan(
            station=township, year=year, actor=clerk, at=at,
            texts={name: text.format(name=township.name, year=year) for name, text in words.PLAN_TEXTS.items()},
        )  # fmt: skip
        for kind, title, month, times in words.PROMISES:
            add_promise(
                plan=plan, kind=kind, title=title, due_on=date(year, month, 28), times=times, actor=clerk, at=at
            )
        adopt_plan(plan=plan, adopted_on=date(year, 1, 20), actor=clerk, at=moment(date(year, 1, 20)))


def promise_for(station: Station, kind: str, held_on: date) -> PlanItem | None:
    """The promise of the station's plan that an activity of this kind keeps."""
    rows = PlanItem.objects.filter(plan__station=station, plan__year=held_on.year, kind=kind)
    return rows.order_by("due_on").first()


def project_for(county: Station, kind: str, held_on: date, rng: Random) -> LivelihoodProject | None:
    """Inspections and supervision look at one of the year's projects."""
    if kind not in (ActivityKind.INSPECTION, ActivityKind.SUPERVISION):
        return None
    rows = list(LivelihoodProject.objects.filter(county=county, year=held_on.year).order_by("pk"))
    return rng.choice(rows) if rows else None


def serve_besides(demo: Demo, rng: Random, *, first: date, today: date) -> None:
    """Mediation, household service, law publicity beside the Sundays: a few a branch and year."""
    for branch in demo.branches:
        for _ in range(SERVICES_A_BRANCH):
            kind, text = rng.choice(words.SERVICES)
            day = first + timedelta(days=rng.randrange(max((today - first).days, 1)))
            record_service(
                deputies=rng.sample(demo.members[branch.pk], rng.choice((1, 1, 2))), kind=kind, date=day,
                text=text.format(village=rng.choice(demo.villages[branch.code])), actor=demo.clerk_of(branch),
                at=moment(day, 17), received=rng.randint(1, 6), households=rng.choice((0, 1, 2, 3)),
                leaflets=rng.choice((20, 40)) if kind == ServiceKind.PUBLICITY else 0,
            )  # fmt: skip


def leave_duties_open(demo: Demo, rng: Random, today: date) -> None:
    """What waits for somebody today: leave to be decided, a duty offered, logs to be confirmed, activities to come."""
    yesterday = moment(today - timedelta(days=1), 19)
    _confirm(demo, rng, today)
    for township in demo.townships:
        _wish_and_ask(demo, rng, township, today)
    _offer_duties(demo, today)
    _announce(demo, today)
    person = demo.members[demo.branches[-1].pk][-1]
    grant_exemption(
        deputy=person, covers=Covers.ALL, started_on=today - timedelta(days=20), reason="长期住院治疗",
        actor=demo.staff, at=yesterday,
    )  # fmt: skip
    done = LivelihoodProject.objects.filter(county=demo.centre, year=today.year).order_by("pk").first()
    if done:
        edit_project(project=done, finished_on=today - timedelta(days=30), actor=demo.staff, at=yesterday)


def _confirm(demo: Demo, rng: Random, today: date) -> None:
    for branch in demo.branches:
        rows = DutyLog.objects.valid().filter(branch=branch, date__lt=today - WEEK)
        logs = [log for log in rows if rng.random() < CONFIRMED]
        confirm_logs(logs=logs, actor=demo.clerk_of(branch), at=moment(today - timedelta(days=2), 10))


def _wish_and_ask(demo: Demo, rng: Random, township: Station, today: date) -> None:
    """Some wish for other Sundays; at each station somebody asks for leave, at some it is granted already."""
    clerk, people = demo.clerks[township.pk], demo.deputies_of(township)
    at = moment(today - timedelta(days=1), 20)
    for deputy in rng.sample(people, 4):
        set_preference(deputy=deputy, avoided_weeks=[rng.randint(1, 4)], actor=clerk, at=at)
    shifts = Shift.objects.filter(station=township, date__gt=today + WEEK).order_by("date", "pk").prefetch_related("places__deputy__user")
    for shift in list(shifts)[:2]:
        place = next(iter(shift.places.all()), None)
        if place is None:
            continue
        kind, reason = rng.choice(words.LEAVE)
        ask_leave(
            deputy=place.deputy, started_on=shift.date, ended_on=shift.date, kind=kind, reason=reason,
            actor=place.deputy.user or clerk, at=at,
        )  # fmt: skip


def _offer_duties(demo: Demo, today: date) -> None:
    """At the road's branch a member offers a duty, and at another one somebody has taken one."""
    at = moment(today - timedelta(days=1), 20)
    taken = False
    for branch in (demo.branch(ROAD_BRANCH), *demo.branches[:3]):
        shift = Shift.objects.filter(branch=branch, date__gt=today + WEEK).prefetch_related("places__deputy").order_by("date").last()
        if shift is None or shift.places.count() < 2:
            continue
        on = {place.deputy_id for place in shift.places.all()}
        giver = shift.places.all()[1].deputy
        swap = offer_swap(shift=shift, giver=giver, reason="那天要去市里开会", actor=demo.clerk_of(branch), at=at)
        free = [deputy for deputy in demo.members[branch.pk] if deputy.pk not in on]
        if branch.code != demo.prefix + ROAD_BRANCH and free and not taken:
            take_swap(swap=swap, taker=free[-1], actor=demo.clerk_of(branch), at=at)
            taken = True


def _announce(demo: Demo, today: date) -> None:
    """Activities to come: one of the county for those with its mandate, one of every second station for all of its people."""
    at = moment(today - timedelta(days=2), 10)
    announce_activity(
        station=demo.centre, kind=ActivityKind.TRAINING, title="县级人大代表年度履职培训", held_on=today + timedelta(days=9),
        audience=Audience(places=(demo.centre,), levels=("county",)), actor=demo.staff, at=at, hours="上午9:00",
        venue="县人大常委会会议室", notice="请带代表证和本年度履职记录。", sign_up_until=today + timedelta(days=6),
    )  # fmt: skip
    for township in demo.townships[::2]:
        clerk, people = demo.clerks[township.pk], demo.deputies_of(township)
        activity = announce_activity(
            station=township, kind=ActivityKind.STUDY, title=f"{township.name}代表集中学习",
            held_on=today + timedelta(days=5), audience=Audience(places=(township,)), actor=clerk, at=at,
            hours="下午2:30", venue=f"{township.name}政府会议室", notice="集中学习代表法。",
            sign_up_until=today + timedelta(days=3),
        )  # fmt: skip
        _answer(activity, people[:: 3], clerk, today)


def _answer(activity, people: list[Deputy], clerk, today: date) -> None:
    for number, deputy in enumerate(people):
        answer = SignUp.NOT_COMING if number % 7 == 6 else SignUp.COMING
        sign_up(activity=activity, deputy=deputy, answer=answer, actor=clerk, at=moment(today - timedelta(days=1), 11))
