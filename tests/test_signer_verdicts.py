"""What the signers of a suggestion say of its answer: each once and for oneself, closed when all have, anew after rework."""

import pytest
from django.urls import reverse

from deputies.services import link_account
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.notices.models import Notice
from opinions.models import Opinion
from opinions.services import file_suggestion, move_opinion
from opinions.services.suggestions import confirm_cosigner
from opinions.states import State
from opinions.workflow import moves_open_to
from tests.cast import SUNDAY, account, moment

AT = moment(SUNDAY)
ANSWER = "已组织施工队把塌陷的路面修好。"


@pytest.fixture
def mate(cast):
    """A co-signer with an account, who holds no office."""
    return link_account(deputy=cast.deputies["GT01"][2], user=account("chenwei", "陈卫"), actor=cast.admin)


@pytest.fixture
def ticket(cast, mate):
    """A suggestion of 李代表, signed by 陈卫 (an account) and 王芳 (none), not by 赵站长 who was asked; told its answer."""
    paper = cast.deputies["GT02"][1]
    made = file_suggestion(
        deputy=cast.deputy_person, text="修路", category="road", actor=cast.deputy, at=AT,
        cosigners=[mate, paper, cast.head_person],
    )  # fmt: skip
    confirm_cosigner(cosigner=made.cosigners.get(deputy=mate), actor=mate.user, at=AT)
    confirm_cosigner(cosigner=made.cosigners.get(deputy=paper), actor=cast.clerk, at=AT)
    return walk(
        made, (cast.clerk, "accept", {}), (cast.clerk, "escalate", {}),
        (cast.staff, "transfer", {"department": cast.jiaotong}), (cast.officer, "reply", {"note": ANSWER, "class": "A"}),
        (cast.deputy, "tell", {}),
    )  # fmt: skip


def walk(ticket, *steps):
    for actor, move, facts in steps:
        ticket = move_opinion(opinion=ticket, move=move, actor=actor, at=AT, **facts)
    return ticket


def said(ticket):
    rows = ticket.verdicts.select_related("signer")
    return [(row.signer.name, row.rating, row.by_proxy, row.reply_id) for row in rows]


def can_rate(user, ticket) -> bool:
    return "rate" in {move.name for move in moves_open_to(user, ticket)}


def test_it_closes_when_every_signer_has_rated(cast, ticket, mate):
    paper, answer = cast.deputies["GT02"][1], ticket.replies.get().pk
    assert {row.user for row in Notice.objects.filter(text__contains="请看过以后评价")} == {cast.deputy, mate.user}
    ticket = walk(ticket, (mate.user, "rate", {"rating": "basic"}))
    assert (ticket.state, can_rate(mate.user, ticket), can_rate(cast.deputy, ticket)) == (State.TOLD, False, True)
    ticket = walk(ticket, (cast.deputy, "rate", {"rating": "satisfied"}))
    assert (ticket.state, ticket.rating) == (State.TOLD, "basic")
    ticket = walk(ticket, (cast.clerk, "rate", {"rating": "satisfied", "signer": paper}))
    assert (ticket.state, ticket.rating, ticket.rated_by_proxy) == (State.CLOSED, "basic", True)
    assert said(ticket) == [
        ("陈卫", "basic", False, answer), ("李代表", "satisfied", False, answer), ("王芳", "satisfied", True, answer),
    ]  # fmt: skip


def test_nobody_rates_twice_or_for_another(cast, ticket, mate):
    walk(ticket, (mate.user, "rate", {"rating": "satisfied"}))
    with pytest.raises(Conflict, match="已经评价过"):
        walk(ticket, (mate.user, "rate", {"rating": "unsatisfied", "note": "改主意了"}))
    for actor, signer, words in (
        (cast.clerk, mate, "陈卫已经评价过"), (cast.deputy, cast.deputies["GT02"][1], "只能登记您本人的评价"),
        (cast.clerk, cast.head_person, "请选这件建议的领衔代表或附议代表"), (cast.clerk, "nobody", "请选这件建议"),
    ):  # fmt: skip
        with pytest.raises(DomainError) as error:
            walk(ticket, (actor, "rate", {"rating": "satisfied", "signer": signer}))
        assert words in error.value.fields["signer"]
    for actor in (cast.head, cast.officer, cast.stranger, cast.auditor):  # the head was asked but has not signed
        assert not can_rate(actor, ticket)
        with pytest.raises(NotAllowed):
            walk(ticket, (actor, "rate", {"rating": "satisfied"}))
    with pytest.raises(DomainError):
        move_opinion(opinion=ticket, move="rate", actor=None, at=AT, by_villager=True, rating="satisfied")
    assert [row[0] for row in said(ticket)] == ["陈卫"]


def test_one_unsatisfied_signer_sends_it_back_and_all_rate_the_new_answer(cast, signed_in, ticket, mate):
    ticket = walk(ticket, (cast.deputy, "rate", {"rating": "satisfied"}))
    with pytest.raises(DomainError) as error:
        walk(ticket, (mate.user, "rate", {"rating": "unsatisfied"}))
    assert "note" in error.value.fields
    ticket = walk(ticket, (mate.user, "rate", {"rating": "unsatisfied", "note": "只修了一半"}))
    assert (ticket.state, ticket.rating, ticket.holder) == (State.REWORKING, "unsatisfied", cast.jiaotong)
    assert str(ticket.due_on) == "2026-04-01"  # a month
    ticket = walk(
        ticket, (cast.officer, "reply", {"note": "另一半也修好了,已通车。", "class": "A"}), (cast.clerk, "tell", {})
    )
    assert all(can_rate(user, ticket) for user in (cast.deputy, mate.user))
    ticket = walk(ticket, (cast.deputy, "rate", {"rating": "satisfied"}), (mate.user, "rate", {"rating": "satisfied"}))
    assert ticket.state == State.TOLD and ticket.verdicts.count() == 4
    shown = signed_in(cast.deputy).get(reverse("opinion", args=[ticket.uid])).text
    for words in ("第1次答复", "第2次答复", "只修了一半", '王芳</b> <span class="tag tag-warn">还没有评价'):
        assert words in shown
    ticket = walk(ticket, (cast.staff, "rate", {"rating": "satisfied", "signer": cast.deputies["GT02"][1]}))
    assert (ticket.state, ticket.rating) == (State.CLOSED, "satisfied")


def test_signers_rate_on_the_page_and_the_clerk_for_the_lead(cast, signed_in, ticket, mate):
    step = reverse("opinion-move", args=[ticket.uid, "rate"])
    client = signed_in(mate.user)
    assert "请您评价" in client.get(reverse("me")).text
    assert client.post(step, {"rating": "satisfied", "version": ticket.version}).status_code == 302
    assert "请您评价" not in client.get(reverse("me")).text and step not in client.get(step.split("move")[0]).text
    ticket.refresh_from_db()
    assert client.post(step, {"rating": "satisfied", "version": ticket.version}).status_code == 409
    assert signed_in(cast.clerk).post(step, {"rating": "basic", "version": ticket.version}).status_code == 302
    assert said(ticket)[-1][:3] == ("李代表", "basic", True)
    assert "官亭工作人员代为登记" in signed_in(cast.deputy).get(reverse("opinion", args=[ticket.uid])).text
    assert Opinion.objects.get().state == State.TOLD
