"""Pages of tickets: who sees which, the moves made through them, what a refusal brings back."""

import uuid
from datetime import date

import pytest
from django.urls import reverse

from activities.services import Matter
from activities.states import Category
from julu_liaison.common.models import AuditLog
from opinions.models import Opinion
from opinions.services import file_suggestion, move_opinion, register_opinion
from opinions.services.suggestions import record_consultation
from opinions.states import State
from tests.cast import moment

DAY = date(2026, 3, 2)
ANSWER = "已经组织人手把塌陷的路面填平,恢复通行。"


def matter(text="安家庄村西田间道路塌陷", **fields):
    return Matter(text, Category.ROAD, **({"villager_name": "张三", "villager_phone": "19900009999"} | fields))


@pytest.fixture
def ticket(cast):
    """One opinion at its branch, taken up by the deputy of the cast."""
    return make_ticket(cast)


def make_ticket(cast, branch=None, **fields):
    branch = branch or cast.gt01
    deputy = cast.deputy_person if branch == cast.gt01 else None
    clerk = cast.clerk if branch.parent_id == cast.gt.pk else cast.stranger
    return register_opinion(branch=branch, matter=matter(deputy=deputy, **fields), actor=clerk, at=moment(DAY))


def at_department(cast, ticket):
    for who, name, facts in (
        (cast.clerk, "escalate", {}), (cast.clerk, "escalate", {}), (cast.staff, "transfer", {"department": cast.jiaotong}),
    ):  # fmt: skip
        ticket = move_opinion(opinion=ticket, move=name, actor=who, at=moment(DAY, 11), **facts)
    return ticket


def page(ticket):
    return reverse("opinion", args=[ticket.uid])


def step(ticket, name):
    return reverse("opinion-move", args=[ticket.uid, name])


# --- Scope ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["admin", "staff", "auditor", "clerk", "head", "deputy"])
def test_those_in_scope_see_the_ticket_in_the_list_and_on_its_page(cast, signed_in, ticket, who):
    client = signed_in(getattr(cast, who))
    assert ticket.number in client.get(reverse("opinions")).text
    answer = client.get(page(ticket))
    assert answer.status_code == 200 and ticket.text in answer.text


@pytest.mark.parametrize("who", ["stranger", "officer", "other_officer"])
def test_out_of_scope_is_404_everywhere(cast, signed_in, ticket, who):
    client = signed_in(getattr(cast, who))
    assert ticket.text not in client.get(reverse("opinions")).text
    assert client.get(page(ticket)).status_code == 404
    assert client.post(step(ticket, "solve"), {"note": ANSWER}).status_code == 404
    ticket.refresh_from_db()
    assert ticket.state == State.AT_BRANCH


def test_deputy_sees_only_own_tickets(cast, signed_in, ticket):
    other = register_opinion(
        branch=cast.gt01,
        matter=matter("别人收集的意见", deputy=cast.deputies["GT01"][2]),
        actor=cast.clerk,
        at=moment(DAY),
    )
    client = signed_in(cast.deputy)
    assert "别人收集的意见" not in client.get(reverse("opinions")).text
    assert client.get(page(other)).status_code == 404


@pytest.mark.parametrize("address", ["opinions", "page"])
def test_login_comes_first(client, ticket, address):
    url = reverse("opinions") if address == "opinions" else page(ticket)
    answer = client.get(url)
    assert answer.status_code == 302 and answer.url.startswith(reverse("login"))


def test_expired_session_leads_back_to_the_ticket_not_to_the_move(client, ticket):
    answer = client.post(step(ticket, "solve"), {"note": ANSWER})
    assert answer.status_code == 302 and answer.url.endswith(f"?next={page(ticket)}")


def test_unknown_ticket_and_unknown_move_are_404(cast, signed_in, ticket):
    client = signed_in(cast.clerk)
    assert client.get(reverse("opinion", args=[uuid.uuid4()])).status_code == 404
    assert client.post(step(ticket, "no_such_move")).status_code == 404


def test_move_takes_post_only(cast, signed_in, ticket):
    assert signed_in(cast.clerk).get(step(ticket, "solve")).status_code == 405


# --- The list ---------------------------------------------------------------------------------------------------


def numbers(answer):
    return [row.number for row in answer.context["page"].rows]


