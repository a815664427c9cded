"""Any order of facts, corrections, scoring, rule versions, waivers, publicity and appeals, against sums from scratch."""

from collections import defaultdict
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from activities.models import Attendance, DutyLog
from activities.services import cancel_activity, record_attendance, void_log
from activities.states import ActivityKind, LogState, Presence
from scoring.models import BonusClaim, PointEntry, Scheme, Waiver
from scoring.rules import total_score
from scoring.services import rescore, score_of
from scoring.services.ledger.verifying import verify
from scoring.services.results import reissue
from scoring.services.schemes import DEFAULT_POINTS
from scoring.services.years import close_year
from scoring.states import ClaimState
from tests.cast import moment
from tests.points import applied_version, approved_claim, granted, meeting, published

FIRST, LAST = date(2026, 1, 2), date(2026, 12, 30)
MISSED = {ActivityKind.STUDY: "study_missed", ActivityKind.MEETING: "meeting_missed"}
STATUSES = (Presence.ABSENT, Presence.ABSENT, Presence.PRIVATE_LEAVE, Presence.LATE, Presence.PRESENT)
CLAIMED = ("course", "honour_county")
CAPS = (None, Decimal(0), Decimal(2), Decimal("4.5"))
VALUES = (Decimal(0), Decimal(1), Decimal("1.5"), Decimal(4))
ITEMS = ("study_missed", "late_or_early", "duty_missed", *CLAIMED)


class Reference:
    """What the ledgers have to say, summed from scratch from a plain list of facts."""

    def __init__(self):
        self.facts = {}  # record → {deputy: (key, item, day)}
        self.versions = [(date(2026, 1, 1), {})]
        self.waived = []  # (deputy, first, last)
        self.cancelled, self.appeals, self.frozen = set(), [], None

    def value(self, item, day):
        changed = [values for start, values in self.versions if start <= day][-1]
        return changed.get(item, (Decimal(DEFAULT_POINTS[item]), None))

    def lines(self, deputy):
        """{key: (item, points)} of what counts: the facts of today or of the moment of freezing, and what was granted."""
        facts = (self.facts if self.frozen is None else self.frozen).values()
        facts = [of[deputy] for of in facts if deputy in of]
        facts += [fact for whose, fact in self.appeals if whose == deputy]
        return self.counted(deputy, [fact for fact in facts if (deputy, fact[0]) not in self.cancelled])

    def counted(self, deputy, facts):
        lines, used = {}, defaultdict(Decimal)
        for key, item, day in sorted(facts, key=lambda fact: (fact[2], fact[0])):
            points, cap = self.value(item, day)
            if points < 0 and any(who == deputy and start <= day <= end for who, start, end in self.waived):
                continue
            size = abs(points) if cap is None else min(abs(points), max(Decimal(0), cap - used[item]))
            used[item] += size
            if points:
                lines[key] = (item, size.copy_sign(points))
        return lines

    def freeze(self):
        self.frozen = deepcopy(self.facts)

    def grant(self, deputy, cancelled, fact):
        self.cancelled.add((deputy, cancelled))  # two people share an activity's key
        self.appeals += [(deputy, fact)] if fact else []


