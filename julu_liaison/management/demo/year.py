"""A year of duty: rosters, Sundays with their logs and opinions, activities, suggestions."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from random import Random

from dateutil.relativedelta import relativedelta

from activities.models import Shift
from activities.rules.visits import REFERRALS
from activities.services import (
    Matter,
    SundayRow,
    draft_roster,
    file_log,
    publish_roster,
    record_activity,
    record_not_held,
)
from activities.states import SERVED, ActivityKind, Category, Form, Handling, Presence, RefusalReason
from deputies.models import Deputy
from julu_liaison.common.working_days import SUNDAY, Calendar
from julu_liaison.management.demo import duties, months, points, proposals, questions, tickets, words
from julu_liaison.management.demo.agenda import Agenda
from julu_liaison.management.demo.county import Demo, moment
from julu_liaison.management.demo.names import villager
from julu_liaison.management.demo.places import ROAD_BRANCH, ROAD_STATION
from julu_liaison.management.demo.tickets import Step, Way
from julu_liaison.management.demo.words import Said
from julu_liaison.notices.services import mark_read
from opinions.services import file_suggestion, register_opinion
from stations.models import Station

LOGGED = (0.18, 0.48)  # a branch logs between these shares of its sessions: a third on the whole
NOT_HELD = 0.03
ACTIVITIES, SUGGESTIONS = 105, 70
OPINIONS_A_LOG = (72, 22, 6)  # of 100 logs with visitors: no opinion, one, two
ATTENDANCE = {
    Presence.PRESENT: 900, Presence.LATE: 15, Presence.LEFT_EARLY: 10, Presence.PRIVATE_LEAVE: 25,
    Presence.SICK_LEAVE: 15, Presence.OFFICIAL_LEAVE: 20, Presence.ABSENT: 15,
}  # fmt: skip
FORMS = {Form.ONSITE: 70, Form.MEETING: 8, Form.VISIT: 10, Form.HOUSEHOLD: 7, Form.PHONE: 4, Form.ONLINE: 1}
OUTDOORS = (Form.VISIT, Form.HOUSEHOLD)
FIRST_VILLAGER_PHONE, LAST_PHONE = 100, 999  # of 1990000xxxx; deputies have 1000 and up

Path = Callable[[Random, Said], list[Step]]


@dataclass
class Session:
    """One session to be logged: what it was like, and how each of its matters went on."""

    branch: Station
    day: date
    expected: list[Deputy]
    form: str = Form.ONSITE
    received: int = 0
    households: int = 0
    leaflets: int = 0
    said: list[Said] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    attendance: dict[Deputy, str] = field(default_factory=dict)


@dataclass
class Year:
    """Plans one county's duty from `first` up to the agenda's today, and then lets it happen."""

    demo: Demo
    rng: Random
    first: date
    agenda: Agenda
    must_end: bool = False

    @classmethod
    def of(cls, demo: Demo, rng: Random, *, first: date, today: date, must_end: bool = False) -> "Year":
        calendar = Calendar.load(first, today + timedelta(days=60))
        return cls(demo, rng, first, Agenda(today=today, calendar=calendar), must_end)

    @property
    def way(self) -> Way:
        return Way(self.demo, self.agenda, self.rng, self.must_end)

    # --- Rosters ------------------------------------------------------------------------------------------------

    def publish_rosters(self, last: date) -> None:
        """Plan and publish every station's months from the first to that of `last`, a week before they begin."""
        month = self.first.replace(day=1)
        while month <= last:
            yesterday = self.agenda.today - timedelta(days=1)
            at = moment(min(month - timedelta(days=7), yesterday), 16)
            for township in self.demo.townships:
                clerk = self.demo.clerks[township.pk]
                roster = draft_roster(station=township, month=month, actor=clerk, at=at).roster
                publish_roster(roster=roster, actor=clerk, at=at)
            month += relativedelta(months=1)

    def sessions(self) -> list[Session]:
        """Return the sessions that should have been held so far, the last two Sundays left out: nobody has filed
        those yet. In order of date, then as the branches stand in official order."""
        order = {branch.pk: (number, branch) for number, branch in enumerate(self.demo.branches)}
        shifts = Shift.objects.filter(county=self.demo.centre, date__lt=last_sundays(self.agenda.today))
        by_key = {deputy.pk: deputy for people in self.demo.members.values() for deputy in people}
        found = [
            (shift.date, *order[shift.branch_id], [by_key[place.deputy_id] for place in shift.places.all()])
            for shift in shifts.filter(date__gte=self.first).prefetch_related("places")
        ]
        return [Session(branch, day, people) for day, _number, branch, people in sorted(found, key=lambda row: row[:2])]

    # --- Sundays ------------------------------------------------------------------------------------------------

    def hold_some(self, shares: tuple[float, float] = LOGGED) -> None:
        """Log about a third of the sessions; some branches are livelier than others. A few were not held."""
        keen = {branch.pk: self.rng.uniform(*shares) for branch in self.demo.branches}
        for session in self.sessions():
            if self.rng.random() < keen[session.branch.pk]:
                self.hold(self._lively(session))
            elif self.rng.random() < NOT_HELD:
                self._plan_not_held(session)

    def _lively(self, session: Session) -> Session:
        rng = self.rng
        session.form = rng.choices(list(FORMS), list(FORMS.values()))[0]
        session.received = rng.choices(range(10), (22, 8, 14, 16, 14, 10, 7, 4, 3, 2))[0]
        session.households = rng.randint(2, 8) if session.form in OUTDOORS else 0
        session.leaflets = rng.choice((0, 0, 0, 10, 20, 30, 50))
        if session.received and self.demo.departments:
            wanted = rng.choices(range(3), OPINIONS_A_LOG)[0]
            session.said = [self.matter(session.branch) for _ in range(wanted)]
            session.paths = [tickets.any_way] * wanted
        return session

    def matter(self, branch: Station, category: str | None = None) -> Said:
        village = self.rng.choice(self.demo.villages[branch.code])
        return words.matter(self.rng, village, branch.parent.name, category)

    def hold(self, session: Session) -> None:
        """Plan the filing of a session's log: mostly the same day, sometimes from paper days later."""
        attendance = session.attendance or self._attendance(session)
        late = 0 if self.rng.random() < 0.7 else self.rng.randint(1, 6)
        day = min(session.day + timedelta(days=late), self.agenda.today - timedelta(days=1))
        at = moment(day, self.rng.randint(12, 18), self.rng.randint(0, 59))
        row = SundayRow(
            branch=session.branch, attendance=attendance, received=session.received, form=session.form,
            households=session.households, leaflets=session.leaflets,
            summary=words.summary(self.rng, session.received, session.said),
            matters=[*(self._matter(said) for said in session.said), *self._settled_at_once(session)],
        )  # fmt: skip
        self.agenda.plan(at, partial(self._file, session, row))

    def _file(self, session: Session, row: SundayRow, at: datetime) -> None:
        filed = file_log(row=row, on=session.day, actor=self.demo.clerk_of(session.branch), at=at)
        for opinion, said, path in zip(filed.opinions, session.said, session.paths, strict=True):
            self.way.walk(opinion, path(self.rng, said))

    def _settled_at_once(self, session: Session) -> list[Matter]:
        """Visits that became no ticket: answered there and then, now and then refused with where to go instead."""
        if self.must_end or session.received <= len(session.said) or self.rng.random() < 0.6:
            return []
        matter = self._matter(self.matter(session.branch))
        if self.rng.random() < 0.08:
            matter.refusal = RefusalReason.PRIVATE
            matter.handling, matter.referral = Handling.REFERRED, REFERRALS[RefusalReason.PRIVATE]
        else:
            matter.handling, matter.result = Handling.ANSWERED, self.rng.choice(words.ANSWERS)
        return [matter]

    def _matter(self, said: Said) -> Matter:
        """Three of four villagers give their name; a few ask for it to be kept back."""
        who = {}
        if self.rng.random() < 0.75:
            phone = f"1990000{self.rng.randint(FIRST_VILLAGER_PHONE, LAST_PHONE):04d}"
            who = {"villager_name": villager(self.rng), "villager_phone": phone, "villager_village": said.village}
            who["confidential"] = self.rng.random() < 0.08
        return Matter(said.text, said.category, **who)

    def _attendance(self, session: Session) -> dict[Deputy, str]:
        statuses = self._statuses(len(session.expected))
        attendance = dict(zip(session.expected, statuses, strict=True))
        missing = [status for status in statuses if status not in SERVED]
        if missing and (len(missing) == len(statuses) or self.rng.random() < 0.5):
            attendance[self._substitute(session)] = Presence.SUBSTITUTE
        return attendance

    def _statuses(self, count: int) -> list[str]:
        return self.rng.choices(list(ATTENDANCE), list(ATTENDANCE.values()), k=count)

    def _substitute(self, session: Session) -> Deputy:
        """Somebody of the branch, now and then of another branch of the same station."""
        nearby = self.demo.members[session.branch.pk]
        pool = nearby if self.rng.random() < 0.8 else self.demo.deputies_of(session.branch.parent)
        return self.rng.choice([deputy for deputy in pool if deputy not in session.expected])

    def _plan_not_held(self, session: Session) -> None:
        def record(at: datetime) -> None:
            record_not_held(branch=session.branch, on=session.day, reason=reason, actor=clerk, at=at)

        clerk, reason = self.demo.clerk_of(session.branch), self.rng.choice(words.NOT_HELD)
        self.agenda.plan(moment(session.day, 18), record)

    # --- Activities ---------------------------------------------------------------------------------------------

    def hold_activities(self, count: int, *, leaflets: list[int] | None = None) -> None:
        """Hold `count` activities through the period, of every kind in turn. `leaflets`: of the publicity ones."""
        given = iter(leaflets or [])
        days = self._working_days(count)
        for number, day in enumerate(days):
            kind, title, required, gives_leaflets, visits = words.ACTIVITIES[number % len(words.ACTIVITIES)]
            place = self._host(kind)
            people = self._invited(place)
            statuses = self._statuses(len(people)) if required else [Presence.PRESENT] * len(people)
            facts = {
                "station": place, "kind": kind, "title": f"{place.name}{title}", "held_on": day, "required": required,
                "attendance": dict(zip(people, statuses, strict=True)),
                "plan_item": duties.promise_for(place, kind, day),
                "project": duties.project_for(self.demo.centre, kind, day, self.rng),
                "service_role": words.ROLE_OF_ACTIVITY.get(kind, ""),
                "leaflets": next(given, self.rng.randint(20, 60) * 10) if gives_leaflets else 0,
                "households": 2 if visits else 0,
                "actor": self.demo.staff if place == self.demo.centre else self.demo.clerks[place.township.pk],
            }  # fmt: skip
            self.agenda.plan(moment(day, 17, self.rng.randint(0, 59)), partial(_record_activity, facts))

    def _host(self, kind: str) -> Station:
        if kind in (ActivityKind.TRAINING, ActivityKind.SUPERVISION) and self.rng.random() < 0.6:
            return self.demo.centre
        return self.rng.choice(self.demo.townships if self.rng.random() < 0.6 else self.demo.branches)

    def _invited(self, place: Station) -> list[Deputy]:
        if place in self.demo.branches:
            return self.demo.members[place.pk]
        near = place in self.demo.townships
        pool = self.demo.deputies_of(place) if near else [p for people in self.demo.members.values() for p in people]
        return self.rng.sample(pool, 16 if near else 60)

    def _working_days(self, count: int) -> list[date]:
        """Return `count` working days between the first and yesterday, in order; the last ones rarely fall together."""
        span = (self.agenda.today - self.first).days
        days = [self.first + timedelta(days=number) for number in range(span)]
        days = [day for day in days if self.agenda.calendar.is_working(day)]
        return sorted(self.rng.choices(days, k=count))

    # --- Suggestions --------------------------------------------------------------------------------------------

    def file_suggestions(self, count: int, last: date) -> None:
        """File `count` suggestions of deputies between the first day and `last`."""
        for _ in range(count):
            branch = self.rng.choice(self.demo.branches)
            village = self.rng.choice(self.demo.villages[branch.code])
            said = words.suggestion(self.rng, village, branch.parent.name)
            day = self.first + timedelta(days=self.rng.randrange((last - self.first).days))
            deputy = self.rng.choice(self.demo.members[branch.pk])
            at = moment(day, self.rng.randint(9, 17), self.rng.randint(0, 59))
            self.agenda.plan(at, partial(self._file_suggestion, deputy, branch, said))

    def _file_suggestion(self, deputy: Deputy, branch: Station, said: Said, at: datetime) -> None:
        clerk = self.demo.clerk_of(branch)
        signers = proposals.choose_signers(self.rng, self.demo, deputy, self.demo.members[branch.pk])
        ticket = file_suggestion(
            deputy=deputy, title=said.title, text=said.text, category=said.category, cosigners=signers, actor=clerk,
            at=at,
        )  # fmt: skip
        everybody = proposals.sign(ticket, clerk=clerk, at=at)
        self.way.walk(ticket, tickets.suggestion(self.rng, said, everybody))

    # --- Under way ----------------------------------------------------------------------------------------------

    def leave_loose_ends(self) -> None:
        """Matters entered at the stations in the last weeks, each gone some steps of its way and no further.

        官亭镇 has one in every state, some of them overdue; the first branch's come through the member with an account.
        """
        for township in self.demo.townships:
            full = township.code == ROAD_STATION
            for done in range(tickets.LOOSE_ENDS) if full else self.rng.sample(range(tickets.LOOSE_ENDS), 3):
                branch = self.demo.branch(ROAD_BRANCH) if full else self.rng.choice(self.demo.branches_of(township))
                self._enter(branch, done)

    def _enter(self, branch: Station, done: int) -> None:
        def register(at: datetime) -> None:
            opinion = register_opinion(branch=branch, matter=matter, actor=self.demo.clerk_of(branch), at=at)
            way.walk(opinion, tickets.under_way(self.rng, said, done))

        way = replace(self.way, must_end=True)
        said = self.matter(branch, Category.ROAD if branch.code == ROAD_BRANCH else None)
        matter = self._matter(said)
        matter.deputy = self.demo.members[branch.pk][1]
        day = self.agenda.today - timedelta(days=self.rng.choice((9, 12, 16, 24, 33)))
        self.agenda.plan(moment(day, self.rng.randint(9, 16)), register)

    # --- The year happens ---------------------------------------------------------------------------------------

    def happen(self) -> None:
        """Do everything planned in the order of time. Notices have been read until four days ago."""
        self.agenda.plan(moment(self.agenda.today - timedelta(days=4), 18), self._read_notices)
        self.agenda.run()

    def _read_notices(self, at: datetime) -> None:
        for user in self.demo.accounts:
            mark_read(user=user, at=at)


