"""A department's first page: what waits in which group, most urgent first; who is told with which link."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from julu_liaison.common.working_days import today_here
from opinions.models import Opinion
from opinions.services import file_suggestion, move_opinion
from opinions.services.offices.inbox import SHOWN, inbox_of
from tests.cast import moment
from tests.test_ticket_pages import ANSWER, DAY, at_department, make_ticket, step, without_session

REPLY = {"note": ANSWER, "class": "A"}


def act(ticket, name, who, hour=12, day=DAY, **facts):
    return move_opinion(opinion=ticket, move=name, actor=who, at=moment(day, hour), **facts)


def suggestion_at_department(cast, **facts):
    ticket = file_suggestion(
        deputy=cast.deputy_person, text="建议修桥", title="修桥", category="road", actor=cast.deputy, at=moment(DAY)
    )
    for who, name, more in (
        (cast.clerk, "accept", {}), (cast.clerk, "escalate", {}),
        (cast.staff, "transfer", {"department": cast.jiaotong} | facts),
    ):  # fmt: skip
        ticket = act(ticket, name, who, **more)
    return ticket


def groups(user, on=DAY, **query):
    found = inbox_of(departments=[user.postings.get().department_id], on=on, **query)
    return {one.group.key: [row.ticket.pk for row in one.rows] for one in found}


def test_a_ticket_goes_through_the_groups(cast):
    ticket = at_department(cast, make_ticket(cast))
    assert groups(cast.officer) == {"sign_for": [ticket.pk]} and groups(cast.other_officer) == {}
    act(ticket, "sign_for", cast.officer)
    assert groups(cast.officer) == {"answer": [ticket.pk]} == groups(cast.officer, claimed_by=cast.officer)
    assert groups(cast.officer, claimed_by=cast.chief) == {}
    act(ticket, "claim", cast.chief)
    assert groups(cast.officer, claimed_by=cast.chief) == {"answer": [ticket.pk]}
    act(ticket, "ask_villager", cast.officer, note="请说明是哪一段")
    assert groups(cast.officer) == {"wait": [ticket.pk]}
    act(ticket, "resume", cast.clerk)
    cast.jiaotong.signature_needed = True
    cast.jiaotong.save()
    act(ticket, "reply", cast.officer, **REPLY)
    assert groups(cast.chief) == {"sign": [ticket.pk]}
    words = [inbox_of(departments=[cast.jiaotong.pk], on=DAY, heads=heads)[0].group for heads in (True, False)]
    assert [(group.title, group.step) for group in words] == [("等签发", "sign_reply"), ("等负责人签发", "")]
    act(ticket, "sign_reply", cast.chief)
    assert groups(cast.officer) == {}
    act(ticket, "rework", cast.staff, note="没有办好")
    assert groups(cast.officer) == {"rework": [ticket.pk]}


def test_a_suggestion_of_class_b_is_tracked_by_its_promise_and_assisting_has_its_own_day(cast):
    ticket = suggestion_at_department(cast, assisting=[cast.shuili])
    assert groups(cast.other_officer) == {"assist": [ticket.pk]}
    assert groups(cast.other_officer, claimed_by=cast.other_officer) == {}
    (waiting,) = inbox_of(departments=[cast.shuili.pk], on=DAY)
    assert waiting.rows[0].due_on == date(2026, 4, 2)  # one month, while the ticket itself has three
    act(ticket, "assist_opinion", cast.other_officer, note="河道一侧由我们配合")
    assert groups(cast.other_officer) == {}
    act(ticket, "reply", cast.officer, **REPLY | {"class": "B", "promised_on": date(2026, 9, 1)})
    assert groups(cast.officer) == {}
    act(ticket, "tell", cast.clerk)
    act(ticket, "rate", cast.deputy, rating="satisfied")
    (waiting,) = inbox_of(departments=[cast.jiaotong.pk], on=DAY)
    assert (waiting.group.key, waiting.rows[0].due_on) == ("track", date(2026, 9, 1))


def test_overdue_first_then_by_days_left_and_a_long_group_leads_to_the_list(cast, signed_in):
    tickets = [act(at_department(cast, make_ticket(cast)), "sign_for", cast.officer) for _number in range(3)]
    today = today_here()
    for ticket, days in zip(tickets, (5, -3, None), strict=True):
        Opinion.objects.filter(pk=ticket.pk).update(due_on=today + timedelta(days=days) if days else None)
    answer = signed_in(cast.officer).get(reverse("office"))
    (group,) = answer.context["groups"]
    assert [row.ticket.pk for row in group.rows] == [tickets[1].pk, tickets[0].pk, tickets[2].pk]
    assert "超期3天" in answer.text and "还剩5天" in answer.text and "o-late" in answer.text
    assert "交通经办人承办" in answer.text and "张三" not in answer.text and "19900009999" not in answer.text
    for ticket in tickets:
        ticket.pk, ticket.uid = None, None
    source = Opinion.objects.get(pk=group.rows[0].ticket.pk)
    Opinion.objects.bulk_create(
        Opinion(**{field.attname: getattr(source, field.attname) for field in Opinion._meta.concrete_fields
                   if field.name not in ("id", "uid", "number", "visit")}, number=f"多{number}")
        for number in range(SHOWN)
    )  # fmt: skip
    answer = signed_in(cast.officer).get(reverse("office"))
    assert len(answer.context["groups"][0].rows) == SHOWN and "到列表里看全部" in answer.text
    assert "mine=1&amp;state=at_department" in answer.text or "mine=1&state=at_department" in answer.text


def test_a_group_with_something_overdue_or_nearly_due_comes_before_the_order_of_work(cast, signed_in):
    today = today_here()
    answering = act(at_department(cast, make_ticket(cast)), "sign_for", cast.officer)
    reworked = act(at_department(cast, make_ticket(cast)), "reply", cast.officer, **REPLY)
    act(reworked, "rework", cast.staff, note="没有办好")

    def order(**days):
        for ticket, left in ((answering, days["answer"]), (reworked, days["rework"])):
            due_on = None if left is None else today + timedelta(days=left)
            Opinion.objects.filter(pk=ticket.pk).update(due_on=due_on)
        return list(groups(cast.officer, on=today))

    assert order(answer=4, rework=40) == order(answer=2, rework=1) == order(answer=3, rework=2) == ["rework", "answer"]
    assert order(answer=-1, rework=-9) == order(answer=9, rework=None) == ["rework", "answer"]
    assert (
        order(answer=3, rework=4) == order(answer=-1, rework=0) == order(answer=0, rework=None) == ["answer", "rework"]
    )
    order(answer=-7, rework=2)
    heads = [
        part.split("</div>")[0] for part in signed_in(cast.officer).get(reverse("office")).text.split('card-h">')[1:]
    ]
    assert ["超期7天" in heads[0], "还剩2天" in heads[1]] == [True, True]


def test_after_a_rejection_the_reason_and_what_happened_reach_the_department_without_the_villager(cast):
    ticket = at_department(cast, make_ticket(cast))
    act(ticket, "reply", cast.officer, **REPLY)
    act(ticket, "tell", cast.deputy)
    assert cast.head.notices.filter(text__contains="已经把结果告诉反映人,请记下是否满意").count() == 1
    act(
        ticket,
        "rate",
        cast.clerk,
        rating="unsatisfied",
        note="张三(19900009999,也可打19900008888)说路又塌了。" + "塌" * 250,
    )
    told = cast.officer.notices.order_by("-pk").first()
    assert "反映人不满意,请重新办理。原因:" in told.text and "又塌了" in told.text and told.text.endswith("…")
    assert len(told.text) == 200 and not any(word in told.text for word in ("张三", "19900009999", "19900008888"))
    assert told.link == ticket.page
    act(ticket, "reply", cast.officer, **REPLY)
    act(ticket, "rework", cast.staff, note="只填了一半")
    assert cast.chief.notices.order_by("-pk").first().text.endswith("县人大要求重新办理。原因:只填了一半")
    act(ticket, "reply", cast.officer, **REPLY)
    act(ticket, "tell", cast.deputy)
    act(ticket, "rate", cast.clerk, rating="satisfied")
    act(ticket, "reopen", cast.clerk, note="雨后又塌")
    assert cast.chief.notices.order_by("-pk").first().text.endswith("反映人反映没有解决,请重新办理。原因:雨后又塌")


def test_waiting_for_the_villager_is_told_to_those_who_know_the_villager(cast):
    ticket = at_department(cast, make_ticket(cast))
    act(ticket, "ask_villager", cast.officer, note="是哪一段路")
    for user in (cast.deputy, cast.head, cast.clerk):
        assert user.notices.order_by("-pk").first().text.endswith("要反映人补充情况,补充以后接着办理。原因:是哪一段路")
    assert not cast.chief.notices.filter(text__contains="补充").exists()
    act(ticket, "resume", cast.clerk)
    assert cast.chief.notices.order_by("-pk").first().text.endswith("反映人的补充情况收到了,请接着办理。")


def test_an_answer_to_what_nobody_with_an_account_raised_is_told_to_branch_and_station(cast):
    """Registered at the desk without a deputy, it would otherwise be nobody's to pass on."""
    cast.deputy_person.user = None
    cast.deputy_person.save()
    ticket = at_department(cast, make_ticket(cast))
    act(ticket, "reply", cast.officer, **REPLY)
    for user in (cast.clerk, cast.head):
        assert user.notices.order_by("-pk").first().text == f"{ticket.full_number}有答复了,请告诉反映人,并记下是否满意。"
    assert not cast.stranger.notices.filter(text__contains="有答复了").exists()


