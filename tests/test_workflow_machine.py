"""Random walks through the workflow: whoever does whatever is open, on days that go on, every ticket stays sound."""

from datetime import timedelta
from random import Random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from activities.services import Matter
from activities.states import Rating
from julu_liaison.common.errors import DomainError
from julu_liaison.common.models import AuditLog
from opinions.models import Clock, Cosigner, Extension, Hop, Opinion, Reply, Verdict
from opinions.services import file_suggestion, move_opinion, register_opinion
from opinions.services.checking import ticket_problems
from opinions.services.clocks import term_for
from opinions.states import ANSWERED, ENDED, ReplyClass, State
from opinions.workflow import MOVES
from stations.services import appoint
from stations.states import Role
from tests.cast import OPENED, SUNDAY, account, moment

ROLES = (
    "admin", "staff", "clerk", "head", "deputy", "officer", "chief", "other_officer", "other_chief", "stranger",
)  # fmt: skip
KEPT = (Hop, Clock, Extension, Reply, Verdict, AuditLog, Opinion)  # no move ever deletes a row of these
SELDOM = ("void", "refuse", "merge", "make_suggestion", "urge", "supervise")  # they end a walk, or lead nowhere
NOTE = "已经组织人员现场勘查,按要求办理"


class Walk(RuleBasedStateMachine):
    """A county with a few tickets; each walk begins at the same place and is taken back afterwards."""

    cast = tickets = None

    def __init__(self):
        super().__init__()
        self.undo = transaction.savepoint()
        self.day, self.tickets, self.seen, self.steps = SUNDAY, list(self.tickets), {}, 0
        self.rows = dict.fromkeys(KEPT, 0)

    def teardown(self):
        try:
            assert ticket_problems() == []
        finally:
            transaction.savepoint_rollback(self.undo)

    @property
    def now(self):
        return moment(self.day)

    @rule(days=st.sampled_from([1, 4, 12, 45]))
    def wait(self, days):
        self.day += timedelta(days=days)

    @rule(seed=st.integers(0, 2**32))
    def move(self, seed):
        """Some steps that are open to somebody; the service may still refuse one for what is said with it.

        The seed chooses evenly: Hypothesis itself prefers the first of everything and would never get far.
        """
        chance = Random(f"{seed} {self.steps}")
        for _time in range(4):
            self.steps += 1
            ticket = Opinion.objects.get(pk=chance.choice(self.tickets))
            open_now = [move for move in MOVES.values() if move.is_open(ticket, self.day)]
            ways = {move: self._who_may(move, ticket) for move in open_now}
            moves = [move for move, who in ways.items() if who for _weight in range(1 if move.name in SELDOM else 4)]
            if moves:
                move = chance.choice(moves)
                self._make(ticket, move, chance.choice(ways[move]), self._facts(chance, move, ticket))
                self.every_ticket_is_sound()

    def _who_may(self, move, ticket):
        people = [getattr(self.cast, role) for role in ROLES]
        return [one for one in people if move.allowed(one, ticket)] + ([None] if move.by_villager else [])

    def _make(self, ticket, move, actor, facts):
        hops = ticket.hops.count()
        try:
            after = move_opinion(
                opinion=ticket, move=move.name, actor=actor, at=self.now, version=ticket.version,
                by_villager=actor is None, **facts,
            )  # fmt: skip
        except DomainError:
            assert (ticket.hops.count(), Opinion.objects.get(pk=ticket.pk).version) == (hops, ticket.version)
            return
        assert (after.version, ticket.hops.count()) == (ticket.version + 1, hops + 1)
        new = Opinion.objects.exclude(pk__in=self.tickets).values_list("pk", flat=True)
        self.tickets += list(new)

    def _facts(self, chance, move, ticket):
        cast = self.cast
        choices = {
            "note": [NOTE], "class": ReplyClass.values, "rating": Rating.values, "granted": [True, False],
            "amount": [None, 1, 3], "department": [cast.jiaotong, cast.shuili], "deputy": [None, cast.deputy_person],
            "assisting": [[], [cast.shuili], [cast.jiaotong]], "signer": [None, cast.deputy_person, cast.head_person],
            "into": list(Opinion.objects.filter(pk__in=self.tickets, kind=ticket.kind).exclude(pk=ticket.pk)) or [None],
        }  # fmt: skip
        return {fact: chance.choice(choices[fact]) for fact in (*move.needs, *move.takes) if fact in choices}

    # --- What always holds ----------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_deleted(self):
        now = {model: model.objects.count() for model in KEPT}
        assert all(now[model] >= self.rows[model] for model in KEPT)
        self.rows = now

    @invariant()
    def every_ticket_is_sound(self):
        for ticket in Opinion.objects.filter(pk__in=self.tickets).select_related("merged_into"):
            now = (ticket.version, ticket.merged_into_id)
            if self.seen.get(ticket.pk) == now:
                continue
            self.seen[ticket.pk] = now
            held_by_somebody(ticket)
            history_explains(ticket)
            time_is_right(ticket, self.day)
            assert ticket.replies.filter(signed_at=None, withdrawn=False).count() <= 1
            assert ticket.extensions.filter(granted=None).count() <= 1