def _record_activity(facts: dict, at: datetime) -> None:
    record_activity(at=at, **facts)


def last_sundays(today: date) -> date:
    """Return the earlier of the last two Sundays before `today`; from it on no log has been filed yet."""
    back = (today.weekday() - SUNDAY) % 7 or 7
    return today - timedelta(days=back + 7)


def live_through(demo: Demo, rng: Random, *, first: date, today: date, must_end: bool = False) -> None:
    """A whole ordinary year of the county from `first` up to `today`."""
    for number in range(first.year, today.year + 1):
        duties.plan_year(demo, number)
    year = Year.of(demo, rng, first=first, today=today, must_end=must_end)
    year.publish_rosters(today + relativedelta(months=1))
    year.hold_some()
    sessions = points.sessions_within(demo, first, today)
    year.hold_activities(ACTIVITIES - len(points.HALF_DAYS) * len(sessions))
    points.sit_in_congress(demo, Random(rng.getrandbits(32)), year.agenda, sessions)
    last = today - timedelta(days=90 if must_end else 7)  # a department has three months
    year.file_suggestions(SUGGESTIONS, max(last, first + timedelta(days=7)))
    if not must_end:
        year.leave_loose_ends()
    last = today - timedelta(days=questions.DECIDED_AFTER if must_end else 1)
    claiming = Random(rng.getrandbits(32))
    questions.claim_all_year(demo, claiming, year.agenda, first=first, last=last, must_end=must_end)
    points.keep_the_ledger(demo, year.agenda, first=first)
    year.happen()
    duties.serve_besides(demo, rng, first=first, today=today)
    points.declare_months(demo, Random(rng.getrandbits(32)), today=today + timedelta(days=7 * must_end))
    if not must_end:
        duties.leave_duties_open(demo, rng, today)
        months.report_months(demo, today=today)