def test_filters_live_in_the_address(cast, signed_in, ticket):
    elsewhere = make_ticket(cast, cast.gt02, text="第二分站的事")
    suggestion = file_suggestion(
        deputy=cast.deputy_person, text="建议修路", category=Category.ROAD, actor=cast.deputy, at=moment(DAY)
    )
    client = signed_in(cast.clerk)
    for query, found in (
        ({}, {ticket.pk, elsewhere.pk, suggestion.pk}),
        ({"kind": "suggestion"}, {suggestion.pk}),
        ({"state": "registered"}, {suggestion.pk}),
        ({"state": "open"}, {ticket.pk, elsewhere.pk, suggestion.pk}),
        ({"state": "ended"}, set()),
        ({"station": "GT02"}, {elsewhere.pk}),
        ({"station": "GT"}, {ticket.pk, elsewhere.pk, suggestion.pk}),
        ({"q": "第二分站"}, {elsewhere.pk}),
        ({"category": "water"}, set()),
        ({"since": "2026-03-03"}, set()),
        ({"mine": "1"}, {ticket.pk, elsewhere.pk, suggestion.pk}),
    ):
        rows = client.get(reverse("opinions"), query).context["page"].rows
        assert {row.pk for row in rows} == found, query


def test_overdue_filter_follows_the_due_day(cast, signed_in, ticket):
    client = signed_in(cast.clerk)
    Opinion.objects.filter(pk=ticket.pk).update(due_on=date(2020, 1, 1))
    answer = client.get(reverse("opinions"), {"overdue": "1"})
    assert numbers(answer) == [ticket.number] and "超期" in answer.text
    Opinion.objects.filter(pk=ticket.pk).update(due_on=date(2099, 1, 1))
    assert numbers(client.get(reverse("opinions"), {"overdue": "1"})) == []


@pytest.mark.parametrize("query", [{"state": "burnt"}, {"station": "YT"}, {"since": "gestern"}, {"q": "a\0b"}])
def test_wrong_filter_shows_nothing_and_says_so(cast, signed_in, ticket, query):
    answer = signed_in(cast.clerk).get(reverse("opinions"), query)
    assert answer.status_code == 200 and numbers(answer) == [] and "筛选条件不对" in answer.text


@pytest.mark.parametrize("cursor", ["%%%", "WzFd", "bm9uc2Vuc2U", "", "WyJhIl0"])
def test_damaged_cursor_is_no_error(cast, signed_in, ticket, cursor):
    assert signed_in(cast.clerk).get(reverse("opinions"), {"after": cursor}).status_code == 200


def test_paging_forth_and_back_shows_every_ticket_once(cast, signed_in):
    made = [make_ticket(cast, text=f"第{number}件").number for number in range(60)]
    client = signed_in(cast.clerk)
    seen, url = [], reverse("opinions")
    while url:
        answer = client.get(url)
        seen += numbers(answer)
        last, url = (
            answer,
            reverse("opinions") + answer.context["links"]["next"] if answer.context["links"]["next"] else "",
        )
    assert seen == made[::-1]
    back = client.get(reverse("opinions") + last.context["links"]["previous"])
    assert numbers(back) == seen[25:50]
    first = client.get(reverse("opinions") + back.context["links"]["previous"])
    assert numbers(first) == seen[:25] and first.context["links"]["previous"] == ""


@pytest.mark.parametrize("who", ["admin", "auditor", "clerk", "head", "deputy", "officer"])
def test_list_costs_the_same_with_one_row_and_with_three(cast, signed_in, django_assert_max_num_queries, who):
    client = signed_in(getattr(cast, who))
    counts = []
    for rows in (1, 3):
        while Opinion.objects.visible_to(getattr(cast, who)).count() < rows:
            at_department(cast, make_ticket(cast))
        with django_assert_max_num_queries(13) as spent:
            assert len(client.get(reverse("opinions")).context["page"].rows) == rows
        counts.append(len(without_session(spent)))
    assert counts[0] == counts[1] <= 10


def without_session(spent):
    """The queries of the page itself: renewing the session costs savepoints only inside a test's transaction."""
    return [query for query in spent.captured_queries if "SAVEPOINT" not in query["sql"]]


