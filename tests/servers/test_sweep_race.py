"""Races of the clocks on PostgreSQL with real threads: swept twice at once, swept while tickets move, two who set terms."""

from datetime import date
from functools import partial

import pytest

from activities.services import Matter
from julu_liaison.common.errors import Conflict
from julu_liaison.notices.models import Notice
from opinions.models import Clock, Opinion, Term
from opinions.services import move_opinion, register_opinion, set_term
from opinions.services.clocks import Swept, sweep_deadlines
from opinions.states import Kind, Stage
from tests.cast import build_cast, moment

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = date(2026, 3, 2)


@pytest.fixture
def county():
    return build_cast()


def tickets(cast, count):
    return [
        register_opinion(
            branch=cast.gt01, matter=Matter(f"第{number}件", "road", deputy=cast.deputy_person), actor=cast.clerk,
            at=moment(MONDAY),
        )
        for number in range(count)
    ]  # fmt: skip


def test_swept_by_four_at_once_everybody_is_told_once(county, race):
    tickets(county, 6)
    Notice.objects.all().delete()
    outcomes = race(*[partial(sweep_deadlines, at=moment(date(2026, 3, 5), 7))] * 4)
    assert all(isinstance(outcome, Swept) for outcome in outcomes), outcomes
    assert sum(sum(outcome.warned.values()) for outcome in outcomes) == 6
    told = list(Notice.objects.values_list("user__username", "text"))
    # Whoever comes second leaves to the first what it holds; nobody reads of one ticket twice.
    assert sum(int(text[2]) if text.startswith("您有") else 1 for _user, text in told) == 6, told
    assert {user for user, _text in told} == {"zhanzhang"}


def test_a_sweep_a_move_and_a_new_term_all_end_well(county, race):
    rows = tickets(county, 3)
    term = Term.objects.get(kind=Kind.OPINION, stage=Stage.AT_BRANCH)
    at = moment(date(2026, 3, 5), 7)
    facts = {
        "term": term,
        "longest_extension": 0,
        "reason": "压缩时间",
        "actor": county.admin,
        "at": at,
        "seen": (5, 0),
    }
    outcomes = race(
        partial(sweep_deadlines, at=at),
        partial(move_opinion, opinion=rows[0], move="escalate", actor=county.clerk, at=at),
        partial(set_term, amount=8, **facts),
        partial(set_term, amount=9, **facts),
    )
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1, outcomes
    assert isinstance(outcomes[0], Swept) and isinstance(outcomes[1], Opinion), outcomes
    term.refresh_from_db()
    for clock in Clock.objects.running().filter(stage=Stage.AT_BRANCH).select_related("opinion"):
        assert clock.amount == term.amount and clock.due_on == clock.opinion.due_on
