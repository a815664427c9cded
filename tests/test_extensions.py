"""More time for a department (延期): asked once in time, decided by the county, on the page or from the list."""

from datetime import date

import pytest
from django.urls import reverse

from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from opinions.models import Extension, Opinion
from opinions.services import move_opinion
from opinions.services.offices.extensions import decide_extensions, requests_to_decide, with_days
from opinions.workflow import moves_open_to
from tests.cast import moment
from tests.test_office_inbox import act, suggestion_at_department
from tests.test_ticket_pages import ANSWER, DAY, at_department, make_ticket, without_session


@pytest.fixture
def ticket(cast):
    return at_department(cast, make_ticket(cast))


def ask(cast, ticket, who=None, **facts):
    return act(ticket, "request_extension", who or cast.officer, **{"note": "等材料进场", "amount": 5} | facts)


def test_granting_moves_the_due_day_and_refusing_leaves_it(cast, ticket):
    assert ticket.due_on == date(2026, 3, 23)  # 15 working days from 2 March
    assert ask(cast, ticket).due_on == date(2026, 3, 23)
    with pytest.raises(Conflict):
        ask(cast, ticket)
    with pytest.raises(DomainError, match="不同意延期请写明原因"):
        act(ticket, "decide_extension", cast.staff, granted=False)
    assert act(ticket, "decide_extension", cast.staff, granted=False, note="材料已经到了").due_on == date(2026, 3, 23)
    ask(cast, ticket)  # a refusal does not use up the one extension
    (row,) = with_days(list(requests_to_decide(cast.staff)))
    granted = act(ticket, "decide_extension", cast.staff, granted=True)
    assert granted.due_on == row[1] == date(2026, 3, 30)
    with pytest.raises(Conflict):
        ask(cast, ticket)
    assert list(Extension.objects.order_by("pk").values_list("granted", flat=True)) == [False, True]


def test_a_suggestion_gets_months_and_never_more_than_six_in_all(cast):
    ticket = suggestion_at_department(cast)
    assert ticket.due_on == date(2026, 6, 2)
    with pytest.raises(DomainError, match="最多延长3"):
        ask(cast, ticket, amount=4)
    ask(cast, ticket, amount=None)
    assert act(ticket, "decide_extension", cast.admin, granted=True).due_on == date(2026, 9, 2)


def test_asked_while_the_term_runs_never_after(cast, ticket):
    late = {"opinion": ticket, "move": "request_extension", "actor": cast.officer, "note": "来不及", "amount": 5}
    with pytest.raises(Conflict, match="申请延期的期限是3月23日,已经过了"):
        move_opinion(at=moment(date(2026, 3, 24)), **late)
    move_opinion(at=moment(date(2026, 3, 23)), **late)
    granted = move_opinion(
        opinion=ticket, move="decide_extension", actor=cast.staff, at=moment(date(2026, 3, 25)), granted=True
    )
    assert granted.due_on == date(2026, 3, 30)  # asked in time, decided late


@pytest.mark.parametrize(
    ("move", "who", "facts"),
    [
        ("return_wrong", "officer", {"note": "不属本单位"}),
        ("reassign", "staff", {"note": "属水利"}),
        ("reply", "officer", {"note": ANSWER, "class": "A"}),
    ],
)
def test_an_undecided_request_ends_with_its_term_so_that_the_next_department_can_ask(cast, ticket, move, who, facts):
    ask(cast, ticket)
    more = {"department": cast.shuili} if move == "reassign" else {}
    act(ticket, move, getattr(cast, who), **facts, **more)
    lapsed = Extension.objects.get()
    assert lapsed.granted is False and lapsed.decided_by is None and lapsed.decided_at
    assert not requests_to_decide(cast.staff)
    if move == "return_wrong":
        act(ticket, "transfer", cast.staff, department=cast.shuili)
    if move != "reply":
        ask(cast, ticket, who=cast.other_officer)
        assert requests_to_decide(cast.staff).get().department == cast.shuili


def test_waiting_for_the_villager_does_not_end_a_request(cast, ticket):
    ask(cast, ticket)
    act(ticket, "ask_villager", cast.officer, note="是哪一段路")
    act(ticket, "resume", cast.clerk)
    assert requests_to_decide(cast.staff).count() == 1