def test_ticket_page_costs_a_fixed_number_of_queries(cast, signed_in, django_assert_max_num_queries, ticket):
    ticket = at_department(cast, ticket)
    for who in (cast.clerk, cast.staff, cast.officer, cast.deputy):
        client = signed_in(who)
        with django_assert_max_num_queries(36) as spent:
            client.get(page(ticket))
        assert len(without_session(spent)) <= 32, who


# --- Moves ------------------------------------------------------------------------------------------------------


def test_road_case_through_the_pages(cast, signed_in, ticket):
    for who, name, facts, state in (
        ("clerk", "escalate", {"note": "道路属镇域主干田间路"}, State.AT_STATION),
        ("clerk", "escalate", {}, State.AT_CENTRE),
        ("staff", "transfer", {"department": "jiaotong"}, State.AT_DEPARTMENT),
        ("officer", "sign_for", {}, State.AT_DEPARTMENT),
        ("officer", "reply", {"note": ANSWER, "class": "A"}, State.REPLIED),
        ("deputy", "tell", {"note": "电话告知"}, State.TOLD),
        ("clerk", "rate", {"rating": "satisfied"}, State.CLOSED),
    ):
        client = signed_in(getattr(cast, who))
        shown = client.get(page(ticket))
        assert step(ticket, name) in shown.text, (who, name)
        answer = client.post(step(ticket, name), facts | {"version": shown.context["ticket"].version}, follow=True)
        assert answer.status_code == 200 and answer.redirect_chain
        ticket.refresh_from_db()
        assert ticket.state == state
    final = signed_in(cast.deputy).get(page(ticket)).text
    assert ANSWER in final and "已办结" in final and "满意" in final


def test_short_answer_comes_back_with_what_was_typed(cast, signed_in, ticket):
    answer = signed_in(cast.clerk).post(
        step(ticket, "solve"), {"note": "办了", "class": "B", "version": ticket.version}
    )
    assert answer.status_code == 400
    text = answer.text
    assert "至少10个字" in text and 'href="#solve_note"' in text and 'id="solve_note"' in text
    assert ">\n办了</textarea>" in text and '<option value="B" selected>' in text
    ticket.refresh_from_db()
    assert ticket.state == State.AT_BRANCH


def test_department_answer_needs_text_and_keeps_it_beside_the_result_buttons(cast, signed_in, ticket):
    ticket = at_department(cast, ticket)
    answer = signed_in(cast.officer).post(step(ticket, "reply"), {"note": "太短", "class": "C"})
    assert answer.status_code == 400 and ">\n太短</textarea>" in answer.text
    assert [f'value="{letter}" id="reply_class_{letter}"' in answer.text for letter in "ABCD"] == [True] * 4


def test_unsatisfied_without_reason_is_refused(cast, signed_in, ticket):
    ticket = move_opinion(opinion=ticket, move="solve", actor=cast.clerk, at=moment(DAY), note=ANSWER)
    ticket = move_opinion(opinion=ticket, move="tell", actor=cast.clerk, at=moment(DAY))
    answer = signed_in(cast.clerk).post(step(ticket, "rate"), {"rating": "unsatisfied"})
    assert answer.status_code == 400 and "不满意请写原因" in answer.text
    assert 'value="unsatisfied"' in answer.text and "checked" in answer.text.split('value="unsatisfied"')[1][:80]


def test_stale_page_says_who_did_what_and_keeps_the_text(cast, signed_in, ticket):
    old = ticket.version
    move_opinion(opinion=ticket, move="urge", actor=cast.staff, at=moment(DAY, 12))
    answer = signed_in(cast.clerk).post(step(ticket, "solve"), {"note": ANSWER, "version": old})
    assert answer.status_code == 412
    assert "县工作人员3月2日12:00做了“催办”" in answer.text and ANSWER in answer.text
    assert f'name="version" value="{old + 1}"' in answer.text
    ticket.refresh_from_db()
    assert ticket.state == State.AT_BRANCH


def test_conflict_shows_the_fresh_state_and_keeps_the_text_for_copying(cast, signed_in, ticket):
    move_opinion(opinion=ticket, move="solve", actor=cast.head, at=moment(DAY, 12), note=ANSWER)
    answer = signed_in(cast.clerk).post(step(ticket, "escalate"), {"note": "请镇里研究这条路怎么修"})
    assert answer.status_code == 409 and answer.context["orphan"]
    for words in ("不能上报", "已答复,待告知", "请镇里研究这条路怎么修"):
        assert words in answer.text