class Year(RuleBasedStateMachine):
    """A year of two deputies; each begins at the same place and is taken back afterwards."""

    cast = None

    def __init__(self):
        super().__init__()
        self.undo = transaction.savepoint()
        self.people = [self.cast.deputy_person, self.cast.deputies["GT01"][2]]
        self.truth, self.now, self.steps = Reference(), LAST, 0
        self.activities, self.logs, self.claims, self.closing = [], [], [], None

    def teardown(self):
        try:
            self.score(0)
        finally:
            transaction.savepoint_rollback(self.undo)

    def chance(self, seed):
        """Hypothesis itself prefers the first of everything; the seed chooses evenly."""
        self.steps += 1
        return Random(f"{seed} {self.steps}")

    @rule(seed=st.integers(0, 2**32))
    def things_happen(self, seed):
        """Some of what is possible now, evenly chosen."""
        for _time in range(4):
            chance = self.chance(seed)
            open_now = {
                self.an_activity_is_recorded: 3, self.attendance_is_corrected: 2 * bool(self.activities),
                self.a_record_goes_back_and_forth: bool(self.activities),
                self.an_activity_is_called_off: bool(self.activities), self.a_sunday_is_logged: 3,
                self.a_log_is_voided: bool(self.logs), self.an_appeal_is_granted: 1, self.one_is_scored: 1, self.score: 1,
            } | ({
                self.a_claim_is_approved_or_taken_back: 4, self.a_version_is_applied: 2, self.somebody_is_not_charged: 1,
                self.the_year_is_published: self.steps > 40,
            } if self.truth.frozen is None else {})  # fmt: skip
            ways = [way for way, weight in open_now.items() for _weight in range(weight)]
            chance.choice(ways)(chance.getrandbits(32))

    # ---- Facts ----

    def an_activity_is_recorded(self, seed):
        chance = self.chance(seed)
        day, kind = a_day(chance), chance.choice(list(MISSED))
        presence = {person: chance.choice(STATUSES) for person in self.people}
        activity = meeting(self.cast, day, presence, kind)
        self.activities.append(activity)
        self.know_activity(activity, presence)

    def attendance_is_corrected(self, seed):
        chance = self.chance(seed)
        self.correct(chance.choice(self.activities), chance.choice(self.people), chance.choice(STATUSES))

    def a_record_goes_back_and_forth(self, seed):
        """And is scored each time: the same fact stands, is gone and stands again, in its second turn and its third."""
        chance = self.chance(seed)
        activity, person = chance.choice(self.activities), chance.choice(self.people)
        for status in [Presence.ABSENT, Presence.PRESENT] * 2 + [Presence.ABSENT] * chance.randrange(2):
            self.correct(activity, person, status)
            rescore(county=self.cast.county, year=2026, at=self.moment(seed), deputies=[person.pk])
            self.agrees(person)

    def correct(self, activity, person, status):
        record_attendance(
            activity=activity, statuses={person: status}, reason="签到表看错了", actor=self.cast.clerk, at=moment(self.now)
        )
        self.truth.facts.setdefault(activity.uid, {}).pop(person.pk, None)
        self.know_activity(activity, {person: status})

    def an_activity_is_called_off(self, seed):
        activity = self.activities.pop(self.chance(seed).randrange(len(self.activities)))
        cancel_activity(activity=activity, reason="没有举行", actor=self.cast.clerk, at=moment(self.now))
        self.truth.facts.pop(activity.uid, None)

    def know_activity(self, activity, presence):
        for person, status in presence.items():
            item = MISSED[activity.kind] if status == Presence.ABSENT else PRICED.get(status)
            if item:
                fact = (f"activity:{activity.uid}:{item}", item, activity.held_on)
                self.truth.facts.setdefault(activity.uid, {})[person.pk] = fact

    def a_sunday_is_logged(self, seed):
        chance = self.chance(seed)
        day, person, status = a_day(chance), chance.choice(self.people), chance.choice(STATUSES)
        log = DutyLog(year=2026, serial=self.steps, date=day, recorder=self.cast.clerk, filed_at=moment(day))
        log.put_at(self.cast.gt01)
        log.register = self.cast.gt
        log.save()
        Attendance.objects.create(log=log, deputy=person, status=status, expected=True)
        self.logs.append(log)
        item = "duty_missed" if status == Presence.ABSENT else PRICED.get(status)
        if item:
            self.truth.facts[log.uid] = {person.pk: (f"log:{log.uid}:{item}", item, day)}

    def a_log_is_voided(self, seed):
        log = self.logs.pop(self.chance(seed).randrange(len(self.logs)))
        void_log(log=log, reason="登记错了", actor=self.cast.clerk, at=moment(self.now))
        assert DutyLog.objects.get(pk=log.pk).state == LogState.VOID
        self.truth.facts.pop(log.uid, None)

    def a_claim_is_approved_or_taken_back(self, seed):
        chance = self.chance(seed)
        if self.claims and chance.random() < 0.3:
            claim = self.claims.pop()
            BonusClaim.objects.filter(pk=claim.pk).update(state=ClaimState.REVOKED, decision_note="证书是别人的")
            del self.truth.facts[claim.uid]
            return
        person, item, day = chance.choice(self.people), chance.choice(CLAIMED), a_day(chance)
        claim = approved_claim(self.cast, person, item, day)
        self.claims.append(claim)
        self.truth.facts[claim.uid] = {person.pk: (f"claim:{claim.uid}", item, day)}

    # ---- What the county says ----

    def a_version_is_applied(self, seed):
        chance = self.chance(seed)
        start = a_day(chance)
        changed = {
            item: (chance.choice(VALUES).copy_sign(DEFAULT_POINTS[item]), chance.choice(CAPS))
            for item in chance.sample(ITEMS, 4)
        }
        applied_version(self.cast, start, changed)
        self.truth.versions.append((start, changed))

    def somebody_is_not_charged(self, seed):
        chance = self.chance(seed)
        person, start = chance.choice(self.people), a_day(chance)
        end = min(start + timedelta(days=90), LAST)
        Waiver.objects.create(
            county=self.cast.county, deputy=person, started_on=start, ended_on=end, reason="产假", granted_at=moment(start)
        )
        self.truth.waived.append((person.pk, start, end))

    def an_appeal_is_granted(self, seed):
        """About a line that stands, or about a missing one. In a frozen year it is posted at once, as the service does."""
        chance = self.chance(seed)
        person = chance.choice(self.people)
        standing = list(PointEntry.objects.standing().filter(deputy=person).order_by("number"))
        entry = chance.choice([*standing, None])
        item = chance.choice(["", *ITEMS]) if entry else chance.choice(ITEMS)
        day = a_day(chance) if item else None
        appeal = granted(self.cast, person, LAST, entry=entry, item=item, day=day)
        fact = (f"appeal:{appeal.uid}", item, day) if item else None
        self.truth.grant(person.pk, entry.fact_key if entry else None, fact)
        if self.truth.frozen is not None:
            rescore(county=self.cast.county, year=2026, at=self.moment(seed), deputies=[person.pk])
            if self.closing:
                reissue(closing=self.closing, deputy=person, appeal=appeal, at=self.moment(seed))
            self.score(seed)

    def the_year_is_published(self, seed):
        """Few walks come so far: what only happens then, happens at once."""
        self.score(seed)
        self.truth.freeze()
        published(self.cast, LAST)
        for _time in range(5):
            self.an_appeal_is_granted(seed)
        scheme = Scheme.objects.get(county=self.cast.county, year=2026)
        self.closing = close_year(scheme=scheme, actor=self.cast.admin, at=moment(date(2027, 2, 9)))
        for _time in range(3):
            self.an_appeal_is_granted(seed)

    # ---- Scoring ----

    def one_is_scored(self, seed):
        """At any moment, of any day: what an event announces, retried, late."""
        person = self.chance(seed).choice(self.people)
        rescore(county=self.cast.county, year=2026, at=self.moment(seed), deputies=[person.pk])
        self.agrees(person)

    def score(self, seed):
        rescore(county=self.cast.county, year=2026, at=self.moment(seed))
        assert rescore(county=self.cast.county, year=2026, at=self.moment(seed + 1)) == 0
        for person in self.people:
            self.agrees(person)
        assert verify() == []

    def moment(self, seed):
        return moment(date(2026, 3, 1) + timedelta(days=seed % 500))

    def agrees(self, person):
        lines = [points for _item, points in self.truth.lines(person.pk).values()]
        deductions, bonus = sum(p for p in lines if p < 0), sum(p for p in lines if p > 0)
        score = score_of(deputy=person, year=2026)
        assert (score.deductions, score.bonus) == (deductions, bonus), list(
            PointEntry.objects.filter(deputy=person).values_list("number", "points", "fact_key", "reverses__number")
        )
        assert score.total == total_score(Decimal(60), deductions, bonus)
        standing = PointEntry.objects.standing().filter(deputy=person).values_list("fact_key", flat=True)
        assert sorted(standing) == sorted(self.truth.lines(person.pk))

    @invariant()
    def nothing_is_deleted(self):
        count = PointEntry.objects.count()
        assert count >= getattr(self, "count", 0)
        self.count = count


PRICED = {Presence.PRIVATE_LEAVE: "private_leave", Presence.LATE: "late_or_early"}


def a_day(chance):
    """Few days, so that some facts share one."""
    return FIRST + timedelta(days=13 * chance.randrange(27))


@pytest.mark.once
def test_any_order_of_everything_gives_the_sums_from_scratch(cast):
    run_state_machine_as_test(
        type("CastsYear", (Year,), {"cast": cast}),
        settings=settings(
            max_examples=6, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
