"""Suggestions through the API: filed with all their fields, shown with signers, talks and verdicts at a fixed cost."""

import pytest
from django.utils import timezone

from julu_liaison.common.working_days import today_here
from opinions.models import Opinion
from opinions.services import move_opinion
from opinions.services.registries import add_session
from opinions.services.suggestions import confirm_cosigner, record_consultation

PATH = "/api/v1/opinions/"
ANSWER = "已列入明年计划,年底前修通这条路。"


def body(**more) -> dict:
    return {"kind": "suggestion", "text": "建议修通断头路", "category": "road", "title": "关于修路的建议"} | more


@pytest.mark.parametrize("people", [1, 3])
def test_filed_and_shown_whole_at_a_fixed_cost(cast, api, people, django_assert_num_queries):
    today = today_here()
    add_session(county=cast.county, term="第十七届", ordinal=5, starts_on=today, ends_on=today, actor=cast.staff)
    mates = [cast.head_person, *cast.deputies["YT01"]][:people]
    answer = api(cast.deputy).post(PATH, body(
        is_motion=True, may_publish=False, contact_wish="phone", cosigners=[mate.code for mate in mates],
    ), format="json")  # fmt: skip
    assert answer.status_code == 201, answer.json()
    ticket, now = Opinion.objects.get(uid=answer.json()["uid"]), timezone.now()
    for row in ticket.cosigners.all():
        confirm_cosigner(cosigner=row, actor=cast.clerk, at=now)
    for actor, move, facts in (
        (cast.clerk, "accept", {}), (cast.clerk, "escalate", {}), (cast.staff, "transfer", {"department": cast.jiaotong}),
    ):  # fmt: skip
        ticket = move_opinion(opinion=ticket, move=move, actor=actor, at=now, **facts)
    for _ in range(people):
        record_consultation(opinion=ticket, held_on=today, way="phone", text="谈过了", actor=cast.officer, at=now)
    for actor, move, facts in (
        (cast.officer, "reply", {"note": ANSWER, "class": "B"}), (cast.deputy, "tell", {}),
        (cast.deputy, "rate", {"rating": "basic"}),
    ):  # fmt: skip
        ticket = move_opinion(opinion=ticket, move=move, actor=actor, at=now, **facts)
    client = api(cast.staff)
    with django_assert_num_queries(9):  # two of them a savepoint around the look at the villager
        shown = client.get(f"{PATH}{ticket.uid}/").json()
    assert (shown["title"], shown["session_number"]) == ("关于修路的建议", "第十七届第五次会议第001号")
    assert (shown["is_motion"], shown["in_session"], shown["may_publish"], shown["contact_wish"]) == (
        True, True, False, "phone",
    )  # fmt: skip
    assert [(row["deputy"], row["state"], row["on_paper"]) for row in shown["cosigners"]] == [
        (mate.code, "confirmed", True) for mate in mates
    ]
    assert len(shown["consultations"]) == people
    assert shown["consultations"][0] == {
        "department": "jiaotong", "held_on": today.isoformat(), "way": "phone", "text": "谈过了", "signed_at": None,
        "on_paper": False,
    }  # fmt: skip
    (verdict,) = shown["verdicts"]
    assert (verdict["signer"], verdict["rating"], verdict["by_proxy"]) == (cast.deputy_person.code, "basic", False)
    assert verdict["answered_at"]


def test_an_opinion_has_nothing_of_it(cast, api, ticket):
    shown = api(cast.clerk).get(f"{PATH}{ticket.uid}/").json()
    assert {"session_number", "cosigners", "verdicts"}.isdisjoint(shown)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"cosigners": ["nobody"]}, "cosigners"),
        ({"cosigners": ["{lead}"]}, "cosigners"),
        ({"cosigners": "赵站长"}, "cosigners"),
        ({"title": "长" * 101}, "title"),
        ({"contact_wish": "pigeon"}, "contact_wish"),
        ({"is_motion": "maybe"}, "is_motion"),
        ({"kind": "opinion", "branch": "GT01"}, "title"),
    ],
)
def test_what_is_wrong_is_named(cast, api, more, field):
    if more.get("cosigners") == ["{lead}"]:
        more = {"cosigners": [cast.deputy_person.code]}
    answer = api(cast.deputy).post(PATH, body(**more), format="json")
    assert answer.status_code == 400 and list(answer.json()["errors"]) == [field]
    assert not Opinion.objects.exists()
