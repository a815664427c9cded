"""One move for many tickets: what can't be moved is told beforehand, each is moved for itself, a repeat does no harm."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from julu_liaison.common.errors import DomainError
from julu_liaison.common.models import AuditLog
from julu_liaison.notices.models import Notice
from opinions.models import Hop, Opinion
from opinions.services import move_opinion
from opinions.services.desks import move_together
from opinions.states import State
from opinions.workflow import MOVES
from tests.cast import moment
from tests.test_ticket_pages import DAY, at_department, make_ticket

PAGE, OUTCOME = "/opinions/bulk/", "/opinions/bulk/outcome/"


def at_centre(cast, text="安家庄村西田间道路塌陷"):
    ticket = make_ticket(cast, text=text)
    for _level in range(2):
        ticket = move_opinion(opinion=ticket, move="escalate", actor=cast.clerk, at=moment(DAY, 11))
    return ticket


@pytest.fixture
def three(cast):
    """Two at the centre, one still at its branch."""
    cast.ready = [at_centre(cast), at_centre(cast, "第二件")]
    cast.early = make_ticket(cast, text="第三件")
    return cast


def sent(*tickets, act="transfer", **fields):
    versions = {f"version_{ticket.uid}": ticket.version for ticket in tickets}
    return {"ticket": [str(ticket.uid) for ticket in tickets], "act": act, "department": "jiaotong"} | versions | fields


def states(*tickets):
    return [Opinion.objects.get(pk=ticket.pk).state for ticket in tickets]


def test_who_opens_it(cast, signed_in):
    may = {"admin": 200, "staff": 200, "auditor": 403, "clerk": 403, "head": 403, "deputy": 403, "officer": 403}
    for who, status in may.items():
        client = signed_in(getattr(cast, who))
        assert client.get(PAGE).status_code == client.post(PAGE).status_code == status, who
    client.logout()
    assert client.get(PAGE).status_code == client.get(OUTCOME).status_code == 302


def test_list_offers_boxes_to_the_county_alone_and_only_where_something_can_be_done(three, signed_in):
    ended = make_ticket(three, text="办完的")
    Opinion.objects.filter(pk=ended.pk).update(state=State.CLOSED)
    boxed = [*three.ready, three.early]
    for who in ("admin", "staff"):
        page = signed_in(getattr(three, who)).get("/opinions/").text
        assert '<form id="bulk" method="post" action="/opinions/bulk/">' in page and "批量办理" in page
        assert page.count('type="checkbox" name="ticket"') == 3 and f'value="{ended.uid}"' not in page
        assert all(f'<input type="checkbox" name="ticket" value="{one.uid}">' in page for one in boxed)
    client = signed_in(three.staff)
    assert "选了3件" in client.post(PAGE, {"ticket": [str(one.uid) for one in boxed]}).text
    assert 'id="bulk"' not in client.get("/opinions/?state=closed").text
    for who in ("auditor", "clerk", "head", "deputy", "officer"):
        page = signed_in(getattr(three, who)).get("/opinions/").text
        assert 'id="bulk"' not in page and 'name="ticket"' not in page and "tick_all" not in page, who


def test_list_of_what_was_ticked_tells_what_cannot_be_moved_and_why(three, signed_in):
    client = signed_in(three.staff)
    ticked = {"ticket": [*(str(one.uid) for one in (*three.ready, three.early)), str(uuid4()), "nonsense"]}
    page = client.post(PAGE, ticked)
    assert page.status_code == 200 and not Hop.objects.filter(move="transfer").exists()
    assert "转办2件" in page.text and "催办3件" in page.text and "有1件没有找到" in page.text
    assert "现在是“分站办理”,不能转办" in page.text
    assert page.text.count(f'value="{three.early.uid}"') == 1  # with the urging only
    assert "张三" not in page.text and "19900009999" not in page.text
    assert "还没有选" in client.get(PAGE).text
    too_many = client.post(PAGE, {"ticket": [str(uuid4()) for _one in range(101)]})
    assert too_many.status_code == 400 and "一次最多办100件,您选了101件" in too_many.text


def test_page_costs_the_same_for_one_and_for_three(three, signed_in):
    client = signed_in(three.staff)
    counts = []
    for tickets in (three.ready[:1], three.ready[:1], [*three.ready, three.early]):
        with CaptureQueriesContext(connection) as asked:
            client.post(PAGE, {"ticket": [str(one.uid) for one in tickets]})
        counts.append(len(asked))
    assert counts[1] == counts[2], counts


def test_transfers_those_that_are_open_to_it_and_tells_why_not_the_others(three, signed_in):
    client = signed_in(three.staff)
    form = sent(*three.ready, three.early, assisting=["shuili"], note="请尽快办")
    assert client.post(PAGE, form).url == OUTCOME
    assert states(*three.ready, three.early) == [State.AT_DEPARTMENT, State.AT_DEPARTMENT, State.AT_BRANCH]
    page = client.get(OUTCOME).text
    assert "办成2件,没办成1件" in page and "现在是“分站办理”,不能转办" in page and "县交通运输局" in page
    assert 'name="note" value="请尽快办"' in page and f'name="ticket" value="{three.early.uid}"' in page
    hop = Hop.objects.filter(opinion=three.ready[0]).last()
    assert (hop.move, hop.note, hop.actor) == ("transfer", "请尽快办", three.staff)
    assert three.ready[0].assistances.get().department == three.shuili
    assert AuditLog.objects.filter(action="transfer").count() == 2
    again = client.post(PAGE, {"ticket": [str(three.early.uid)], "department": "jiaotong", "note": "请尽快办"})
    assert again.status_code == 200 and "现在都不能转办" in again.text and "请尽快办" in again.text


def test_sent_twice_is_done_once_and_told_alike(three, signed_in):
    client = signed_in(three.staff)
    for _click in range(2):
        client.post(PAGE, sent(*three.ready))
        assert "办成2件。" in client.get(OUTCOME).text
    assert Hop.objects.filter(move="transfer").count() == 2


def test_what_somebody_else_moved_meanwhile_is_refused_for_that_ticket_alone(three, signed_in):
    form = sent(*three.ready)
    move_opinion(
        opinion=three.ready[0], move="transfer", department=three.shuili, actor=three.admin, at=moment(DAY, 12)
    )
    move_opinion(opinion=three.ready[1], move="supervise", note="盯住", actor=three.admin, at=moment(DAY, 12))
    fresh = at_centre(three, "第四件")
    client = signed_in(three.staff)
    client.post(PAGE, sent(fresh) | form | {"ticket": [*form["ticket"], str(fresh.uid)]})
    page = client.get(OUTCOME).text
    assert "办成1件,没办成2件" in page
    assert "现在是“部门办理”,不能转办" in page and "您打开以后,县管理员" in page and "列入督办" in page
    assert Opinion.objects.get(pk=three.ready[0].pk).department == three.shuili
    assert states(fresh) == [State.AT_DEPARTMENT]


def test_urges_holders_and_leaves_the_state(three, signed_in):
    given = at_department(three, make_ticket(three, text="第五件"))
    client = signed_in(three.staff)
    Notice.objects.all().delete()
    client.post(PAGE, sent(given, three.early, act="urge", note=""))
    assert "办成2件" in client.get(OUTCOME).text and states(given, three.early) == [
        State.AT_DEPARTMENT,
        State.AT_BRANCH,
    ]
    assert Notice.objects.filter(user=three.officer, text__contains="催办").count() == 1


def test_bad_form_comes_back_with_what_was_typed_and_moves_nothing(three, signed_in):
    client = signed_in(three.staff)
    for wrong, sentence in (
        ({"department": ""}, "请选承办部门"), ({"department": "cars"}, "承办部门请从列表里选"),
        ({"assisting": ["jiaotong"]}, "主办部门不用再选成协办部门"),
    ):  # fmt: skip
        page = client.post(PAGE, sent(*three.ready, note="写好的说明") | wrong)
        assert page.status_code == 400 and sentence in page.text and "写好的说明" in page.text, wrong
    assert states(*three.ready) == [State.AT_CENTRE] * 2
    assert client.get(OUTCOME).url == reverse("opinions")  # nothing was done yet


def test_out_of_scope_is_not_found_and_not_named(cast, signed_in, three):
    """Another county's ticket: not on the page, not moved, counted as not found."""
    foreign = uuid4()
    client = signed_in(three.staff)
    client.post(PAGE, sent(three.ready[0]) | {"ticket": [str(three.ready[0].uid), str(foreign)]})
    assert "办成1件,有1件没有找到" in client.get(OUTCOME).text