def test_inbox_costs_the_same_with_one_row_and_with_three(cast, signed_in, django_assert_max_num_queries):
    client, counts = signed_in(cast.officer), []
    for rows in (1, 3):
        while Opinion.objects.visible_to(cast.officer).count() < rows:
            at_department(cast, make_ticket(cast))
        with django_assert_max_num_queries(20) as spent:
            assert len(client.get(reverse("office")).context["groups"][0].rows) == rows
        counts.append(len(without_session(spent)))
    assert counts[0] == counts[1] <= 14


def test_main_action_is_one_click_away_and_an_empty_page_says_so(cast, signed_in):
    client = signed_in(cast.officer)
    assert "现在没有要办的" in client.get(reverse("office")).text
    assert "您手里没有要办的" in client.get(reverse("office"), {"mine": "1"}).text
    ticket = at_department(cast, make_ticket(cast))
    assert f'action="{step(ticket, "sign_for")}"' in client.get(reverse("office")).text
    client.post(step(ticket, "sign_for"), {"version": ticket.version})
    ticket.refresh_from_db()
    assert ticket.claimed_by == cast.officer
    assert f"{reverse('opinion', args=[ticket.uid])}#reply" in client.get(reverse("office")).text


@pytest.mark.parametrize("who", ["admin", "staff", "auditor", "clerk", "stranger", "head", "deputy", "system"])
def test_pages_of_departments_are_theirs(cast, signed_in, who):
    client = signed_in(getattr(cast, who))
    for name in ("office", "sample-answers"):
        assert client.get(reverse(name)).status_code == 403, name


