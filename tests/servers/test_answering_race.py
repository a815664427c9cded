"""Races of a department's people on PostgreSQL: one answer by link counts, two first drafts are not lost in silence."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from julu_liaison.common.errors import Conflict, StaleVersion
from opinions.models import AnswerDraft, Opinion
from opinions.services.offices.answering import move_by_link
from opinions.services.offices.drafts import Typed, save_draft
from opinions.services.offices.links import answer_path, read_link
from tests.cast import build_cast
from tests.test_ticket_pages import ANSWER, at_department, make_ticket

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_links_pressed_at_once_give_one_answer_and_two_first_drafts_one_conflict(race):
    cast = build_cast()
    ticket = at_department(cast, make_ticket(cast))
    at = timezone.now() + timedelta(seconds=2)
    drafts = race(*(
        partial(save_draft, ticket=ticket, text=f"{who}写的", version=0, actor=who, at=at) for who in (cast.officer, cast.chief)
    ))  # fmt: skip
    assert {type(one) for one in drafts} == {Typed, StaleVersion}, drafts
    assert AnswerDraft.objects.get().version == 1
    links = [
        read_link(answer_path(ticket=ticket_now(ticket), user=who, at=at).split("/")[2])
        for who in (cast.officer, cast.chief)
    ]
    outcomes = race(*(
        partial(move_by_link, link=link, move="reply", at=at, note=ANSWER, **{"class": "A"}) for link in links * 2
    ))  # fmt: skip
    assert sum(isinstance(one, Opinion) for one in outcomes) == 1, outcomes
    assert sum(isinstance(one, Conflict) for one in outcomes) == 3, outcomes
    assert ticket.replies.count() == 1 and not AnswerDraft.objects.exists()


def ticket_now(ticket) -> Opinion:
    return Opinion.objects.get(pk=ticket.pk)
