"""What a second answer, another department and a merged branch leave behind: nothing of the first."""

from datetime import date, timedelta

import pytest

from activities.services import Matter
from julu_liaison.common.errors import Conflict
from julu_liaison.notices.models import Notice
from opinions.models import Extension, Opinion, Term
from opinions.services import file_suggestion, move_opinion, register_opinion, ticket_problems
from opinions.services.suggestions.asking import asked_of
from opinions.states import Stage, State
from stations.services import merge_branches, open_station
from tests.cast import OPENED, SUNDAY, moment

AT = moment(SUNDAY)
ANSWER = {"note": "已经组织人员现场勘查并修好"}


@pytest.fixture
def ticket(cast):
    return register_opinion(branch=cast.gt01, matter=Matter("村西道路塌陷", deputy=cast.deputy_person), actor=cast.clerk, at=AT)


def go(ticket, *steps):
    for move, actor, facts in steps:
        ticket = move_opinion(opinion=ticket, move=move, actor=actor, at=AT, **facts)
    return ticket


def to_department(cast, ticket, **facts):
    return go(ticket, ("escalate", cast.clerk, {}), ("escalate", cast.clerk, {}),
              ("transfer", cast.staff, {"department": cast.jiaotong} | facts))  # fmt: skip


def test_a_rating_ends_with_the_answer_it_was_about(cast, ticket):
    rated = go(ticket, ("solve", cast.clerk, ANSWER), ("tell", cast.clerk, {}), ("rate", cast.clerk, {"rating": "satisfied"}))
    assert (rated.rating, rated.rated_by_proxy) == ("satisfied", True)
    again = go(rated, ("reopen", cast.clerk, {"note": "又塌了"}))
    assert (again.rating, again.rated_by_proxy) == ("", False)
    closed = go(again, ("solve", cast.clerk, ANSWER), ("tell", cast.clerk, {}), ("close", cast.clerk, {"note": "联系不上"}))
    assert closed.state == State.CLOSED and closed.rating == "" and closed.verdicts.get().rating == "satisfied"
    unhappy = {"rating": "unsatisfied", "note": "没修好"}
    other = register_opinion(branch=cast.gt01, matter=Matter("路灯"), actor=cast.clerk, at=AT)
    other = go(other, ("solve", cast.clerk, ANSWER), ("tell", cast.clerk, {}), ("rate", cast.clerk, unhappy))
    assert other.rating == "unsatisfied"
    assert go(other, ("solve", cast.clerk, ANSWER)).rating == ""


def test_whoever_was_merged_is_told_the_second_answer_too(cast, ticket):
    twin = register_opinion(branch=cast.gt01, matter=Matter("路塌了"), actor=cast.clerk, at=AT)
    go(twin, ("merge", cast.clerk, {"into": ticket}))
    go(ticket, ("solve", cast.clerk, ANSWER))
    go(twin, ("tell", cast.clerk, {}))
    assert Opinion.objects.get(pk=twin.pk).told_at
    unhappy = {"rating": "unsatisfied", "note": "没修好"}
    go(ticket, ("tell", cast.clerk, {}), ("rate", cast.clerk, unhappy), ("solve", cast.clerk, ANSWER))
    twin = Opinion.objects.get(pk=twin.pk)
    assert twin.told_at is None and twin.clocks.running().get().stage == Stage.REPLIED
    assert go(twin, ("tell", cast.clerk, {})).told_at


def test_an_assisting_department_that_takes_the_lead_owes_no_opinion(cast, ticket):
    ticket = to_department(cast, ticket, assisting=[cast.shuili])
    assert ticket.clocks.running().filter(stage=Stage.ASSIST).count() == 1
    go(ticket, ("reassign", cast.staff, {"department": cast.shuili, "note": "由水利局主办"}))
    assert not ticket.clocks.running().filter(stage=Stage.ASSIST).exists()


@pytest.mark.parametrize("end", ["void", "merge"])
def test_a_request_for_more_time_ends_with_the_ticket(cast, ticket, end):
    ticket = to_department(cast, ticket)
    other = register_opinion(branch=cast.gt01, matter=Matter("路灯"), actor=cast.clerk, at=AT)
    facts = {"void": {"note": "登记错了"}, "merge": {"into": other}}[end]
    go(ticket, ("request_extension", cast.officer, {"note": "等资金"}), ("ask_villager", cast.officer, {"note": "在哪"}),
       (end, cast.staff, facts))  # fmt: skip
    assert Extension.objects.get().granted is False


