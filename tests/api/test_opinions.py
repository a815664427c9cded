"""Tickets: lists and filters, registering, the villager's identity, moves and the order of their checks."""

import pytest

from julu_liaison.common.models import AuditLog
from opinions.models import Opinion
from opinions.services import file_suggestion, move_opinion
from stations.services import add_department, appoint, open_station
from tests.api.conftest import AT
from tests.cast import OPENED

PATH = "/api/v1/opinions/"
ANSWER = "已经组织人员现场勘查并修好"
FIELDS = {
    "uid", "number", "kind", "state", "holder", "department", "due_on", "is_overdue", "text", "category", "branch",
    "deputy",
}  # fmt: skip


def numbers(answer) -> list[str]:
    assert answer.status_code == 200, answer.content.decode()
    return [row["text"] for row in answer.json()["results"]]


def test_fields_of_a_row(cast, api, ticket):
    page = api(cast.clerk).get(PATH).json()
    assert set(page) == {"next", "previous", "results"}
    (row,) = page["results"]
    assert set(row) >= FIELDS and "villager" not in row
    assert (row["kind"], row["state"], row["holder"], row["department"]) == ("opinion", "at_branch", "GT01", None)
    assert (row["number"], row["branch"], row["deputy"]) == ("〔2026〕第001号", "GT01", cast.deputy_person.code)
    assert (row["due_on"], row["is_overdue"], row["category"]) == ("2026-03-06", True, "road")


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("admin", ["阎疃的事", "别人的事", "自己的事"]),
        ("auditor", ["阎疃的事", "别人的事", "自己的事"]),
        ("clerk", ["别人的事", "自己的事"]),
        ("stranger", ["阎疃的事"]),
        ("head", ["别人的事", "自己的事"]),
        ("deputy", ["自己的事"]),
        ("officer", []),
        ("chief", []),
    ],
)
def test_lists_by_role(cast, api, register, role, seen):
    register("自己的事")
    register("别人的事", deputy=cast.deputies["GT01"][2])
    api(cast.stranger).post(PATH, {"branch": "YT01", "text": "阎疃的事", "category": "land"}, format="json")
    assert numbers(api(getattr(cast, role)).get(PATH)) == seen


def test_filters(cast, api, register):
    register("路灯不亮")
    register("水渠堵了", branch=cast.gt02, deputy=None)
    old = register("老问题")
    Opinion.objects.exclude(pk=old.pk).update(due_on="2999-01-01")
    move_opinion(opinion=old, move="escalate", actor=cast.clerk, at=AT)
    Opinion.objects.filter(pk=old.pk).update(due_on="2026-03-02")
    file_suggestion(deputy=cast.deputy_person, text="建议修桥", category="road", actor=cast.deputy, at=AT)
    Opinion.objects.filter(kind="suggestion").update(due_on=None)
    client = api(cast.staff)
    for query, wanted in {
        "state=at_branch": ["水渠堵了", "路灯不亮"],
        "kind=suggestion": ["建议修桥"],
        "holder=GT": ["建议修桥", "老问题"],
        "holder=jiaotong": [],
        "overdue=true": ["老问题"],
        "overdue=false": ["建议修桥", "水渠堵了", "路灯不亮"],
        "q=水渠": ["水渠堵了"],
        "q=李代表&kind=opinion": ["老问题", "路灯不亮"],
        "station=GT02": ["水渠堵了"],
        "station=GT&state=at_station": ["老问题"],
        "station=YT": [],
        "station=JLX&kind=opinion": ["老问题", "水渠堵了", "路灯不亮"],
    }.items():
        assert numbers(client.get(f"{PATH}?{query}")) == wanted, query
    assert api(cast.clerk).get(PATH + "?station=YT").status_code == 404
    assert api(cast.clerk).get(PATH + "?station=JLX").status_code == 404


def test_pages_by_cursor_stay_right_while_tickets_come_in(cast, api, register):
    for turn in range(5):
        register(f"事情{turn}")
    client = api(cast.clerk)
    first = client.get(PATH + "?page_size=2&kind=opinion").json()
    register("新来的")
    second = client.get(first["next"]).json()
    assert [row["text"] for row in second["results"]] == ["事情2", "事情1"]
    assert "kind=opinion" in second["next"]
    assert numbers(client.get(second["previous"])) == ["事情4", "事情3"]


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_with_more_rows(cast, api, register, rows, django_assert_num_queries):
    for _ in range(rows):
        register(villager_name="张三")
    client = api(cast.clerk)
    with django_assert_num_queries(3):
        assert len(numbers(client.get(PATH))) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_history_costs_the_same_with_more_rows(cast, api, ticket, rows, django_assert_num_queries):
    for _ in range(rows - 1):
        move_opinion(opinion=ticket, move="urge", actor=cast.staff, at=AT)
    client = api(cast.clerk)
    with django_assert_num_queries(4):
        assert len(client.get(f"{PATH}{ticket.uid}/history/").json()) == rows


