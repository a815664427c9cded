"""One request in two hands at the same moment on PostgreSQL: one counts, the other is told; asked twice is one."""

from functools import partial

import pytest

from deputies.models import CorrectionRequest, Deputy
from deputies.services.corrections import ask_correction, move_correction
from julu_liaison.common.errors import Conflict, StaleVersion
from julu_liaison.common.models import AuditLog
from opinions.models import Opinion, VillagerRequest
from opinions.services import move_opinion
from opinions.services.villagers import ask_by_link, keep_promises, settle_at_desk, settle_request
from opinions.states import AskedState, State
from tests.cast import build_cast
from tests.own_data import AT, NAME, ended, ticket_of

pytestmark = pytest.mark.django_db(transaction=True)

HOW = "本人打电话提出"
WHO = {"villager_name": "赵大妈", "villager_phone": "", "villager_village": ""}
# Both were open when the page was read.
PAIRS = [
    (("apply", "admin"), ("apply", "staff")), (("apply", "admin"), ("refuse", "staff")),
    (("settle", "staff"), ("withdraw", "deputy")),
]  # fmt: skip


def asked(cast) -> CorrectionRequest:
    return ask_correction(
        topic="deputy", topic_title="人大代表资料", column="phone", column_title="联系电话", right_value="19900007777",
        reason="换号", actor=cast.deputy, at=AT,
    )  # fmt: skip


def parted(outcomes, kind):
    won = [one for one in outcomes if isinstance(one, kind)]
    return won, [one for one in outcomes if not isinstance(one, kind)]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair[0][0]}-{pair[1][0]}")
def test_of_two_who_decide_the_same_request_one_counts(race, pair):
    cast = build_cast()
    row = asked(cast)
    outcomes = race(*(
        partial(move_correction, request=row, move=move, actor=getattr(cast, who), at=AT, note="原因", version=1)
        for move, who in pair
    ))  # fmt: skip
    (won,), (lost,) = parted(outcomes, CorrectionRequest)
    assert isinstance(lost, Conflict | StaleVersion), outcomes
    row.refresh_from_db()
    assert (row.state, row.version, row.steps.count()) == (won.state, 2, 2)
    changed = Deputy.objects.get(pk=cast.deputy_person.pk).phone == "19900007777"
    assert changed == (row.steps.last().move == "apply")


def test_the_same_asked_three_times_at_once_is_one_request(race):
    cast = build_cast()
    won, lost = parted(race(*[partial(asked, cast)] * 3), CorrectionRequest)
    assert len(won) == 1 == CorrectionRequest.objects.count() and all(isinstance(one, Conflict) for one in lost)


def test_two_clerks_decide_what_a_villager_asks_for(race):
    cast = build_cast()
    ticket = ticket_of(cast)
    row = ask_by_link(opinion=ticket, kind="correct", said="名字错了", at=AT)
    outcomes = race(
        partial(settle_request, request=row, move="correct", who=WHO, actor=cast.clerk, at=AT, version=1),
        partial(settle_request, request=row, move="refuse", note="不是本人", actor=cast.head, at=AT, version=1),
    )
    (won,), (lost,) = parted(outcomes, VillagerRequest)
    assert isinstance(lost, Conflict | StaleVersion), outcomes
    assert Opinion.objects.get(pk=ticket.pk).villager_name == ("赵大妈" if won.state == AskedState.DONE else NAME)


def test_the_same_by_the_link_twice_at_once_is_one(race):
    ticket = ticket_of(build_cast())
    won, lost = parted(race(*[partial(ask_by_link, opinion=ticket, kind="forget", said="", at=AT)] * 2), VillagerRequest)
    assert len(won) == 1 == VillagerRequest.objects.count() and isinstance(lost[0], Conflict)


def test_a_desk_and_the_link_at_once_are_one_request(race):
    cast = build_cast()
    ticket = ticket_of(cast)
    race(
        partial(ask_by_link, opinion=ticket, kind="forget", said="", at=AT),
        partial(settle_at_desk, opinion=ticket, kind="forget", how=HOW, actor=cast.clerk, at=AT),
    )
    assert VillagerRequest.objects.get().state in (AskedState.ASKED, AskedState.PROMISED)


def test_two_workers_keep_a_promise_once(race):
    cast = build_cast()
    ticket = ticket_of(cast)
    settle_at_desk(opinion=ticket, kind="forget", how=HOW, actor=cast.clerk, at=AT)
    ended(cast, ticket)
    assert sorted(race(*[partial(keep_promises, at=AT)] * 3)) == [0, 0, 1]
    assert AuditLog.objects.filter(action="forget_villagers").count() == 1


def test_a_matter_that_ends_while_its_deletion_is_promised_is_let_go_of(race):
    """Whichever comes first, the next night leaves nobody known."""
    cast = build_cast()
    ticket = ticket_of(cast)
    outcomes = race(
        partial(settle_at_desk, opinion=ticket, kind="forget", how=HOW, actor=cast.clerk, at=AT),
        partial(move_opinion, opinion=ticket, move="void", actor=cast.clerk, at=AT, note="登记重了"),
    )
    keep_promises(at=AT)
    row = Opinion.objects.get(pk=ticket.pk)
    assert row.state == State.VOID and row.villager_name == "", outcomes