def test_what_is_answered_again_after_a_merger_goes_to_the_branch_that_took_over(cast, ticket):
    ticket = to_department(cast, ticket)
    closed = go(ticket, ("reply", cast.officer, ANSWER | {"class": "B"}), ("tell", cast.clerk, {}),
                ("rate", cast.clerk, {"rating": "basic"}))  # fmt: skip
    Opinion.objects.filter(pk=closed.pk).update(tracked=True)
    merge_branches(branch=cast.gt01, into=cast.gt02, on=date(2026, 4, 1), actor=cast.admin, at=moment(date(2026, 4, 1)))
    later = moment(date(2026, 4, 2))
    again = move_opinion(opinion=closed, move="reply", actor=cast.officer, at=later, **ANSWER, **{"class": "A"})
    assert (again.state, again.branch, again.holder_station) == (State.REPLIED, cast.gt02, cast.gt02)


def test_a_new_county_begins_with_the_usual_terms_and_missing_ones_are_reported(cast):
    other = open_station(code="C02", name="邻县", parent=None, opened_on=OPENED, actor=None)
    assert Term.objects.filter(county=other).count() == Term.objects.filter(county=cast.county).count() > 20
    assert ticket_problems() == []
    Term.objects.filter(county=other, stage=Stage.SIGN_FOR, kind="suggestion").delete()
    assert ticket_problems() == ["办理期限 C02: 代表建议的“部门签收或退回”没有期限"]


def test_pasted_signs_that_nobody_sees_are_left_out(cast):
    pasted = "道\u200b路坏了\t\x08村西\r\n\r\n\r\n\r\n\u202e第二段\ufeff"
    ticket = register_opinion(branch=cast.gt01, matter=Matter(pasted), actor=cast.clerk, at=AT + timedelta(hours=1))
    assert ticket.text == "道路坏了 村西\n\n第二段"


def test_a_signer_who_has_read_the_answer_rates_it_at_once(cast):
    suggestion = file_suggestion(deputy=cast.deputy_person, text="建议修桥", category="road", actor=cast.deputy, at=AT)
    suggestion = go(suggestion, ("accept", cast.clerk, {}), ("escalate", cast.clerk, {}),
                    ("transfer", cast.staff, {"department": cast.jiaotong}),
                    ("reply", cast.officer, ANSWER | {"class": "A"}))  # fmt: skip
    assert [asked.words for asked in asked_of(cast.deputy_person)] == ["请您评价"]
    rated = go(suggestion, ("rate", cast.deputy, {"rating": "satisfied"}))
    assert (rated.state, rated.told_at, rated.rated_by_proxy) == (State.CLOSED, AT, False)


def test_a_villager_is_not_asked_before_being_told(cast, ticket):
    with pytest.raises(Conflict):
        go(ticket, ("solve", cast.clerk, ANSWER), ("rate", cast.clerk, {"rating": "satisfied"}))


@pytest.mark.parametrize("end", ["refuse", "void"])
def test_whoever_raised_it_hears_that_it_ended(cast, ticket, end):
    Opinion.objects.filter(pk=ticket.pk).update(villager_name="张大伯")
    twin = register_opinion(branch=cast.gt01, matter=Matter("路", deputy=cast.head_person), actor=cast.clerk, at=AT)
    if end == "refuse":
        go(twin, ("merge", cast.clerk, {"into": ticket}))
    go(ticket, (end, cast.clerk, {"note": "张大伯的事已在法院"}))
    text = Notice.objects.filter(user=cast.deputy).last().text
    assert "原因:" in text and "张大伯" not in text and {"refuse": "不予受理", "void": "作废"}[end] in text
    assert Notice.objects.filter(user=cast.head, text__contains="并入的那一件不予受理").exists() is (end == "refuse")


def test_a_suggestion_does_not_carry_the_villager_over_in_its_words(cast):
    matter = Matter("张大伯(199 0000-9999)说路塌了", deputy=cast.deputy_person, villager_name="张大伯", villager_phone="19900009999")
    told = register_opinion(branch=cast.gt01, matter=matter, actor=cast.clerk, at=AT)
    go(told, ("make_suggestion", cast.clerk, {"title": "关于修复张大伯门前道路的建议"}))
    grown = Opinion.objects.get(kind="suggestion")
    assert (grown.title, grown.text) == ("关于修复■■门前道路的建议", "■■(■■)说路塌了")
