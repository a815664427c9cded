"""Supervision: the directors' list, what a ticket's page says of it, another director for one."""

from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from activities.services import Matter
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.models import AuditLog
from julu_liaison.notices.models import Notice
from opinions.models import Director, Hop
from opinions.services import move_opinion, register_opinion
from opinions.services.supervising import change_director
from tests.cast import moment

DAY = date(2026, 3, 2)
AT = moment(DAY)
ANSWER = "已经组织人手把塌陷的路面填平,恢复通行。"


@pytest.fixture
def directors(cast):
    names = (("李主任", "主任", 1), ("王副主任", "副主任", 2))
    return [
        Director.objects.create(county=cast.county, name=name, position=position, official_order=order)
        for name, position, order in names
    ]


def supervised(cast, director=None, text="村西的路塌了"):
    matter = Matter(text, villager_name="张三", villager_phone="19900009999", villager_village="安家庄村")
    ticket = register_opinion(branch=cast.gt01, matter=matter, actor=cast.clerk, at=AT)
    return move_opinion(
        opinion=ticket, move="supervise", actor=cast.staff, at=AT, note="请一个月内办好", director=director
    )


def change(ticket, director, actor, reason="分工调整", **more):
    return change_director(opinion=ticket, director=director, reason=reason, actor=actor, at=moment(DAY, 15), **more)


def test_the_list_goes_director_by_director_with_what_the_meeting_asks(cast, signed_in, directors):
    nobodys, second, first = (
        supervised(cast, director, text)
        for director, text in ((None, "没有领导的"), (directors[1], "第二件"), (directors[0], "第一件"))
    )
    for _time in range(2):
        move_opinion(opinion=first, move="urge", actor=cast.staff, at=moment(DAY, 11))
    done = supervised(cast, directors[0], "办完的")
    for move, facts in (("solve", {"note": ANSWER}), ("tell", {}), ("rate", {"rating": "satisfied"})):
        done = move_opinion(opinion=done, move=move, actor=cast.clerk, at=moment(DAY, 12), **facts)
    answer = signed_in(cast.staff).get(reverse("supervised"))
    groups = answer.context["groups"]
    assert [(director, [item.ticket.pk for item in items]) for director, items in groups] == [
        (directors[0], [first.pk]), (directors[1], [second.pk]), (None, [nobodys.pk]),
    ]  # fmt: skip
    item = groups[0][1][0]
    assert item.urged == 2 and item.last_words == "催办(县工作人员)" and item.ticket.is_overdue(date(2026, 4, 1))
    assert [item.ticket.pk for item in answer.context["done"]] == [done.pk]
    assert "请一个月内办好" in answer.text and "主任会议督办件清单" in answer.text and "张三" not in answer.text
    opened = signed_in(cast.staff).get(f"{reverse('opinions')}?supervised=1&state=open&director={directors[0].pk}")
    assert [row.pk for row in opened.context["page"].rows] == [first.pk]
    file = signed_in(cast.auditor).get(reverse("supervised"), {"format": "xlsx"})
    rows = list(load_workbook(BytesIO(b"".join(file.streaming_content)))["督办件"].values)
    assert rows[2][:5] == ("主任李主任", "官亭镇" + first.number, "社情民意", "第一件", "请一个月内办好") and rows[2][11] == 2
    assert [row[0] for row in rows[2:]] == ["主任李主任", "副主任王副主任", "没有指定领导"]


def test_the_list_is_the_countys_and_costs_the_same_with_one_and_three(cast, signed_in, directors):
    for who in ("clerk", "head", "deputy", "officer", "chief"):
        assert signed_in(getattr(cast, who)).get(reverse("supervised")).status_code == 403
    client, costs = signed_in(cast.auditor), []
    for number in (1, 2):
        for _time in range(number):
            supervised(cast, directors[number - 1])
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("supervised")).status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1]