def test_details_cost_little(cast, api, ticket, django_assert_max_num_queries):
    client = api(cast.clerk)
    for path in (f"{PATH}{ticket.uid}/", f"{PATH}{ticket.uid}/moves/"):
        with django_assert_max_num_queries(8):
            assert client.get(path).status_code == 200


# --- the villager -----------------------------------------------------------------------------------------------


def at_department(cast, ticket):
    for move, actor, facts in (
        ("escalate", cast.clerk, {}), ("escalate", cast.clerk, {}),
        ("transfer", cast.staff, {"department": cast.jiaotong}),
    ):  # fmt: skip
        move_opinion(opinion=ticket, move=move, actor=actor, at=AT, **facts)


@pytest.mark.parametrize("confidential", [False, True])
def test_who_sees_the_villager_and_that_the_look_is_recorded(cast, api, register, confidential):
    ticket = register(villager_name="张三", villager_phone="19900009999", confidential=confidential)
    at_department(cast, ticket)
    seers = {"admin", "staff", "clerk", "head", "deputy"} | (set() if confidential else {"officer", "chief"})
    for role in ("admin", "staff", "auditor", "clerk", "head", "deputy", "officer", "chief"):
        user = getattr(cast, role)
        body = api(user).get(f"{PATH}{ticket.uid}/").json()
        looked = AuditLog.objects.filter(action="look_at_villager", actor=user)
        if role in seers:
            assert body["villager"] == {"name": "张三", "phone": "19900009999", "village": ""}
            assert looked.get().target_key == str(ticket.uid)
            assert "张三" not in str(looked.get().detail)
        else:
            assert "villager" not in body and "张三" not in str(body) and not looked.exists()


def test_nobody_looked_where_nothing_is_known(cast, api, register):
    ticket = register()
    assert "villager" not in api(cast.clerk).get(f"{PATH}{ticket.uid}/").json()
    assert not AuditLog.objects.filter(action="look_at_villager").exists()


def test_answers_to_changes_and_lists_never_hold_the_villager(cast, api, ticket):
    client = api(cast.clerk)
    answers = [
        client.get(PATH),
        client.get(f"{PATH}{ticket.uid}/history/"),
        client.post(f"{PATH}{ticket.uid}/moves/", {"move": "escalate"}, format="json"),
        client.post(PATH, {
            "branch": "GT01", "text": "路灯不亮", "villager": {"name": "张三", "phone": "19900009999"},
        }, format="json"),
    ]  # fmt: skip
    for answer in answers:
        assert answer.status_code < 300
        assert "张三" not in answer.content.decode() and "19900009999" not in answer.content.decode()


# --- registering ------------------------------------------------------------------------------------------------


def test_clerk_registers_an_opinion(cast, api):
    body = {
        "branch": "GT01", "text": "路灯不亮", "category": "utilities", "deputy": cast.deputy_person.code,
        "villager": {"name": "张三", "phone": "19900009999", "village": "安家庄村"}, "confidential": True,
    }  # fmt: skip
    answer = api(cast.clerk).post(PATH, body, format="json")
    assert answer.status_code == 201 and answer["ETag"] == '"v1"'
    assert answer["Location"] == f"{PATH}{answer.json()['uid']}/"
    ticket = Opinion.objects.get(uid=answer.json()["uid"])
    assert (ticket.villager_name, ticket.villager_village, ticket.confidential) == ("张三", "安家庄村", True)
    assert (ticket.state, ticket.deputy, ticket.branch) == ("at_branch", cast.deputy_person, cast.gt01)
    assert api(cast.clerk).get(answer["Location"])["ETag"] == '"v1"'


def test_a_deputys_own_entry_is_theirs(cast, api):
    answer = api(cast.deputy).post(PATH, {"branch": "GT01", "text": "路灯不亮"}, format="json")
    assert (answer.status_code, answer.json()["deputy"]) == (201, cast.deputy_person.code)
    assert api(cast.deputy).get(answer["Location"]).status_code == 200


