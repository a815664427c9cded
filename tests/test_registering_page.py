"""Registering an opinion outside a duty log: for whom, what comes back when refused, one ticket for a form sent twice."""

from uuid import uuid4

import pytest
from django.urls import reverse

from activities.states import Category
from julu_liaison.common.models import AuditLog
from opinions.models import Opinion
from opinions.services.desks import enter_opinion
from opinions.states import State
from stations.services import close_station
from tests.cast import OPENED, clear_branch, moment
from tests.test_ticket_pages import DAY, matter

STATION, MINE = "/station/opinions/new/", "/me/opinions/new/"
TEXT = "村西的桥栏杆断了,孩子上学不安全"
WHO = {"villager_name": "郑冬梅", "villager_phone": "19900007001", "villager_village": "安家庄村"}


def typed(cast, **fields):
    known = {"text": TEXT, "branch": "GT01", "category": "", "deputy": str(cast.deputy_person.pk), "key": str(uuid4())}
    return known | WHO | fields


MAY = {  # at the station's desk, for oneself
    "clerk": (200, 403), "stranger": (200, 403), "head": (200, 200), "deputy": (403, 200), "admin": (403, 403),
    "staff": (403, 403), "auditor": (403, 403), "officer": (403, 403), "chief": (403, 403),
}  # fmt: skip


def test_who_registers_where(cast, signed_in):
    for who, statuses in MAY.items():
        client = signed_in(getattr(cast, who))
        assert (client.get(STATION).status_code, client.get(MINE).status_code) == statuses, who
    client.logout()
    assert client.get(STATION).status_code == client.get(MINE).status_code == 302


def test_clerk_registers_for_any_branch_of_the_station_and_a_form_sent_twice_is_one_ticket(cast, signed_in):
    client = signed_in(cast.clerk)
    page = client.get(STATION).text
    assert "GT01" in page and "GT02" in page and "YT01" not in page and "data-draft" in page
    assert page.count("data-private") == 3  # name, phone and village stay in the tab
    assert 'data-similar="/opinions/similar/"' in page and "js/similar.js" in page
    form = typed(cast, confidential="on")
    answers = [client.post(STATION, form) for _click in range(2)]
    ticket = Opinion.objects.get()
    assert [answer.url for answer in answers] == [reverse("opinion", args=[ticket.uid])] * 2
    assert (ticket.text, ticket.category, ticket.deputy, ticket.branch) == (
        TEXT,
        Category.EDUCATION,
        cast.deputy_person,
        cast.gt01,
    )
    assert ticket.confidential and ticket.villager_name == "郑冬梅" and ticket.state == State.AT_BRANCH
    assert str(ticket.uid) != form["key"]
    kept = " ".join(str(row.detail) for row in AuditLog.objects.filter(target_kind="opinion"))
    assert not any(value in kept for value in WHO.values())
    # Back in the browser the same form with other words is another matter, and another person's form is their own.
    assert client.post(STATION, form | {"text": "另一件事,路灯不亮"}).status_code == 302
    assert signed_in(cast.head).post(STATION, form).status_code == 302
    assert Opinion.objects.count() == 3


def test_refused_with_everything_that_was_typed(cast, signed_in):
    client = signed_in(cast.clerk)
    for wrong, sentence in (
        ({"text": " "}, "请写清反映的是什么事"), ({"text": "长" * 2001}, "请控制在2000字以内"), ({"branch": ""}, "请选分站"),
        ({"branch": "YT01"}, "分站请从列表里选"), ({"deputy": str(cast.deputies["YT01"][0].pk)}, "请从列表里选"),
        ({"deputy": str(cast.deputies["GT02"][0].pk)}, "不是本分站的代表"), ({"category": "cars"}, "类别请从列表里选"),
        ({"villager_phone": "12"}, "电话要填11位手机号"), ({"villager_phone": "1380319"}, "这里有7位数字"),
    ):  # fmt: skip
        answer = client.post(STATION, typed(cast, **wrong))
        assert answer.status_code == 400 and sentence in answer.text, wrong
        assert "郑冬梅" in answer.text and wrong.get("villager_phone", "19900007001") in answer.text
    assert not Opinion.objects.exists()
    client.post(STATION, typed(cast, villager_phone="+86 199-0000-7009"))
    assert Opinion.objects.get().villager_phone == "19900007009"


def test_deputy_registers_for_oneself_at_the_own_branch_only(cast, signed_in):
    client = signed_in(cast.deputy)
    page = client.get(MINE).text
    assert "哪位代表收集的" not in page and "GT01" in page and "GT02" not in page
    assert client.post(MINE, typed(cast, branch="GT02")).status_code == 400
    answer = client.post(MINE, typed(cast, deputy=str(cast.head_person.pk), key="not a key"))
    assert answer.status_code == 400  # a broken form, not another one each time
    answer = client.post(MINE, typed(cast, deputy=str(cast.head_person.pk), key=""))
    assert Opinion.objects.get().deputy == cast.deputy_person
    assert client.get(answer.url).status_code == 200


def test_branch_that_closed_meanwhile_is_told_in_words(cast):
    clear_branch(cast, cast.gt02, to=cast.gt01, on=OPENED)
    close_station(station=cast.gt02, closed_on=DAY, actor=cast.admin, at=moment(DAY))
    with pytest.raises(Exception, match="已经撤销"):
        enter_opinion(key=uuid4(), branch=cast.gt02, matter=matter(), actor=cast.clerk, at=moment(DAY))


def test_page_costs_the_same_for_more_branches(cast, signed_in, django_assert_num_queries):
    client = signed_in(cast.clerk)
    client.get(STATION)
    with django_assert_num_queries(7):
        client.get(STATION)