def test_move_of_somebody_else_is_403(cast, signed_in, ticket):
    answer = signed_in(cast.deputy).post(step(ticket, "solve"), {"note": ANSWER})
    assert answer.status_code == 403 and "不由您的账号办理" in answer.text


@pytest.mark.parametrize("version", ["abc", "99999999999999999999", "-1"])
def test_odd_version_counts_as_an_old_one(cast, signed_in, ticket, version):
    answer = signed_in(cast.clerk).post(step(ticket, "escalate"), {"version": version})
    assert answer.status_code == 412


def test_auditor_is_offered_no_move(cast, signed_in, ticket):
    answer = signed_in(cast.auditor).get(page(ticket))
    assert answer.context["steps"] == [] and "现在不用您办" in answer.text


def test_ticket_returned_as_wrong_leads_the_department_back_to_its_inbox(cast, signed_in, ticket):
    ticket = at_department(cast, ticket)
    answer = signed_in(cast.officer).post(step(ticket, "return_wrong"), {"note": "属于水利部门的职责"})
    assert answer.status_code == 302 and answer.url == reverse("office")


def test_transfer_offers_only_departments_in_use_of_the_county(cast, signed_in, ticket):
    for _ in range(2):
        ticket = move_opinion(opinion=ticket, move="escalate", actor=cast.clerk, at=moment(DAY))
    client = signed_in(cast.staff)
    assert 'value="shuili"' in client.get(page(ticket)).text
    answer = client.post(step(ticket, "transfer"), {"department": "no-such"})
    assert answer.status_code == 400
    ticket.refresh_from_db()
    assert ticket.state == State.AT_CENTRE


def test_one_name_for_one_holder_and_who_is_waited_for(cast, signed_in, ticket):
    """县人大办公室 in the message, at the top of the page and in the history; not the official name of the place."""
    signed_in(cast.clerk).post(step(ticket, "escalate"))
    answer = signed_in(cast.clerk).post(step(ticket, "escalate"), follow=True)
    assert answer.text.count("县人大办公室") >= 3 and "现在由县人大办公室办理" in answer.text
    assert cast.county.full_name not in answer.text.split('id="hist"')[1]
    signed_in(cast.staff).post(step(ticket, "transfer"), {"department": "shuili"}, follow=True)
    officer = signed_in(cast.other_officer)
    answer = officer.post(step(ticket, "ask_villager"), {"note": "是哪一段"}, follow=True)
    assert "已记下,现在等反映人补充情况" in answer.text and "现在由" not in answer.text
    signed_in(cast.clerk).post(step(ticket, "resume"), follow=True)
    answer = signed_in(cast.other_officer).post(step(ticket, "reply"), {"note": ANSWER, "class": "A"}, follow=True)
    assert "等本单位负责人签发" in answer.text and "现在由" not in answer.text


def test_the_history_names_the_ticket_it_was_merged_into(cast, signed_in, ticket):
    into = make_ticket(cast, text="同一条路")
    answer = signed_in(cast.clerk).post(step(ticket, "merge"), {"into": into.number}, follow=True)
    assert f"并入{into.register.name}{into.number}" in answer.text.split('id="hist"')[1]


