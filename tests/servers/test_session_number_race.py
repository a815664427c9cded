"""Numbers of a congress session and rounds of verdicts on PostgreSQL with real threads: gap-free, closed exactly once."""

from datetime import date
from functools import partial
from uuid import UUID

import pytest

from julu_liaison.common.errors import Conflict
from opinions.models import Opinion, SuggestionDetail
from opinions.services import file_suggestion, move_opinion
from opinions.services.registries import add_session
from opinions.services.suggestions import confirm_cosigner, remove_cosigner
from opinions.states import State
from tests.cast import SUNDAY, build_cast, moment

pytestmark = pytest.mark.django_db(transaction=True)
AT = moment(SUNDAY)
WRITERS = 8


@pytest.fixture
def county():
    cast = build_cast()
    for ordinal, starts in ((5, date(2026, 1, 10)), (6, date(2026, 2, 10))):
        add_session(
            county=cast.county, term="第十七届", ordinal=ordinal, starts_on=starts, ends_on=starts, actor=cast.admin
        )
    return cast


def filed(cast, at=AT, **more) -> Opinion:
    return file_suggestion(deputy=cast.deputy_person, text="修路", category="road", actor=cast.deputy, at=at, **more)


def accept(cast, ticket):
    return partial(move_opinion, opinion=ticket, move="accept", actor=cast.clerk, at=AT)


def test_accepted_at_once_they_have_no_gap_and_no_double(county, race):
    tickets = [filed(county, at) for at in (AT, moment(date(2026, 1, 20))) for _ in range(WRITERS // 2)]
    outcomes = race(
        *(accept(county, ticket) for ticket in tickets), *(accept(county, ticket) for ticket in tickets[:2])
    )
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 2, outcomes
    for ordinal in (5, 6):
        serials = SuggestionDetail.objects.filter(session__ordinal=ordinal).values_list("serial", flat=True)
        assert sorted(serials) == [1, 2, 3, 4]


def test_one_submit_sent_twice_is_one_suggestion(county, race):
    key = UUID("6f3ab41a-4a2a-4d53-9bb3-5f3c0a1f2e01")
    outcomes = race(*(partial(filed, county, form_key=key) for _ in range(4)))
    assert {getattr(outcome, "number", outcome) for outcome in outcomes} == {Opinion.objects.get().number}


def test_signed_taken_off_and_handed_over_at_once_end_in_one_order(county, race):
    ticket = filed(county, cosigners=[county.head_person])
    for actor, move in ((county.clerk, "accept"), (county.clerk, "escalate")):
        ticket = move_opinion(opinion=ticket, move=move, actor=actor, at=AT)
    row = ticket.cosigners.get()
    outcomes = race(
        partial(confirm_cosigner, cosigner=row, actor=county.head, at=AT),
        partial(remove_cosigner, cosigner=row, actor=county.clerk, at=AT),
        partial(move_opinion, opinion=ticket, move="transfer", actor=county.staff, at=AT, department=county.jiaotong),
    )
    assert all(not isinstance(outcome, Exception) or isinstance(outcome, Conflict) for outcome in outcomes), outcomes
    assert Opinion.objects.get().state == State.AT_DEPARTMENT


def test_the_last_two_verdicts_at_once_close_it_once(county, race):
    ticket = filed(county, cosigners=[county.head_person])
    confirm_cosigner(cosigner=ticket.cosigners.get(), actor=county.head, at=AT)
    for actor, move, facts in (
        (county.clerk, "accept", {}), (county.clerk, "escalate", {}),
        (county.staff, "transfer", {"department": county.jiaotong}),
        (county.officer, "reply", {"note": "已组织施工队把路修好。", "class": "A"}), (county.deputy, "tell", {}),
    ):  # fmt: skip
        ticket = move_opinion(opinion=ticket, move=move, actor=actor, at=AT, **facts)
    rate = partial(move_opinion, opinion=ticket, move="rate", at=AT, rating="satisfied")
    outcomes = race(
        partial(rate, actor=county.deputy), partial(rate, actor=county.head), partial(rate, actor=county.head)
    )
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1, outcomes
    assert (Opinion.objects.get().state, ticket.verdicts.count()) == (State.CLOSED, 2)
