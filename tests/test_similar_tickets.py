"""Look-alikes: found by what words say, not by what everybody writes; in scope only, without the villager, cheaply."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.services import Matter
from activities.states import Category
from opinions.models import Opinion
from opinions.rules.similar import MOST_WORDS, most_alike, telling_words
from opinions.services import file_suggestion, move_opinion, register_opinion
from opinions.services.desks import look_alikes, similar_tickets
from opinions.views.desks.similar import TypingThrottle
from stations.querysets import forget_scope
from tests.cast import moment

DAY = date(2026, 3, 2)
ASKED = "村北路灯坏了三盏"
LIGHTS = "安家庄村主街路灯不亮,老人晚上出门看不清"
# What a county hears in a week; none of it is about lights.
OTHERS = (
    "希望尽快解决村民出行问题", "村北水渠坏了三处,浇不上地", "希望给学校门口装减速带", "小区物业收费高,群众反映强烈",
    "自来水水压低,三楼没有水", "建议增加通往县城的公交车", "卫生院没有儿科医生", "村口垃圾没人清运,气味大",
    "希望增加养老服务点", "农田机井坏了没人修",
)  # fmt: skip


def ticket(cast, text, branch=None, **fields):
    branch = branch or cast.gt01
    clerk = cast.clerk if branch.parent_id == cast.gt.pk else cast.stranger
    matter = Matter(text, Category.OTHER, villager_name="郑冬梅", villager_phone="19900007001", **fields)
    return register_opinion(branch=branch, matter=matter, actor=clerk, at=moment(DAY))


@pytest.fixture
def week(cast):
    """Ten other opinions, and one about lights in each of two branches and in the other station."""
    for text in OTHERS:
        ticket(cast, text)
    cast.lights = [ticket(cast, LIGHTS), ticket(cast, "学校门前路灯坏了", cast.gt02), ticket(cast, LIGHTS, cast.yt01)]
    return cast


def texts(tickets):
    return [one.text for one in tickets]


# --- The rule ---------------------------------------------------------------------------------------------------


def test_telling_words_are_few_and_leave_out_what_everybody_says():
    assert telling_words("希望尽快解决群众反映的问题") == []
    words = telling_words("希望解决村北路灯坏了三盏的问题")
    assert {"路灯", "灯坏"} <= set(words) and not {"希望", "决村", "坏了", "三盏"} & set(words)
    assert set(words[-2:]) == {"村北", "北路"}  # what only names a place comes last
    assert len(telling_words("".join(OTHERS))) == MOST_WORDS
    assert telling_words("'); DROP | & ! :* \\ 路灯") == [
        "dr",
        "ro",
        "op",
        "路灯",
    ]  # no sign of a query's grammar is left


def test_a_shared_place_alone_is_not_alike_and_rare_pairs_weigh_more():
    others = [(text, 0) for text in (*OTHERS, LIGHTS)]
    assert most_alike(ASKED, others, most=5) == [len(OTHERS)]
    assert most_alike("希望尽快解决", others, most=5) == [] == most_alike("", others, most=5)
    assert most_alike("苏家堤村回迁房交房晚了", [("北苏家堤村集上买到掺假的农药", 0)], most=5) == []  # one village, two things
    near_first = [("路灯不亮", 0), ("路灯不亮", 2), ("路灯不亮", 1)]
    assert most_alike(ASKED, near_first, most=2) == [1, 2]
    rows = [("公路养护", 0)] * 8 + [("公路涵洞堵塞", 0)]
    assert most_alike("公路涵洞堵塞积水", rows, most=3)[0] == 8


# --- In scope ---------------------------------------------------------------------------------------------------


def test_finds_the_same_thing_in_scope_those_of_the_branch_first(week):
    mine, next_door, far = week.lights
    assert similar_tickets(text=ASKED, user=week.clerk, branch=week.gt01) == [mine, next_door]
    assert similar_tickets(text=ASKED, user=week.clerk, branch=week.gt02) == [next_door, mine]
    assert set(similar_tickets(text=ASKED, user=week.staff)) == {mine, next_door, far}
    assert similar_tickets(text=ASKED, user=week.stranger) == [far]
    assert (
        similar_tickets(text=ASKED, user=week.head) == [mine] and similar_tickets(text=ASKED, user=week.officer) == []
    )
    assert similar_tickets(text=ASKED, user=week.deputy) == []  # a member sees what is their own
    assert similar_tickets(text="路灯", user=week.staff) == []  # four characters at least
    move_opinion(opinion=mine, move="void", note="登记重复了", actor=week.clerk, at=moment(DAY, 11))
    assert similar_tickets(text=ASKED, user=week.clerk) == [next_door]


def test_one_query_beside_the_scope_and_no_sealed_column(week):
    forget_scope(week.clerk)
    with CaptureQueriesContext(connection) as asked:
        found = similar_tickets(text=ASKED, user=week.clerk, branch=week.gt01)
        assert [(one.number, one.branch.name, one.register.name, one.heading, one.get_state_display()) for one in found]
    assert len(asked) == 2, [query["sql"] for query in asked]
    assert "villager" not in asked[-1]["sql"]
    if connection.vendor == "postgresql":
        assert "@@" in asked[-1]["sql"] and f"'s{week.gt.pk}'" in asked[-1]["sql"]


# --- While typing -----------------------------------------------------------------------------------------------


def test_fragment_tells_number_words_state_and_day_and_never_the_villager(week, signed_in, settings):
    settings.THROTTLE = False
    client, url = signed_in(week.clerk), reverse("opinions-similar")
    answer = client.get(url, {"text": ASKED, "branch": "GT01"})
    assert answer.status_code == 200 and "<html" not in answer.text
    assert week.lights[0].number in answer.text and "2026-03-02收到" in answer.text and "分站办理" in answer.text
    assert "郑冬梅" not in answer.text and "19900007001" not in answer.text and "no-store" in answer["Cache-Control"]
    for nothing in ({}, {"text": "路灯"}, {"text": "完全不相干的一件事情"}, {"text": "\0" * 9}):
        assert client.get(url, nothing).text.strip() == ""
    assert client.get(url, {"text": ASKED, "branch": "YT01"}).text.count("<li>") == 2  # a place out of scope is no hint
    assert client.post(url, {"text": ASKED}).status_code == 405
    client.logout()
    assert client.get(url, {"text": ASKED}).status_code == 302


def test_a_script_that_asks_too_often_is_sent_away(cast, signed_in, settings, monkeypatch):
    settings.THROTTLE = True
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "similar"}}
    monkeypatch.setattr(TypingThrottle, "rate", "2/min")
    client = signed_in(cast.clerk)
    assert [client.get(reverse("opinions-similar")).status_code for _time in range(3)] == [200, 200, 429]


# --- On a ticket's page -----------------------------------------------------------------------------------------


def test_ticket_page_offers_open_ones_of_the_station_to_whoever_may_merge(week, signed_in):
    mine, next_door, _far = week.lights
    asked = ticket(week, ASKED)
    file_suggestion(
        deputy=week.deputy_person, text="安装路灯的建议", category=Category.OTHER, actor=week.deputy, at=moment(DAY)
    )
    with CaptureQueriesContext(connection) as queries:
        assert look_alikes(ticket=asked, user=week.clerk) == [mine, next_door]  # not itself, the other kind or far away
    assert len(queries) == 1
    page = signed_in(week.clerk).get(reverse("opinion", args=[asked.uid])).text
    assert "可能是同一件事" in page and f"/opinions/{asked.uid}/?into=" in page and "#merge" in page
    assert "可能是同一件事" not in signed_in(week.head).get(reverse("opinion", args=[asked.uid])).text
    prefilled = signed_in(week.clerk).get(reverse("opinion", args=[asked.uid]), {"into": mine.number})
    assert f'value="{mine.number}"' in prefilled.text
    move_opinion(opinion=asked, move="merge", into=mine, actor=week.clerk, at=moment(DAY, 12))
    assert "可能是同一件事" not in signed_in(week.clerk).get(reverse("opinion", args=[asked.uid])).text
    assert Opinion.objects.get(pk=asked.pk).merged_into == mine
