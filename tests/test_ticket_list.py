"""The list of tickets: each filter in the address, chips and presets, the order by days left, the same names in the API."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from activities.services import Matter
from activities.states import Category, Rating
from opinions.models import (
    Assistance,
    Clock,
    CongressSession,
    Consultation,
    Director,
    Extension,
    Hop,
    Opinion,
    SuggestionDetail,
    Supervision,
)
from opinions.services import file_suggestion, move_opinion, register_opinion
from opinions.states import Kind, State
from tests.cast import moment

DAY = date(2026, 3, 2)
LIST = reverse("opinions")


def opinion(cast, text="村西田间道路塌陷", branch=None, **fields) -> Opinion:
    branch = branch or cast.gt01
    deputy = cast.deputy_person if branch == cast.gt01 else None
    matter = Matter(text, Category.ROAD, **({"deputy": deputy} | fields))
    return register_opinion(branch=branch, matter=matter, actor=cast.clerk, at=moment(DAY))


def suggestion(cast, text="建议修通两村之间的路", **fields) -> Opinion:
    return file_suggestion(
        deputy=cast.deputy_person, text=text, category=Category.ROAD, actor=cast.deputy, at=moment(DAY), **fields
    )


def to_department(cast, ticket: Opinion) -> Opinion:
    for who, name, facts in (
        (cast.clerk, "escalate", {}), (cast.clerk, "escalate", {}), (cast.staff, "transfer", {"department": cast.jiaotong}),
    ):  # fmt: skip
        ticket = move_opinion(opinion=ticket, move=name, actor=who, at=moment(DAY, 11), **facts)
    return ticket


def shown(client, **query) -> set[int]:
    return {row.pk for row in client.get(LIST, query).context["page"].rows}


@pytest.fixture
def county(cast):
    """Three tickets of different fate: `plain` at its branch, `busy` with everything at a department, `formal` a motion."""
    plain, busy, formal = (
        opinion(cast),
        to_department(cast, opinion(cast, "路灯不亮")),
        suggestion(cast, is_motion=True),
    )
    clock = Clock.objects.get(opinion=busy, is_main=True, stopped_on=None)
    director = Director.objects.create(county=cast.county, name="郑主任", position="副主任")
    session = CongressSession.objects.create(
        county=cast.county, term="第十七届", ordinal=5, starts_on=DAY, ends_on=DAY + timedelta(days=4)
    )
    SuggestionDetail.objects.filter(opinion=formal).update(session=session, serial=12, in_session=True)
    Supervision.objects.create(
        opinion=busy, director=director, reason="重点", started_by=cast.staff, started_at=moment(DAY)
    )
    Assistance.objects.create(opinion=busy, department=cast.shuili, asked_at=moment(DAY))
    Extension.objects.create(
        opinion=busy, clock=clock, department=cast.jiaotong, amount=5, reason="下雨", asked_by=cast.officer,
        asked_at=moment(DAY), granted=True,
    )  # fmt: skip
    Clock.objects.filter(opinion=busy, is_main=True).exclude(pk=clock.pk).update(
        stopped_on=DAY + timedelta(days=90), due_on=DAY
    )
    Hop.objects.create(opinion=busy, move="rate", to_state=State.REWORKING, at=moment(DAY))
    Opinion.objects.filter(pk=busy.pk).update(
        told_at=moment(DAY), rating=Rating.UNSATISFIED, ended_at=moment(DAY + timedelta(days=30)), tracked=True,
        registered_on=DAY + timedelta(days=10), category=Category.WATER, due_on=date(2020, 1, 1),
    )  # fmt: skip
    Opinion.objects.exclude(pk=busy.pk).update(due_on=date(2099, 1, 1))
    Opinion.objects.filter(pk=formal.pk).update(department=cast.jiaotong)
    return {"plain": plain.pk, "busy": busy.pk, "formal": formal.pk, "director": director.pk, "session": session.pk}


def test_every_filter_lets_through_its_own_tickets(cast, signed_in, county):
    client = signed_in(cast.staff)
    everything = {"plain", "busy", "formal"}
    deputy = cast.deputy_person.code
    for query, names in (
        ({}, everything),
        ({"q": "路灯"}, {"busy"}),
        ({"state": "at_department"}, {"busy"}),
        ({"state": "open"}, everything),
        ({"state": "ended"}, set()),
        ({"kind": "suggestion"}, {"formal"}),
        ({"category": "water"}, {"busy"}),
        ({"station": "GT02"}, set()),
        ({"station": "GT"}, everything),
        ({"department": "jiaotong"}, {"busy", "formal"}),
        ({"assisting": "shuili"}, {"busy"}),
        ({"deputy": deputy}, everything),
        ({"holder": "jiaotong"}, {"busy"}),
        ({"holder": "GT01"}, {"plain"}),
        ({"since": "2026-03-03"}, {"busy"}),
        ({"until": "2026-03-02"}, {"plain", "formal"}),
        ({"ended_since": "2026-04-01"}, {"busy"}),
        ({"ended_until": "2026-03-31"}, set()),
        ({"overdue": "1"}, {"busy"}),
        ({"late": "yes"}, {"busy"}),
        ({"late": "no"}, {"plain", "formal"}),
        ({"told": "yes"}, {"busy"}),
        ({"told": "no"}, {"plain", "formal"}),
        ({"transferred": "yes"}, {"busy"}),
        ({"transferred": "no"}, {"plain", "formal"}),
        ({"reworked": "1"}, {"busy"}),
        ({"extended": "1"}, {"busy"}),
        ({"supervised": "1"}, {"busy"}),
        ({"director": county["director"]}, {"busy"}),
        ({"tracked": "1"}, {"busy"}),
        ({"rating": "unsatisfied"}, {"busy"}),
        ({"rating": "none"}, {"plain", "formal"}),
        ({"motion": "1"}, {"formal"}),
        ({"session": county["session"]}, {"formal"}),
        ({"unvisited": "1"}, {"formal"}),
        ({"follow_up": "1"}, set()),
        ({"mine": "1"}, set()),
        ({"department": "jiaotong", "kind": "opinion", "late": "yes", "told": "yes", "overdue": "1"}, {"busy"}),
        ({"department": "jiaotong", "kind": "suggestion", "late": "yes"}, set()),
    ):
        assert shown(client, **query) == {county[name] for name in names}, query


def test_waiting_to_tell_are_the_answered_and_the_merged_whose_other_one_is(cast, signed_in):
    answered, merged, other = opinion(cast), opinion(cast, "同一件事"), opinion(cast, "没有答复的")
    Opinion.objects.filter(pk=answered.pk).update(state=State.REPLIED)
    Opinion.objects.filter(pk=merged.pk).update(state=State.MERGED, merged_into=answered)
    client = signed_in(cast.clerk)
    assert shown(client, to_tell="1") == {answered.pk, merged.pk}
    Opinion.objects.filter(pk=merged.pk).update(merged_into=other)
    assert shown(client, to_tell="1") == {answered.pk}
    Consultation.objects.create(
        opinion=other,
        department=cast.jiaotong,
        held_on=DAY,
        text="谈过了",
        recorded_by=cast.officer,
        recorded_at=moment(DAY),
    )
    Opinion.objects.filter(pk=other.pk).update(kind=Kind.SUGGESTION, department=cast.jiaotong)
    assert shown(client, unvisited="1") == set()


@pytest.mark.parametrize(
    "query",
    [
        {"rating": "good"}, {"late": "maybe"}, {"overdue": "perhaps"}, {"department": "YT"}, {"deputy": "nobody"},
        {"holder": "nowhere"}, {"director": "99"}, {"session": "99"}, {"until": "2026-13-01"}, {"order": "weight"},
    ],
)  # fmt: skip
def test_an_unknown_value_is_a_sentence_and_no_rows(cast, signed_in, county, query):
    answer = signed_in(cast.clerk).get(LIST, query)
    assert answer.status_code == 200 and answer.context["page"].rows == [] and "筛选条件不对" in answer.text


def test_chips_say_what_is_set_and_each_can_be_dropped(cast, signed_in, county):
    client = signed_in(cast.staff)
    query = {
        "kind": "opinion", "overdue": "1", "late": "yes", "station": "GT01", "director": county["director"],
        "deputy": cast.deputy_person.code, "after": "WzFd",
    }  # fmt: skip
    answer = client.get(LIST, query)
    words = {chip.words: chip.without for chip in answer.context["form"].chips()}
    assert {
        "性质:社情民意", "超期的", "是否按时:办理中超过期限的", "地方:官亭镇第一分站", "督办领导:副主任郑主任",
    } < set(words)  # fmt: skip
    assert "overdue" not in words["超期的"] and "late=yes" in words["超期的"] and "after" not in words["超期的"]
    assert '<input type="hidden" name="overdue" value="1">' in answer.text  # a new search goes on within the preset
    assert '<details class="more f-fold" open' in answer.text
    plain = client.get(LIST, {"overdue": "1"})
    assert '<details class="more f-fold">' in plain.text and 'aria-current="true">超期的' in plain.text


def test_by_days_left_the_most_urgent_come_first_page_by_page(cast, signed_in):
    made = [opinion(cast, f"第{number}件事") for number in range(30)]
    for number, ticket in enumerate(made):
        Opinion.objects.filter(pk=ticket.pk).update(due_on=DAY + timedelta(days=(number * 7) % 15))
    Opinion.objects.filter(pk=made[0].pk).update(due_on=None)
    client = signed_in(cast.clerk)
    first = client.get(LIST, {"order": "due"})
    second = client.get(LIST + first.context["links"]["next"])
    rows = [*first.context["page"].rows, *second.context["page"].rows]
    assert [row.pk for row in rows] == [row.pk for row in sorted(made[1:], key=lambda one: (due_of(one), one.pk))]
    assert client.get(LIST + second.context["links"]["previous"]).context["page"].rows == first.context["page"].rows
    assert first.context["count"] == "29件"
    assert "改为新登记的在前" in first.text and "新登记的在前。" in client.get(LIST).text


def due_of(ticket) -> date:
    ticket.refresh_from_db()
    return ticket.due_on


def test_each_sees_the_places_one_needs_and_rows_carry_what_sets_them_apart(cast, signed_in, county):
    def heads(user) -> str:
        return signed_in(user).get(LIST).text.partition("<tbody>")[0].rpartition("<thead>")[2]

    assert "乡镇" in heads(cast.staff) and "分站" in heads(cast.staff)
    assert "乡镇" not in heads(cast.clerk) and "分站" in heads(cast.clerk)
    assert "乡镇" in heads(cast.officer) and "分站" not in heads(cast.officer)
    text = signed_in(cast.staff).get(LIST).text
    for words in ("督办", "跟踪", "议案", "第012号", "超期"):
        assert words in text
    assert "内容、编号、乡镇、代表;群众姓名查不到" in text
    officer = signed_in(cast.officer).get(LIST).text
    assert "待回访" not in officer and "该我办的" in officer


def test_api_has_the_same_filters(cast, county):
    client = APIClient()
    client.force_authenticate(cast.staff)
    uid = str(Opinion.objects.get(pk=county["busy"]).uid)
    for query in (
        {"late": "true"}, {"told": "true", "transferred": "true"}, {"reworked": "true"}, {"supervised": "true"},
        {"department": "jiaotong", "kind": "opinion"}, {"assisting": "shuili"}, {"rating": "unsatisfied"},
        {"overdue": "true"}, {"since": "2026-03-03"}, {"ended_since": "2026-04-01", "ended_until": "2026-04-01"},
        {"extended": "true"}, {"category": "water"}, {"q": "路灯"}, {"tracked": "true"},
    ):  # fmt: skip
        assert [row["uid"] for row in client.get("/api/v1/opinions/", query).data["results"]] == [uid], query
    rest = client.get("/api/v1/opinions/", {"overdue": "false"}).data["results"]
    assert len(rest) == 2 and uid not in {row["uid"] for row in rest}
    assert client.get("/api/v1/opinions/", {"late": "yes"}).status_code == 400