def test_department_people_are_told_and_nobody_else_and_no_key_is_kept(cast):
    ticket = at_department(cast, make_ticket(cast))
    for user in (cast.officer, cast.chief):
        assert user.notices.get().link == ticket.page
    act(ticket, "urge", cast.staff)
    act(ticket, "request_extension", cast.officer, note="等材料", amount=5)
    assert cast.staff.notices.get(text__contains="申请延期").link == "/console/extensions/"
    act(ticket, "decide_extension", cast.staff, granted=True)
    assert {note.link for note in cast.chief.notices.all()} == {ticket.page} and cast.chief.notices.count() == 3
    act(ticket, "reassign", cast.staff, department=cast.shuili, note="属水利")
    assert cast.other_officer.notices.get().link == ticket.page
    act(ticket, "reply", cast.other_officer, **REPLY)
    assert not cast.other_officer.notices.filter(text__contains="签发")
    act(ticket, "return_wrong", cast.other_officer, note="属交通")
    staff = cast.staff.notices.order_by("-pk").first()
    assert staff.link == f"/opinions/{ticket.uid}/" and "退回" in staff.text


def test_the_head_is_told_of_a_draft_and_the_officer_of_its_return(cast):
    cast.jiaotong.signature_needed = True
    cast.jiaotong.save()
    ticket = at_department(cast, make_ticket(cast))
    act(ticket, "reply", cast.officer, **REPLY)
    assert cast.chief.notices.filter(text__contains="答复稿拟好了").count() == 1
    act(ticket, "return_reply", cast.chief, note="写明日期")
    assert cast.officer.notices.filter(text__contains="退回重拟").count() == 1