def test_suggestion_of_a_deputy(cast, api):
    body = {"kind": "suggestion", "text": "建议修通断头路", "category": "road"}
    answer = api(cast.deputy).post(PATH, body, format="json")
    assert answer.status_code == 201, answer.json()
    row = answer.json()
    assert (row["kind"], row["state"], row["holder"]) == ("suggestion", "registered", "GT")
    assert (row["branch"], row["deputy"]) == ("GT01", cast.deputy_person.code)
    by_clerk = body | {"deputy": cast.deputy_person.code, "branch": "GT01"}
    assert api(cast.clerk).post(PATH, by_clerk, format="json").status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "路灯不亮"}, "branch"),
        ({"branch": "GT", "text": "路灯不亮"}, "branch"),
        ({"branch": "GT01"}, "text"),
        ({"branch": "GT01", "text": "  "}, "text"),
        ({"branch": "GT01", "text": "长" * 2001}, "text"),
        ({"branch": "GT01", "text": "路灯不亮", "category": "lamp"}, "category"),
        ({"branch": "GT01", "text": "路灯不亮", "kind": "wish"}, "kind"),
        ({"branch": "GT01", "text": "路灯不亮", "deputy": "nobody"}, "deputy"),
        ({"branch": "GT01", "text": "路灯不亮", "deputy": "{YT01}"}, "deputy"),
        ({"branch": "GT01", "text": "路灯不亮", "villager": {"id_number": "1"}}, "villager.id_number"),
        ({"branch": "GT01", "text": "路灯不亮", "villager": "张三"}, "villager"),
        ({"branch": "GT01", "text": "路灯不亮", "state": "closed"}, "state"),
        ({"kind": "suggestion", "text": "建议修桥"}, "deputy"),
        ({"kind": "suggestion", "text": "建议修桥", "deputy": "{GT01}", "branch": "GT02"}, "branch"),
        ({"kind": "suggestion", "text": "建议修桥", "deputy": "{GT01}", "villager": {"name": "张三"}}, "villager"),
    ],
)
def test_what_is_wrong_is_named(cast, api, body, field):
    if body.get("deputy", "").startswith("{"):
        body = body | {"deputy": cast.deputies[body["deputy"].strip("{}")][0].code}
    answer = api(cast.clerk).post(PATH, body, format="json")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    assert any("\u4e00" <= char <= "\u9fff" for char in answer.json()["errors"][field])
    assert not Opinion.objects.exists()


# --- moves ------------------------------------------------------------------------------------------------------


def post_move(client, ticket, order, **headers):
    return client.post(f"{PATH}{ticket.uid}/moves/", order, format="json", **headers)


def test_moves_open_to_the_caller(cast, api, ticket):
    rows = api(cast.head).get(f"{PATH}{ticket.uid}/moves/").json()
    assert {row["move"]: row["needs"] for row in rows} == {
        "solve": ["note"], "escalate": [], "refuse": ["note"], "ask_villager": ["note"],
    }  # fmt: skip
    assert {row["move"]: row["label"] for row in rows}["escalate"] == "上报"
    assert api(cast.auditor).get(f"{PATH}{ticket.uid}/moves/").json() == []


WRONG = {"move": "solve", "note": 17.5, "class": "Z", "what": 1}


def test_checks_come_in_the_contracts_order(cast, api, ticket):
    old = {"HTTP_IF_MATCH": '"v0"'}
    assert post_move(api(cast.stranger), ticket, {"move": "tell"} | old, **old).status_code == 404
    conflict = post_move(api(cast.auditor), ticket, {"move": "tell", "rating": "no"}, **old)
    assert conflict.status_code == 409
    assert (conflict.json()["state"], conflict.json()["moves"]) == ("at_branch", [])
    assert post_move(api(cast.auditor), ticket, WRONG, **old).status_code == 403
    stale = post_move(api(cast.head), ticket, WRONG, **old)
    assert stale.status_code == 412 and "请看过最新情况" in stale.json()["detail"]
    wrong = post_move(api(cast.head), ticket, WRONG)
    assert wrong.status_code == 400 and set(wrong.json()["errors"]) == {"class", "what"}
    assert Opinion.objects.get().version == 1 and Opinion.objects.get().hops.count() == 1


def test_conflict_names_state_and_open_moves(cast, api, ticket):
    body = post_move(api(cast.clerk), ticket, {"move": "transfer", "department": "jiaotong"}).json()
    assert body["status"] == 409 and body["state"] == "at_branch"
    assert set(body["moves"]) == {
        "solve", "escalate", "refuse", "ask_villager", "make_suggestion", "urge", "merge", "void",
    }  # fmt: skip