def held_by_somebody(ticket):
    holders = [key for key in (ticket.holder_station_id, ticket.holder_department_id) if key]
    assert len(holders) == (0 if ticket.state in ENDED else 1)
    assert (ticket.ended_at is not None) == (ticket.state in ENDED)
    if ticket.state in (State.AT_DEPARTMENT, State.REWORKING) and ticket.department_id:
        assert ticket.holder_department_id == ticket.department_id
    if ticket.state in ANSWERED:
        assert ticket.replies.filter(signed_at__isnull=False).exists()
    if ticket.state == State.MERGED:
        assert ticket.merged_into.state != State.MERGED  # everybody finds the one answer in one step


def history_explains(ticket):
    state = ""
    hops = list(ticket.hops.order_by("pk"))
    for index, hop in enumerate(hops, start=1):
        assert (hop.from_state, hop.version) == (state, index), hop.move
        state = hop.to_state
    assert (state, len(hops)) == (ticket.state, ticket.version)
    assert [hop.at for hop in hops] == sorted(hop.at for hop in hops)


def time_is_right(ticket, today):
    clocks = list(ticket.clocks.prefetch_related("pauses"))
    for clock in clocks:
        assert clock.due_on > clock.started_on
        assert clock.stopped_on is None or clock.started_on <= clock.stopped_on <= today
        for pause in clock.pauses.all():
            assert clock.started_on <= pause.started_on <= (pause.ended_on or today)
            assert (pause.ended_on is None) == (clock.paused_on is not None) or clock.pauses.count() > 1
    running = [clock for clock in clocks if clock.is_main and clock.stopped_on is None]
    if ticket.state in ENDED:
        assert not running and ticket.due_on is None
        assert [clock.alert_on for clock in clocks] == [None] * len(clocks)
        return
    waits = ticket.state == State.WAITING
    term = term_for(opinion=ticket, stage=ticket.paused_state if waits else ticket.state, on=today)
    assert len(running) == (1 if term else 0)
    for clock in running:
        assert clock.stage == (ticket.paused_state if waits else ticket.state)
        assert (clock.paused_on is not None) == waits
        assert ticket.due_on == (None if waits else clock.due_on)
        assert clock.department_id == ticket.holder_department_id or waits


def begun(cast):
    """An opinion at its branch, one with a department; a suggestion of two signers with another and one that assists."""
    matter = Matter("村西田间道路塌陷", deputy=cast.deputy_person, villager_name="张三")
    tickets = [
        register_opinion(branch=cast.gt01, matter=matter, actor=cast.clerk, at=moment(SUNDAY)) for _ in range(2)
    ] + [
        file_suggestion(
            deputy=cast.deputy_person, text="建议修通断头路", category="road", actor=cast.deputy, at=moment(SUNDAY)
        )
    ]  # fmt: skip
    for ticket, first, offices in (
        (tickets[1], "escalate", {"department": cast.jiaotong}),
        (tickets[2], "accept", {"department": cast.shuili, "assisting": [cast.jiaotong]}),
    ):
        for name in (first, "escalate", "transfer"):
            facts = offices if name == "transfer" else {}
            actor = cast.staff if facts else cast.clerk
            move_opinion(opinion=ticket, move=name, actor=actor, at=moment(SUNDAY), **facts)
    Cosigner.objects.create(
        opinion=tickets[2], deputy=cast.head_person, added_at=moment(SUNDAY), confirmed_at=moment(SUNDAY)
    )
    return [ticket.pk for ticket in tickets]


@pytest.mark.once
def test_random_walks_keep_every_ticket_sound(cast):
    cast.other_chief = account("shuili2", "水利负责人")
    appoint(
        user=cast.other_chief, role=Role.DEPARTMENT_HEAD, department=cast.shuili, started_on=OPENED, actor=cast.admin
    )
    run_state_machine_as_test(
        type("CountyWalk", (Walk,), {"cast": cast, "tickets": begun(cast)}),
        settings=settings(
            max_examples=7, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