def test_what_waits_for_a_signer_comes_first_and_the_title_is_the_heading(cast, signed_in):
    """附议, then 签字 of the talk, then 评价; each stands before the body in the page itself, so on a phone too."""
    ticket = file_suggestion(
        deputy=cast.deputy_person, title="修桥的建议", text="建议修桥", category=Category.ROAD, actor=cast.deputy,
        at=moment(DAY), cosigners=[cast.head_person],
    )  # fmt: skip

    def shown(who):
        return signed_in(who).get(page(ticket))

    def comes_first(answer):
        return "现在可以办" in answer.text and answer.text.index('id="act"') < answer.text.index("t-body")

    asked = shown(cast.head)
    assert comes_first(asked) and asked.context["asks"].invited and asked.text.count("同意附议") == 1
    assert "<h1>修桥的建议</h1>" in asked.text and f"<title>建议:修桥的建议 {ticket.number}" in asked.text
    assert "反映人" not in asked.text
    assert shown(cast.deputy).context["asks"] is None and "现在不用您办" in shown(cast.deputy).text
    assert not comes_first(shown(cast.clerk)) and "登记纸质签名" in shown(cast.clerk).text
    signed_in(cast.head).post(
        reverse("suggestion-cosigner", args=[ticket.uid, cast.head_person.code]), {"do": "confirm"}
    )
    assert shown(cast.head).context["asks"] is None and "收回附议" in shown(cast.head).text
    for who, name, facts in (
        (cast.clerk, "accept", {}), (cast.clerk, "escalate", {}), (cast.staff, "transfer", {"department": cast.jiaotong}),
    ):  # fmt: skip
        ticket = move_opinion(opinion=ticket, move=name, actor=who, at=moment(DAY, 11), **facts)
    talk = record_consultation(
        opinion=ticket, held_on=DAY, way="meeting", text="已和代表谈过", actor=cast.officer, at=moment(DAY, 12)
    )
    sign = reverse("consultation-sign", args=[ticket.uid, talk.pk])
    asked = shown(cast.deputy)
    assert comes_first(asked) and asked.context["asks"].talks == [talk] and asked.text.count(sign) == 1
    assert "登记纸质签字" in shown(cast.clerk).text and shown(cast.head).context["asks"] is None
    signed_in(cast.deputy).post(sign)
    assert shown(cast.deputy).context["asks"] is None
    move_opinion(opinion=ticket, move="reply", actor=cast.officer, at=moment(DAY, 13), note=ANSWER, **{"class": "A"})
    move_opinion(opinion=ticket, move="tell", actor=cast.clerk, at=moment(DAY, 14))
    for who in (cast.deputy, cast.head):
        asked = shown(who)
        assert comes_first(asked) and asked.context["asks"].rates and step(ticket, "rate") in asked.text
        assert "哪位代表的评价" not in asked.text  # everybody for oneself
    for_others = shown(cast.clerk)
    assert "哪位代表的评价" in for_others.text and not comes_first(for_others)
    assert f'value="{cast.head_person.code}"' in for_others.text
    signed_in(cast.deputy).post(step(ticket, "rate"), {"rating": "satisfied"})
    assert shown(cast.deputy).context["asks"] is None


# --- Who may read what ------------------------------------------------------------------------------------------


def test_each_look_at_the_villager_is_recorded(cast, signed_in, ticket):
    client = signed_in(cast.clerk)
    for looks in (1, 2):
        assert "张三" in client.get(page(ticket)).text
        assert AuditLog.objects.filter(action="look_at_villager", actor=cast.clerk).count() == looks
    assert "张三" not in str(list(AuditLog.objects.values_list("detail", flat=True)))


@pytest.mark.parametrize(("confidential", "shown"), [(False, True), (True, False)])
def test_confidential_villager_is_hidden_from_the_department(cast, signed_in, confidential, shown):
    ticket = at_department(cast, make_ticket(cast, confidential=confidential))
    text = signed_in(cast.officer).get(page(ticket)).text
    assert ("张三" in text, "19900009999" in text) == (shown, shown)
    assert AuditLog.objects.filter(action="look_at_villager").exists() is shown


def test_auditor_and_list_never_show_the_villager(cast, signed_in, ticket):
    assert "张三" not in signed_in(cast.auditor).get(page(ticket)).text
    assert "张三" not in signed_in(cast.clerk).get(reverse("opinions")).text


def test_unsigned_answer_stays_inside_the_department(cast, signed_in, ticket):
    for who, name, facts in (
        (cast.clerk, "escalate", {}), (cast.clerk, "escalate", {}), (cast.staff, "transfer", {"department": cast.shuili}),
        (cast.other_officer, "reply", {"note": "这是还没签发的答复稿子", "class": "B"}),
    ):  # fmt: skip
        ticket = move_opinion(opinion=ticket, move=name, actor=who, at=moment(DAY), **facts)
    assert "这是还没签发的答复稿子" in signed_in(cast.other_officer).get(page(ticket)).text
    for who in (cast.clerk, cast.staff, cast.deputy):
        assert "这是还没签发的答复稿子" not in signed_in(who).get(page(ticket)).text
