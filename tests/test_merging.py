"""Merging (并案): named by number or address, never into what has ended or lies elsewhere, and every proposer is told."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.services import Matter
from activities.states import Category
from julu_liaison.common.errors import Conflict, DomainError
from julu_liaison.notices.models import Notice
from opinions.models import Opinion
from opinions.services import file_suggestion, move_opinion, register_opinion
from opinions.states import Stage, State
from tests.cast import SUNDAY, moment

AT = moment(SUNDAY)
ANSWER = "已经组织人手把塌陷的路面填平。"


@pytest.fixture
def register(cast):
    def once(text="村西道路塌陷", branch=None, **fields) -> Opinion:
        branch = branch or cast.gt01
        clerk = cast.clerk if branch.parent_id == cast.gt.pk else cast.stranger
        return register_opinion(branch=branch, matter=Matter(text, Category.ROAD, **fields), actor=clerk, at=AT)

    return once


def merge(ticket, into, actor):
    return move_opinion(opinion=ticket, move="merge", actor=actor, at=AT, into=into)


def fresh(ticket) -> Opinion:
    return Opinion.objects.get(pk=ticket.pk)


def typed(client, ticket, words):
    return client.post(reverse("opinion-move", args=[ticket.uid, "merge"]), {"into": words, "version": ticket.version})


@pytest.mark.parametrize(
    "words",
    ["{number}", "官亭镇{number}", "官亭镇联络站2026-2", " 2026年第2号 ", "〔2026〕第2号",
     "http://testserver/opinions/{uid}/", "{uid}"],
)  # fmt: skip
def test_a_ticket_is_named_as_people_write_it(cast, signed_in, register, words):
    ticket, into = register(), register()
    answer = typed(signed_in(cast.clerk), ticket, words.format(number=into.number, uid=into.uid))
    assert answer.status_code == 302, answer.text
    assert (fresh(ticket).state, fresh(ticket).merged_into) == (State.MERGED, into)


def test_numbers_repeat_across_stations_and_the_county_names_the_other_one(cast, signed_in, register):
    here, there = register(), register(branch=cast.yt01)
    assert here.number == there.number
    client = signed_in(cast.staff)
    assert typed(client, here, "官亭镇" + here.number).status_code == 400  # itself
    assert typed(client, here, "阎疃镇" + there.number).status_code == 302
    assert fresh(here).merged_into == there


def test_a_bare_number_of_several_other_stations_is_asked_about(cast, signed_in, register):
    """A suggestion of YT is merged; its own register has no such number, two others would have."""
    third = register(branch=cast.yt01)
    Opinion.objects.filter(pk=third.pk).update(register=cast.county)  # a register of its own, as of a third station
    register(), register(branch=cast.yt01)
    lonely = register(branch=cast.gt02)
    Opinion.objects.filter(pk=lonely.pk).update(number="〔2026〕第900号", register=cast.gt01)
    answer = typed(signed_in(cast.staff), fresh(lonely), "〔2026〕第001号")
    assert answer.status_code == 400 and "个联络站都有这个编号,请连乡镇名一起填" in answer.text
    assert 'value="〔2026〕第001号"' in answer.text  # what was typed stays
    assert fresh(lonely).state == State.AT_BRANCH


def test_what_cannot_be_merged_into_is_told_in_a_sentence(cast, register):
    ticket, closed, foreign = register(), register(), register(branch=cast.yt01)
    suggestion = file_suggestion(
        deputy=cast.deputy_person, text="建议修路", category=Category.ROAD, actor=cast.deputy, at=AT
    )
    move_opinion(opinion=closed, move="refuse", actor=cast.clerk, at=AT, note="不属于受理范围")
    for into, words in (
        (ticket, "不能并入它自己"), (closed, "已经结束"), (suggestion, "不能互相并案"), (foreign, "不由您管理"),
        ("〔2026〕第999号", "没有找到"), (None, "请选并入哪一件"),
    ):  # fmt: skip
        with pytest.raises(DomainError, match=words):
            merge(ticket, into, cast.clerk)
    Opinion.objects.filter(pk=foreign.pk).update(state=State.CLOSED)
    with pytest.raises(DomainError, match="不由您管理"):  # how it stands there is not told either
        merge(ticket, foreign, cast.clerk)
    assert fresh(ticket).state == State.AT_BRANCH


def test_there_is_never_a_chain_and_everybody_is_told_the_one_answer(cast, signed_in, register):
    first = register(deputy=cast.deputy_person, villager_name="张三")
    second, third = register(), register()
    merge(first, second, cast.clerk)
    merge(second, third, cast.clerk)
    with pytest.raises(DomainError, match="已经结束"):
        merge(third, fresh(second), cast.clerk)
    assert {row.pk for row in fresh(third).merged_here.all()} == {first.pk, second.pk}
    with pytest.raises(Conflict, match="不能作废"):
        move_opinion(opinion=third, move="void", actor=cast.clerk, at=AT, note="重复")
    with pytest.raises(Conflict):
        move_opinion(opinion=first, move="tell", actor=cast.deputy, at=AT)  # nothing to tell yet
    assert not Opinion.objects.to_tell().exists()
    third = move_opinion(opinion=third, move="solve", actor=cast.clerk, at=AT, note=ANSWER)
    assert set(Opinion.objects.to_tell()) == {first, second}
    assert Notice.objects.filter(user=cast.deputy, text__contains=f"{first.number}(已并案)有答复了").exists()
    for row in (first, second):
        clock = row.clocks.running().get()
        assert (clock.stage, clock.is_main, clock.alert_on) == (Stage.REPLIED, False, None)
    page = signed_in(cast.clerk).get(reverse("opinion", args=[third.uid])).text
    assert "并入这里的2件" in page and "还要告知2位反映人" in page and reverse("opinion", args=[first.uid]) in page
    told = move_opinion(opinion=first, move="tell", actor=cast.deputy, at=AT)
    assert told.state == State.MERGED and told.told_at == AT
    with pytest.raises(Conflict):
        move_opinion(opinion=first, move="tell", actor=cast.deputy, at=AT)
    page = signed_in(cast.clerk).get(reverse("opinion", args=[third.uid])).text
    assert "还要告知1位反映人" in page and "张三" not in page
    page = signed_in(cast.deputy).get(reverse("opinion", args=[first.uid])).text
    assert f"官亭镇{third.number}" not in page  # the deputy does not see the other ticket
    assert set(Opinion.objects.to_tell()) == {second}


def test_merged_into_an_answered_ticket_is_to_be_told_from_that_day(cast, register):
    late, early, main = register(), register(), register()
    merge(early, late, cast.clerk)
    main = move_opinion(opinion=main, move="solve", actor=cast.clerk, at=AT, note=ANSWER)
    merge(late, main, cast.clerk)
    assert set(Opinion.objects.to_tell()) == {late, early}
    for row in (late, early):
        assert row.clocks.running().get().started_on == SUNDAY


def test_what_was_merged_into_an_opinion_goes_along_into_its_suggestion(cast, register):
    first, second = register(), register(deputy=cast.deputy_person)
    merge(first, second, cast.clerk)
    second = move_opinion(opinion=second, move="make_suggestion", actor=cast.deputy, at=AT, title="建议修路")
    assert fresh(first).merged_into == second.merged_into != second
    suggestion = second.merged_into
    Opinion.objects.filter(pk=suggestion.pk).update(state=State.REPLIED)
    assert set(Opinion.objects.to_tell()) == {first, second}


def test_the_list_of_merged_ones_costs_the_same(cast, signed_in, register):
    main, client, costs = register(), signed_in(cast.clerk), []
    for rows in (1, 3):
        while main.merged_here.count() < rows:
            merge(register(), main, cast.clerk)
        with CaptureQueriesContext(connection) as spent:
            client.get(reverse("opinion", args=[main.uid]))
        costs.append(len([query for query in spent.captured_queries if "SAVEPOINT" not in query["sql"]]))
    assert costs[0] == costs[1]