@pytest.mark.parametrize("move", ["transfer", "urge"])
def test_every_state_the_table_closes_is_refused_ticket_by_ticket(cast, move):
    """Whatever state the others are in, one that is open goes through."""
    open_one = at_centre(cast)
    closed = {}
    for state in set(State) - MOVES[move].sources:
        closed[state] = make_ticket(cast, text=f"第{len(closed)}件")
        Opinion.objects.filter(pk=closed[state].pk).update(state=state)
    chosen = [(ticket, ticket.version) for ticket in (*closed.values(), open_one)]
    facts = {"department": cast.jiaotong} if move == "transfer" else {}
    outcomes = move_together(tickets=chosen, move=move, actor=cast.staff, at=moment(DAY, 12), **facts)
    assert [bool(one.refusal) for one in outcomes] == [True] * len(closed) + [False]
    assert all(f"不能{MOVES[move].label}" in one.refusal for one in outcomes[:-1])
    assert states(*closed.values()) == list(closed)
    with pytest.raises(DomainError, match="一次最多办100件"):
        move_together(tickets=chosen * 101, move=move, actor=cast.staff, at=moment(DAY), **facts)


def test_clerk_of_another_station_moves_nothing(cast):
    ticket = at_centre(cast)
    for actor in (cast.stranger, cast.clerk, cast.officer, cast.auditor):
        [outcome] = move_together(
            tickets=[(ticket, ticket.version)],
            move="transfer",
            actor=actor,
            at=moment(DAY, 12),
            department=cast.jiaotong,
        )
        assert "不由您的账号办理" in outcome.refusal
    assert states(ticket) == [State.AT_CENTRE]