def test_another_director_with_the_reason_in_the_history(cast, directors):
    ticket = supervised(cast, directors[0])
    before = (ticket.state, ticket.due_on)
    change(ticket, directors[1], cast.admin, version=ticket.version)
    ticket.refresh_from_db()
    hop = ticket.hops.in_order().last()
    assert ticket.supervision.director == directors[1] and (ticket.state, ticket.due_on) == before
    assert (hop.move, hop.from_state, hop.to_state, hop.version) == ("change_director", *before[:1] * 2, ticket.version)
    assert hop.note == "由主任李主任改为副主任王副主任:分工调整"
    assert AuditLog.objects.filter(action="change_director", actor=cast.admin, target_key=str(ticket.uid)).count() == 1
    assert Notice.objects.filter(user=cast.head, text__contains="改由副主任王副主任督办").exists()


def test_what_does_not_fit_is_refused_and_changes_nothing(cast, directors):
    ticket, plain = supervised(cast, directors[0]), supervised(cast)
    retired = Director.objects.create(county=cast.county, name="赵", position="原主任", is_active=False)
    for who in (cast.clerk, cast.auditor, cast.officer, cast.deputy):
        with pytest.raises(NotAllowed):
            change(ticket, directors[1], who)
    for director, reason, fields in (
        (None, "", {"director", "reason"}), (retired, "换", {"director"}), (directors[0], "换", {"director"}),
        (directors[1], "长" * 201, {"reason"}),
    ):  # fmt: skip
        with pytest.raises(DomainError) as refused:
            change(ticket, director, cast.staff, reason)
        assert set(refused.value.fields) == fields
    with pytest.raises(StaleVersion, match="县工作人员3月2日10:00做了“列入督办”"):
        change(ticket, directors[1], cast.admin, version=ticket.version - 1)
    move_opinion(opinion=plain, move="void", actor=cast.staff, at=AT, note="登记错了")
    with pytest.raises(Conflict, match="已经结束"):
        change(plain, directors[1], cast.staff)
    without = register_opinion(branch=cast.gt01, matter=Matter("另一件"), actor=cast.clerk, at=AT)
    with pytest.raises(Conflict, match="没有列入督办"):
        change(without, directors[1], cast.staff)
    assert not Hop.objects.filter(move="change_director").exists()
    ticket.refresh_from_db()
    assert ticket.supervision.director == directors[0]


def test_the_tickets_page_says_who_supervises_and_the_county_changes_it_there(cast, signed_in, directors):
    ticket = supervised(cast, directors[0])
    page, address = reverse("opinion", args=[ticket.uid]), reverse("opinion-director", args=[ticket.uid])
    shown = signed_in(cast.clerk).get(page)
    assert "主任李主任" in shown.text and "请一个月内办好" in shown.text and address not in shown.text
    for who, status in (("clerk", 403), ("auditor", 403), ("stranger", 404), ("officer", 404)):
        assert signed_in(getattr(cast, who)).get(address).status_code == status
    client = signed_in(cast.staff)
    assert address in client.get(page).text and client.get(address).status_code == 200
    sent = {"director": directors[1].pk, "reason": "", "version": ticket.version}
    refused = client.post(address, sent)
    assert refused.status_code == 400 and "请写改换的原因" in refused.text
    assert f'value="{directors[1].pk}" selected' in refused.text
    move_opinion(opinion=ticket, move="urge", actor=cast.admin, at=AT)
    stale = client.post(address, sent | {"reason": "分工调整"})
    assert stale.status_code == 412 and "分工调整" in stale.text and "做了“催办”" in stale.text
    assert f'name="version" value="{ticket.version + 1}"' in stale.text
    done = client.post(address, sent | {"reason": "分工调整", "version": ticket.version + 1})
    assert done.status_code == 302 and "改换督办领导" in client.get(page).text
    plain = register_opinion(branch=cast.gt01, matter=Matter("另一件"), actor=cast.clerk, at=AT)
    assert client.get(reverse("opinion-director", args=[plain.uid])).status_code == 404
