"""Two people on one ticket at the same moment on PostgreSQL: one wins, the other reads who was faster."""

from functools import partial

import pytest

from activities.services import Matter
from julu_liaison.common.errors import Conflict, NotAllowed, StaleVersion
from opinions.models import Opinion
from opinions.services import move_opinion, register_opinion
from opinions.services.checking import ticket_problems
from opinions.states import State
from tests.cast import SUNDAY, build_cast, moment

pytestmark = pytest.mark.django_db(transaction=True)

AT = moment(SUNDAY, 12)
ANSWER = "已经组织人员现场勘查并修好"
# Both were open when the page was read. Who comes second finds the step closed, gone to others, or the version changed.
PAIRS = {
    "the same": (("clerk", "escalate", {}), ("head", "escalate", {})),
    "conflicting": (("head", "solve", {"note": ANSWER}), ("clerk", "refuse", {"note": "不属于受理范围"})),
    "beside each other": (("clerk", "urge", {}), ("staff", "supervise", {"note": "请一周内办好"})),
    "ending": (("clerk", "void", {"note": "重复登记"}), ("head", "ask_villager", {"note": "是哪一段路"})),
}


@pytest.mark.parametrize("words", PAIRS)
def test_of_two_moves_at_once_one_counts(race, words):
    cast = build_cast()
    for order in (1, -1):
        ticket = register_opinion(branch=cast.gt01, matter=Matter("路面塌陷"), actor=cast.clerk, at=moment(SUNDAY))
        steps = PAIRS[words][::order]
        outcomes = race(*(
            partial(
                move_opinion, opinion=ticket, move=name, actor=getattr(cast, who), at=AT, version=ticket.version, **facts
            )
            for who, name, facts in steps
        ))  # fmt: skip
        won = [outcome for outcome in outcomes if isinstance(outcome, Opinion)]
        (lost,) = [outcome for outcome in outcomes if isinstance(outcome, Conflict | NotAllowed | StaleVersion)]
        assert len(won) == 1, outcomes
        who, name, _facts = steps[outcomes.index(won[0])]
        assert [(change["move"], change["actor"]) for change in lost.details["changes"]] == [
            (name, getattr(cast, who).name)
        ]
        assert f"{getattr(cast, who).name}3月1日12:00做了" in str(lost)
        ticket.refresh_from_db()
        hops = list(ticket.hops.values_list("move", "from_state", "to_state", "version"))
        assert hops == [
            ("register", "", State.AT_BRANCH, 1), (name, State.AT_BRANCH, ticket.state, 2),
        ] and ticket.version == 2  # fmt: skip
    assert ticket_problems() == []


def test_without_a_version_the_second_move_is_judged_by_the_state_it_meets(race):
    """What names no version may follow: both urge, none is lost; of two that end it, one."""
    cast = build_cast()
    ticket = register_opinion(branch=cast.gt01, matter=Matter("路面塌陷"), actor=cast.clerk, at=moment(SUNDAY))
    urge = partial(move_opinion, opinion=ticket, move="urge", at=AT)
    outcomes = race(partial(urge, actor=cast.clerk), partial(urge, actor=cast.staff))
    assert all(isinstance(outcome, Opinion) for outcome in outcomes), outcomes
    void = partial(move_opinion, opinion=ticket, move="void", at=AT, note="重复登记")
    outcomes = race(partial(void, actor=cast.clerk), partial(void, actor=cast.staff))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "Opinion"], outcomes
    assert list(ticket.hops.values_list("version", flat=True)) == [1, 2, 3, 4]
    assert ticket_problems() == []