def test_only_the_county_decides(cast, ticket, signed_in):
    ask(cast, ticket)
    url = reverse("extensions")
    for who in ("auditor", "clerk", "stranger", "head", "deputy", "officer", "chief", "system"):
        client = signed_in(getattr(cast, who))
        assert client.get(url).status_code == 403
        assert client.post(url, {"requests": Extension.objects.get().pk, "granted": "yes"}).status_code == 403
    with pytest.raises(NotAllowed):
        act(ticket, "decide_extension", cast.chief, granted=True)
    client.logout()
    assert client.get(url).status_code == 302
    assert Extension.objects.get().granted is None


def test_several_at_once_from_the_list(cast, signed_in):
    tickets = [at_department(cast, make_ticket(cast)) for _number in range(3)]
    for one in tickets:
        ask(cast, one)
    keys, client, url = (
        [row.pk for row in Extension.objects.order_by("pk")],
        signed_in(cast.staff),
        reverse("extensions"),
    )
    page = client.get(url).text
    assert "延长5个工作日" in page and "3月23日改到2026年3月30日" in page and "等材料进场" in page
    empty = client.post(url, {"granted": "yes"})
    assert empty.status_code == 400 and "请先勾选" in empty.text
    bare = client.post(url, {"requests": keys[:1], "granted": "no"})
    assert bare.status_code == 400 and "写明原因" in bare.text and f'value="{keys[0]}" checked' in bare.text
    assert client.post(url, {"requests": keys[:2], "granted": "yes", "note": "同意"}).status_code == 302
    assert client.post(url, {"requests": keys[:1], "granted": "yes"}).status_code == 400  # decided meanwhile
    client.post(url, {"requests": keys[2:], "granted": "no", "note": "抓紧办"})
    assert [row.granted for row in Extension.objects.order_by("pk")] == [True, True, False]
    assert "没有等审批的延期申请" in client.get(url).text


def test_what_was_decided_in_between_is_told_and_the_rest_goes_on(cast):
    tickets = [at_department(cast, make_ticket(cast)) for _number in range(2)]
    for one in tickets:
        ask(cast, one)
    asked = list(requests_to_decide(cast.staff).order_by("pk"))
    act(tickets[0], "decide_extension", cast.admin, granted=True)
    outcome = decide_extensions(requests=asked, granted=True, note="", actor=cast.staff, at=moment(DAY, 15))
    assert outcome.done == 1 and len(outcome.failed) == 1 and tickets[0].number in outcome.failed[0]


def test_list_costs_the_same_with_one_row_and_with_three(cast, signed_in, django_assert_max_num_queries):
    client, counts = signed_in(cast.staff), []
    for rows in (1, 3):
        while Extension.objects.count() < rows:
            ask(cast, at_department(cast, make_ticket(cast)))
        with django_assert_max_num_queries(18) as spent:
            assert len(client.get(reverse("extensions")).context["rows"]) == rows
        counts.append(len(without_session(spent)))
    assert counts[0] == counts[1]


def test_the_tickets_page_tells_how_the_request_stands_and_until_when_it_can_go_back(cast, signed_in):
    ticket = suggestion_at_department(cast)
    page = reverse("opinion", args=[ticket.uid])
    Opinion.objects.filter(pk=ticket.pk).update(due_on=None)
    assert "3月16日 星期一已经过了,不能再退回" in signed_in(cast.officer).get(page).text  # 10 working days from 2 March
    ask(cast, ticket, amount=2)
    assert "申请延长2个月" in signed_in(cast.officer).get(page).text
    assert "等县人大审批" in signed_in(cast.staff).get(page).text
    act(ticket, "decide_extension", cast.staff, granted=False, note="抓紧")
    assert "不同意" in signed_in(cast.officer).get(page).text
    assert "return_wrong" in [move.name for move in moves_open_to(cast.officer, ticket, date(2026, 3, 16))]
    with pytest.raises(Conflict, match=r"退回.*3月16日"):
        move_opinion(
            opinion=ticket, move="return_wrong", actor=cast.officer, at=moment(date(2026, 3, 17)), note="不属本单位"
        )