def test_if_match_lets_one_of_two_readers_win(cast, api, ticket):
    first, second = api(cast.head), api(cast.clerk)
    seen = [client.get(f"{PATH}{ticket.uid}/")["ETag"] for client in (first, second)]
    assert seen == ['"v1"', '"v1"']
    moved = post_move(first, ticket, {"move": "escalate"}, HTTP_IF_MATCH=seen[0])
    assert (moved.status_code, moved["ETag"]) == (200, '"v2"')
    assert post_move(second, ticket, {"move": "urge"}, HTTP_IF_MATCH=seen[1]).status_code == 412
    assert post_move(second, ticket, {"move": "urge"}, HTTP_IF_MATCH="*").status_code == 200
    assert post_move(second, ticket, {"move": "urge"}, HTTP_IF_MATCH='"v1", W/"v3"').status_code == 200
    assert post_move(second, ticket, {"move": "urge"}, HTTP_IF_MATCH="v4").status_code == 412


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ({}, "move"),
        ({"move": ""}, "move"),
        ({"move": "fly"}, "move"),
        ({"move": "register"}, "move"),
        ({"move": ["solve"]}, "move"),
        ({"move": "solve"}, "note"),
        ({"move": "solve", "note": None}, "note"),
        ({"move": "solve", "note": "已办"}, "note"),
        ({"move": "solve", "note": {"a": 1}}, "note"),
        ({"move": "solve", "note": ANSWER, "class": "E"}, "class"),
        ({"move": "escalate", "department": "jiaotong"}, "department"),
        ({"move": "escalate", "rating": "satisfied"}, "rating"),
        ({"move": "escalate", "version": 1}, "version"),
        ([], "body"),
    ],
)
def test_what_is_wrong_with_a_move_is_named(cast, api, ticket, order, field):
    answer = post_move(api(cast.clerk), ticket, order)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    assert Opinion.objects.get().state == "at_branch"


@pytest.mark.parametrize("note", ["", None, "请抓紧"])
def test_a_note_is_never_refused_and_empty_facts_are_none(cast, api, ticket, note):
    order = {"move": "escalate", "note": note, "department": "", "class": None, "rating": ""}
    assert post_move(api(cast.clerk), ticket, order).status_code == 200


def test_transfer_takes_a_department_of_the_county_by_code(cast, api, ticket):
    far = open_station(code="C02-JLX", name="邻县", parent=None, opened_on=OPENED, actor=None)
    add_foreign(cast, far)
    for _ in range(2):
        move_opinion(opinion=ticket, move="escalate", actor=cast.clerk, at=AT)
    client = api(cast.staff)
    cast.shuili.is_active = False
    cast.shuili.save()
    for code in ("nobody", "C02-jiaotong", "shuili", "", None):
        answer = post_move(client, ticket, {"move": "transfer", "department": code})
        assert answer.status_code == 400 and list(answer.json()["errors"]) == ["department"]
    moved = post_move(client, ticket, {"move": "transfer", "department": "jiaotong"})
    assert (moved.status_code, moved.json()["holder"], moved.json()["department"]) == (200, "jiaotong", "jiaotong")


def add_foreign(cast, county):
    appoint(user=cast.other_officer, role="county_staff", station=county, started_on=OPENED, actor=None)
    add_department(code="C02-jiaotong", name="邻县交通局", county=county, actor=cast.other_officer)


def test_return_answers_with_the_ticket_though_it_has_left_the_department(cast, api, ticket):
    at_department(cast, ticket)
    client = api(cast.officer)
    answer = post_move(client, ticket, {"move": "return_wrong", "note": "不属于本单位职责"}, HTTP_IDEMPOTENCY_KEY="r")
    assert (answer.status_code, answer.json()["state"]) == (200, "at_centre")
    assert client.get(f"{PATH}{ticket.uid}/").status_code == 404
    again = post_move(client, ticket, {"move": "return_wrong", "note": "不属于本单位职责"}, HTTP_IDEMPOTENCY_KEY="r")
    assert (again.status_code, again.json()) == (200, answer.json())


def test_draft_waits_for_the_heads_signature(cast, api, ticket):
    cast.jiaotong.signature_needed = True
    cast.jiaotong.save()
    at_department(cast, ticket)
    drafted = post_move(api(cast.officer), ticket, {"move": "reply", "note": ANSWER, "class": "A"})
    assert (drafted.status_code, drafted.json()["state"]) == (200, "at_department")
    assert post_move(api(cast.officer), ticket, {"move": "sign_reply"}).status_code == 403
    assert post_move(api(cast.chief), ticket, {"move": "sign_reply"}).json()["state"] == "replied"
