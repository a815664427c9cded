"""The road case of docs/domain.md §2 through the API alone: log, passed up, transferred, repaired, told, rated, scored."""

import pytest

from scoring.services import open_scheme
from tests.cast import PASSWORD

V1 = "/api/v1"
PATH = [  # who, move and facts, state and holder after it
    ("guanting", {"move": "escalate", "note": "道路属镇域主干田间路"}, "at_station", "GT"),
    ("guanting", {"move": "escalate", "note": "请县里协调交通部门"}, "at_centre", "JLX"),
    ("xian2", {"move": "transfer", "note": "请抓紧修复", "department": "jiaotong"}, "at_department", "jiaotong"),
    ("jiaotong", {"move": "sign_for"}, "at_department", "jiaotong"),
    ("jiaotong", {"move": "reply", "note": "已对塌陷路面完成修补,恢复通行。", "class": "A"}, "replied", "GT01"),
    ("daibiao", {"move": "tell", "note": "电话告知"}, "told", "GT01"),
    ("guanting", {"move": "rate", "rating": "satisfied"}, "closed", None),
]  # fmt: skip


@pytest.fixture
def signed_in_as(api):
    def sign_in(username):
        client = api(None)
        body = {"username": username, "password": PASSWORD}
        token = client.post(f"{V1}/auth/token/", body, format="json").json()["token"]
        client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
        return client

    return sign_in


def test_road_case(cast, signed_in_as, django_capture_on_commit_callbacks):
    open_scheme(county=cast.county, year=2024, actor=cast.admin)
    code = cast.deputy_person.code
    body = {
        "branch": "GT01", "date": "2024-02-15", "form": "visit", "received": 3, "households": 2, "leaflets": 10,
        "attendance": [{"deputy": code, "status": "present"}], "summary": "走访安家庄村",
        "opinions": [{
            "text": "安家庄村西田间道路塌陷,影响通行", "category": "road", "confidential": False,
            "villager": {"name": "张三", "phone": "19900009999", "village": "安家庄村"},
        }],
    }  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        filed = signed_in_as("guanting").post(f"{V1}/duty-logs/", body, format="json")
    assert filed.status_code == 201
    (named,) = filed.json()["opinions"]
    assert filed.json()["number"] == "〔2024〕第001号" and set(named) == {"uid", "number"}
    uid = named["uid"]
    for username, order, state, holder in PATH:
        client = signed_in_as(username)
        seen = client.get(f"{V1}/opinions/{uid}/")
        offered = {move["move"]: move["needs"] for move in client.get(f"{V1}/opinions/{uid}/moves/").json()}
        assert set(offered[order["move"]]) <= set(order)
        with django_capture_on_commit_callbacks(execute=True):
            moved = client.post(f"{V1}/opinions/{uid}/moves/", order, format="json", HTTP_IF_MATCH=seen["ETag"])
        assert moved.status_code == 200, moved.json()
        assert (moved.json()["state"], moved.json()["holder"]) == (state, holder)
    history = signed_in_as("guanting").get(f"{V1}/opinions/{uid}/history/").json()
    assert [hop["move"] for hop in history] == ["register"] + [order["move"] for _who, order, *_rest in PATH]
    assert [hop["to_state"] for hop in history][1:] == [state for *_some, state, _holder in PATH]
    assert set(history[0]) >= {"move", "label", "from_state", "to_state", "actor", "at", "holder", "note", "due_on"}
    assert (history[3]["label"], history[3]["actor"], history[3]["holder"]) == ("转办", "县工作人员", "jiaotong")
    score = signed_in_as("daibiao").get(f"{V1}/deputies/{code}/score/?year=2024").json()
    assert (score["base"], score["bonus"], score["total"]) == (60, 1, 61)
    assert [(entry["points"], entry["occurred_on"], entry["source"]) for entry in score["entries"]] == [
        (1, "2024-02-15", "opinion")
    ]
