"""A villager's own data: shown masked by the link, corrected and let go of on request, after an open matter has ended."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from activities.models import Visit
from activities.services import Matter
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, NotFound, StaleVersion
from julu_liaison.common.models import AuditLog
from julu_liaison.notices.models import Notice
from opinions.models import Hop, Opinion, Redaction, VillagerRequest
from opinions.rules.asked import ASKED_MOVES, asked_moves_open_to
from opinions.services import look_at_villager, move_opinion, register_opinion
from opinions.services.feedback import token_of
from opinions.services.redacting import redact
from opinions.services.villagers import (
    MOST_ASKED,
    ask_by_link,
    keep_promises,
    own_data_of,
    settle_at_desk,
    settle_request,
    withdraw_by_link,
)
from opinions.states import AskedFor, AskedState, State
from opinions.tasks import forget_old_villagers
from tests.entries import entry
from tests.own_data import AT, NAME, PHONE, VILLAGE, ended, ticket_of

HOW = "本人打电话提出"
ROLES = ("admin", "staff", "system", "auditor", "clerk", "stranger", "head", "deputy", "officer")
WHO = {"villager_name": "赵大妈", "villager_phone": "19900005678", "villager_village": ""}


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


@pytest.fixture
def ticket(cast) -> Opinion:
    return ticket_of(cast, deputy=cast.deputy_person)


def ask(ticket, kind="forget", said="") -> VillagerRequest:
    return ask_by_link(opinion=ticket, kind=kind, said=said, at=AT)


def desk(cast, ticket, kind="forget", who=None, actor=None) -> VillagerRequest:
    return settle_at_desk(opinion=ticket, kind=kind, how=HOW, who=who, actor=actor or cast.clerk, at=AT)


def person(ticket) -> tuple[str, str, str]:
    row = Opinion.objects.get(pk=ticket.pk)
    return row.villager_name, row.villager_phone, row.villager_village


# --- The link ---------------------------------------------------------------------------------------------------


def page(client, ticket):
    return client.get(reverse("villager-data", args=[token_of(ticket)]))


def test_the_link_shows_masks_and_who_looked(cast, client, ticket):
    look_at_villager(opinion=ticket, actor=cast.clerk, at=AT)
    look_at_villager(opinion=ticket, actor=cast.clerk, at=AT + timedelta(days=1))
    look_at_villager(opinion=ticket, actor=cast.deputy, at=AT)
    answer = page(client, ticket)
    text = answer.text
    assert "赵*" in text and "199****1234" in text and "安*" in text
    assert NAME not in text and PHONE not in text and VILLAGE not in text and cast.clerk.name not in text
    assert "联络站工作人员看过2次,最近2026年3月2日" in text and "代表看过1次" in text
    assert "no-store" in answer["Cache-Control"] and "noindex" in answer["X-Robots-Tag"] and not answer.cookies


def test_a_department_that_may_know_is_named_and_none_for_who_asked_for_confidence(cast, ticket):
    Opinion.objects.filter(pk=ticket.pk).update(department=cast.jiaotong, state=State.AT_DEPARTMENT)
    assert own_data_of(Opinion.objects.get(pk=ticket.pk)).given_to == ["县交通运输局"]
    Opinion.objects.filter(pk=ticket.pk).update(confidential=True)
    assert own_data_of(Opinion.objects.get(pk=ticket.pk)).given_to == []


def test_a_wrong_link_shows_nothing(client, ticket):
    assert client.get(reverse("villager-data", args=["x" * 60])).status_code == 404
    assert client.post(reverse("villager-data", args=["x" * 60]), {"act": "forget"}).status_code == 404


def test_the_progress_page_leads_there_while_something_is_held(cast, client, ticket):
    here, there = (reverse(name, args=[token_of(ticket)]) for name in ("villager-link", "villager-data"))
    assert there in client.get(here).text
    nameless = register_opinion(branch=cast.gt01, matter=Matter("路"), actor=cast.clerk, at=AT)
    assert reverse("villager-data", args=[token_of(nameless)]) not in client.get(
        reverse("villager-link", args=[token_of(nameless)])
    ).text


def test_asking_by_the_link(cast, client, ticket):
    url = reverse("villager-data", args=[token_of(ticket)])
    assert client.post(url, {"act": "correct", "said": ""}).status_code == 400
    assert client.post(url, {"act": "correct", "said": "字" * 201}).status_code == 400
    assert client.post(url, {"act": "nonsense"}).status_code == 400
    assert client.post(url, {"act": "correct", "said": "电话是19900005678"})["Location"] == url
    row = VillagerRequest.objects.get()
    assert (row.said, row.kind, row.state) == ("电话是19900005678", "correct", "asked")
    again = client.post(url, {"act": "correct", "said": "电话是19900005678"})
    assert again.status_code == 409 and VillagerRequest.objects.count() == 1
    assert "要求更正" in client.get(url).text and "19900005678" not in client.get(url).text


def test_the_clerk_is_told_without_a_word_of_it(cast, ticket):
    Notice.objects.all().delete()
    ask(ticket, "correct", f"我叫{NAME}")
    told = Notice.objects.get()
    assert told.user == cast.clerk and told.link == f"{ticket.page}villager/" and NAME not in told.text
    assert "3月20日以前" in told.text
    row = AuditLog.objects.get(action="ask_villager_data")
    assert NAME not in str(row.detail) and row.county_code == "JLX"


def test_what_was_asked_for_can_be_taken_back_once_and_only_there(cast, client, ticket):
    row, other = ask(ticket), ticket_of(cast, text="井盖坏了")
    with pytest.raises(NotFound):
        withdraw_by_link(opinion=other, uid=row.uid, at=AT)
    url = reverse("villager-data", args=[token_of(ticket)])
    assert client.post(url, {"act": "withdraw", "request": row.uid})["Location"] == url
    assert client.post(url, {"act": "withdraw", "request": row.uid}).status_code == 409
    assert client.post(url, {"act": "withdraw"}).status_code == 404
    assert VillagerRequest.objects.get().state == AskedState.WITHDRAWN and "您撤回了" in client.get(url).text


def test_a_lost_slip_is_no_way_to_keep_a_clerk_busy(ticket):
    for _ in range(MOST_ASKED):
        withdraw_by_link(opinion=ticket, uid=ask(ticket).uid, at=AT)
    with pytest.raises(Conflict, match="打联络站的电话"):
        ask(ticket)


def test_where_nothing_was_left_there_is_nothing_to_ask(cast, client):
    nameless = register_opinion(branch=cast.gt01, matter=Matter("路"), actor=cast.clerk, at=AT)
    with pytest.raises(Conflict):
        ask(nameless)
    assert "要求删去" not in page(client, nameless).text


def test_an_entry_that_waits_for_the_clerk_is_asked_about_at_the_clerks(cast):
    ticket, _code = entry(cast, name=NAME, phone=PHONE)
    ask(ticket)
    assert VillagerRequest.objects.visible_to(cast.clerk).exists()
    assert not VillagerRequest.objects.visible_to(cast.head).exists()


def test_the_page_costs_the_same_however_often_it_was_looked_at(cast, client, ticket, django_assert_max_num_queries):
    look_at_villager(opinion=ticket, actor=cast.clerk, at=AT)
    costs = []
    for _ in range(2):
        with django_assert_max_num_queries(14) as spent:
            page(client, ticket)
        costs.append(len(spent.captured_queries))
        for who in (cast.clerk, cast.head, cast.staff, cast.deputy):
            look_at_villager(opinion=ticket, actor=who, at=AT)
    assert costs[0] == costs[1]


# --- Letting go -------------------------------------------------------------------------------------------------


def test_an_open_matter_keeps_the_phone_until_it_has_ended(cast, ticket):
    row = desk(cast, ticket)
    assert row.state == AskedState.PROMISED and person(ticket) == (NAME, PHONE, VILLAGE)
    assert keep_promises(at=AT) == 0
    ended(cast, ticket)
    assert forget_old_villagers() == 1 and person(ticket) == ("", "", "")
    visit = Visit.objects.get(pk=ticket.visit_id)
    assert (visit.villager_name, visit.villager_phone, visit.villager_village) == ("", "", "")
    row.refresh_from_db()
    assert row.state == AskedState.DONE and forget_old_villagers() == 0


def test_an_ended_matter_is_let_go_of_at_once(cast, ticket):
    ended(cast, ticket)
    assert desk(cast, ticket).state == AskedState.DONE and person(ticket) == ("", "", "")
    kept = Opinion.objects.get(pk=ticket.pk)
    assert kept.number and kept.hops.count() == ticket.hops.count()
    audited = AuditLog.objects.get(action="forget_villagers")
    assert audited.actor == cast.clerk and audited.detail["why"] == "request"
    assert AuditLog.objects.get(action="forget_villager_data").detail["how"] == HOW
    with pytest.raises(Conflict):
        desk(cast, ticket)


def test_what_the_villager_asked_by_the_link_is_settled_with_it(cast, ticket):
    asked = ask(ticket, said=f"我是{NAME}")
    ended(cast, ticket)
    assert desk(cast, ticket).pk == asked.pk
    asked.refresh_from_db()
    assert (asked.state, asked.said, asked.decided_by) == (AskedState.DONE, "", cast.clerk)


def test_the_name_in_the_words_goes_too_and_no_original_is_kept(cast):
    """It was hidden by comparing with the name, which nobody can do once that is gone."""
    ticket = ticket_of(cast, text=f"{NAME}家门口(199 0000-1234)的路灯不亮", confidential=True)
    redact(opinion=ticket, words=["门口"], reason="涉及住处", actor=cast.clerk, at=AT, version=None)
    move_opinion(opinion=ticket, move="escalate", actor=cast.clerk, at=AT, note=f"{NAME}又来问")
    move_opinion(opinion=ticket, move="void", actor=cast.clerk, at=AT, note=f"{NAME}说不用办了")
    desk(cast, ticket)
    row = Opinion.objects.get(pk=ticket.pk)
    said = [row.text, row.search_words, *Hop.objects.filter(opinion=row).values_list("note", flat=True)]
    assert not [words for words in said if NAME in words or "0000-1234" in words or "赵大" in words], said
    assert "路灯不亮" in row.text and Redaction.objects.get().original == ""


def test_the_name_goes_out_of_the_answer_to_all_who_were_merged(cast):
    main = register_opinion(branch=cast.gt01, matter=Matter("路灯"), actor=cast.clerk, at=AT)
    ticket = ticket_of(cast)
    move_opinion(opinion=ticket, move="merge", actor=cast.clerk, at=AT, into=main)
    Hop.objects.filter(opinion=main).update(note=f"和{NAME}反映的一起办")
    assert desk(cast, ticket).state == AskedState.PROMISED  # the villager is still to be told what comes of the other
    assert keep_promises(at=AT) == 0
    Opinion.objects.filter(pk=main.pk).update(state=State.CLOSED)
    assert keep_promises(at=AT) == 1
    assert NAME not in "".join(Hop.objects.filter(opinion=main).values_list("note", flat=True))


def test_a_promise_that_somebody_settles_meanwhile_is_left(cast, ticket, monkeypatch):
    row = desk(cast, ticket)
    ended(cast, ticket)
    settle_request(request=row, move="withdraw", actor=cast.clerk, at=AT)
    monkeypatch.setattr(
        "opinions.querysets.VillagerRequestQuerySet.promised", lambda rows: rows.filter(pk=row.pk)
    )
    assert keep_promises(at=AT) == 0 and person(ticket)[0] == NAME


# --- Correcting -------------------------------------------------------------------------------------------------


def test_a_correction_reaches_the_visit_behind_the_ticket(cast, ticket):
    assert desk(cast, ticket, "correct", WHO).state == AskedState.DONE
    assert person(ticket) == ("赵大妈", "19900005678", VILLAGE)
    visit = Visit.objects.get(pk=ticket.visit_id)
    assert (visit.villager_name, visit.villager_phone, visit.villager_village) == ("赵大妈", "19900005678", VILLAGE)
    row = AuditLog.objects.get(action="correct_villager_data")
    assert row.detail["fields"] == ["villager_name", "villager_phone"] and "赵" not in str(row.detail)


@pytest.mark.parametrize("who", [{}, {"villager_phone": "12"}, {"villager_name": "赵" * 41}])
def test_a_correction_must_be_one(cast, ticket, who):
    with pytest.raises(DomainError):
        desk(cast, ticket, "correct", {"villager_name": "", "villager_phone": "", "villager_village": ""} | who)
    assert person(ticket) == (NAME, PHONE, VILLAGE) and not VillagerRequest.objects.exists()


def test_how_it_was_put_forward_is_chosen(cast, ticket):
    with pytest.raises(DomainError):
        settle_at_desk(opinion=ticket, kind="correct", how=NAME, who=WHO, actor=cast.clerk, at=AT)


# --- Who may what -----------------------------------------------------------------------------------------------


def test_who_settles(cast, ticket):
    row = ask(ticket)
    row.opinion = ticket
    may = {who for who in ROLES if ASKED_MOVES["promise"].allowed(getattr(cast, who), row)}
    assert may == {"admin", "staff", "clerk", "head"}
    for who in ("deputy", "stranger", "officer", "auditor"):
        with pytest.raises(NotAllowed):
            desk(cast, ticket, actor=getattr(cast, who))


@pytest.mark.parametrize("move", ASKED_MOVES)
@pytest.mark.parametrize("state", AskedState)
@pytest.mark.parametrize("kind", AskedFor)
@pytest.mark.parametrize("is_over", [False, True])
def test_every_state_every_move(cast, ticket, state, move, kind, is_over):
    row = ask(ticket, kind, "改一改")
    if is_over:
        ended(cast, ticket)
    VillagerRequest.objects.filter(pk=row.pk).update(state=state)
    row = VillagerRequest.objects.select_related("opinion").get(pk=row.pk)
    entry_ = ASKED_MOVES[move]
    fits = state in entry_.sources and entry_.fits(row)
    assert (entry_ in asked_moves_open_to(cast.clerk, row)) == fits
    if not fits:
        with pytest.raises(Conflict):
            settle_request(request=row, move=move, actor=cast.clerk, at=AT, note="原因", who=WHO)
        assert person(ticket)[0] == NAME
        return
    after = settle_request(request=row, move=move, actor=cast.clerk, at=AT, note="原因", who=WHO)
    assert after.state == entry_.target
    assert person(ticket)[0] == {"forget": "", "correct": "赵大妈"}.get(move, NAME)


def test_an_older_reading_is_refused_and_a_refusal_needs_words(cast, ticket):
    row = ask(ticket)
    with pytest.raises(StaleVersion):
        settle_request(request=row, move="refuse", actor=cast.clerk, at=AT, note="不是本人", version=9)
    with pytest.raises(DomainError):
        settle_request(request=row, move="refuse", actor=cast.clerk, at=AT, note=" ")


# --- The desk's pages -------------------------------------------------------------------------------------------


def test_a_request_is_settled_by_its_form_and_the_trail_says_how_it_was_put_forward(cast, signed_in, ticket):
    """Who asks by a stolen slip is told from who called by what the clerk chose."""
    row = ask(ticket)
    url = reverse("opinion-villager-request", args=[ticket.uid, row.uid])
    for move in ("forget", "promise", "correct"):
        assert signed_in(cast.clerk).post(url, {"move": move, "note": "好"}).status_code == 400
    row.refresh_from_db()
    assert row.state == AskedState.ASKED and person(ticket)[0] == NAME
    desk(cast, ticket)
    assert AuditLog.objects.get(action="promise_villager_data").detail["how"] == HOW


def test_the_desk_corrects_and_lets_go(cast, signed_in, ticket):
    client, url = signed_in(cast.clerk), reverse("opinion-villager", args=[ticket.uid])
    text = client.get(url).text
    assert "赵*" in text and not any(words in text for words in (NAME, PHONE, VILLAGE)) and "办结以后删去" in text
    bad = client.post(url, {"act": "correct", "villager_phone": "12", "how": HOW})
    assert bad.status_code == 400 and 'value="12"' in bad.text
    assert client.post(url, {"act": "forget", "how": HOW}).status_code == 400  # not made sure who it is
    assert client.post(url, {"act": "correct", "villager_phone": "19900005678", "how": HOW})["Location"] == url
    assert client.post(url, {"act": "forget", "how": HOW, "sure": "on"})["Location"] == url
    assert client.post(url, {"act": "forget", "how": HOW, "sure": "on"}).status_code == 409
    assert person(ticket)[1] == "19900005678" and "办结以后删去" in client.get(url).text


def test_the_villagers_words_are_a_look_at_who_it_is(cast, signed_in, ticket):
    url = reverse("opinion-villager", args=[ticket.uid])
    signed_in(cast.clerk).get(url)
    assert not AuditLog.objects.filter(action="look_at_villager").exists()
    ask(ticket, "correct", "电话写错了")
    assert "电话写错了" in signed_in(cast.clerk).get(url).text
    assert AuditLog.objects.filter(action="look_at_villager", actor=cast.clerk).count() == 1


def test_a_request_is_refused_on_the_page_and_read_behind_the_link(cast, signed_in, client, ticket):
    row = ask(ticket)
    url = reverse("opinion-villager-request", args=[ticket.uid, row.uid])
    assert signed_in(cast.clerk).post(url, {"move": "refuse", "version": 1}).status_code == 400
    assert signed_in(cast.clerk).post(url, {"move": "refuse", "version": 1, "note": "不是本人提出的"}).status_code == 302
    client.logout()
    assert "不是本人提出的" in page(client, ticket).text


def test_the_tickets_page_says_that_somebody_asks(cast, signed_in, ticket):
    url = reverse("opinion", args=[ticket.uid])
    assert "反映人要求" not in signed_in(cast.clerk).get(url).text
    ask(ticket)
    assert "反映人要求" in signed_in(cast.clerk).get(url).text
    text = signed_in(cast.deputy).get(url).text
    assert "反映人要求" not in text and "更正、删去群众信息" not in text


@pytest.mark.parametrize(
    ("who", "status"),
    [("clerk", 200), ("head", 200), ("staff", 200), ("auditor", 403), ("deputy", 403), ("stranger", 404), ("officer", 404)],
)
def test_who_opens_the_desks_page(cast, signed_in, ticket, who, status):
    assert signed_in(getattr(cast, who)).get(reverse("opinion-villager", args=[ticket.uid])).status_code == status


def test_the_list_of_what_waits(cast, signed_in, django_assert_max_num_queries):
    costs, client = [], signed_in(cast.clerk)
    for rows in (1, 3):
        while VillagerRequest.objects.count() < rows:
            ask(ticket_of(cast, text=f"第{VillagerRequest.objects.count()}件"), "correct", f"我叫{NAME}")
        with django_assert_max_num_queries(12) as spent:
            answer = client.get(reverse("villager-requests"))
        assert len(answer.context["rows"]) == rows and NAME not in answer.text
        costs.append(len([query for query in spent.captured_queries if "SAVEPOINT" not in query["sql"]]))
    assert costs[0] == costs[1]
    counted = {due.label: due.number for due in signed_in(cast.clerk).get(reverse("station-home")).context["dues"]}
    tasks = {task.label: task.number for task in signed_in(cast.staff).get(reverse("console")).context["tasks"]}
    assert counted["群众要求更正、删去信息"] == tasks["群众要求更正、删去信息"] == 3
    assert signed_in(cast.stranger).get(reverse("villager-requests")).context["rows"] == []
    assert signed_in(cast.deputy).get(reverse("villager-requests")).status_code == 403


def test_what_was_asked_for_is_not_offered_again(cast, client, ticket):
    assert own_data_of(ticket).may_ask == ["correct", "forget"]
    ask(ticket, "correct", "电话写错了")
    assert own_data_of(ticket).may_ask == ["forget"]
    ask(ticket)
    assert own_data_of(ticket).may_ask == [] and "要求删去姓名和电话</button>" not in page(client, ticket).text
