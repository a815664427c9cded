"""Duty logs and rosters through the API."""

from datetime import timedelta

import pytest

from activities.models import DutyLog, Shift, Visit
from activities.services import SundayRow, draft_roster, file_log, publish_roster
from julu_liaison.common.working_days import today_here
from opinions.models import Opinion
from tests.api.conftest import AT
from tests.cast import SUNDAY

PATH, ROSTERS = "/api/v1/duty-logs/", "/api/v1/rosters/"


def test_everything_that_was_sent_is_kept(cast, api, log_body):
    head, substitute = cast.head_person.code, cast.deputies["GT02"][1].code
    body = log_body | {
        "form": "visit", "households": 4, "leaflets": 20,
        "attendance": [
            {"deputy": cast.deputy_person.code, "status": "late"}, {"deputy": head, "status": "private_leave"},
            {"deputy": substitute, "status": "substitute"},
        ],
        "opinions": [
            {"text": "路灯不亮", "category": "utilities", "confidential": True,
             "villager": {"name": "张三", "phone": "19900009999", "village": "安家庄村"}},
            {"text": "水渠堵了"},
        ],
    }  # fmt: skip
    answer = api(cast.clerk).post(PATH, body, format="json")
    assert answer.status_code == 201, answer.json()
    log = DutyLog.objects.get()
    assert answer.json() == {
        "uid": str(log.uid), "number": "〔2026〕第001号",
        "opinions": [{"uid": str(row.uid), "number": row.number} for row in Opinion.objects.order_by("pk")],
        "visits": [{"uid": str(row.uid), "number": row.number} for row in log.visits.order_by("pk")],
    }  # fmt: skip
    assert (log.form, log.received, log.households, log.leaflets, log.summary) == ("visit", 3, 4, 20, "接待群众")
    first, second = Opinion.objects.order_by("pk")
    assert (first.villager_name, first.villager_phone, first.villager_village) == ("张三", "19900009999", "安家庄村")
    assert (first.confidential, first.category, second.category) == (True, "utilities", "other")
    (row,) = api(cast.clerk).get(PATH).json()["results"]
    assert {item["deputy"]: item["status"] for item in row["attendance"]} == {
        cast.deputy_person.code: "late", head: "private_leave", substitute: "substitute",
    }  # fmt: skip
    assert row["opinions"] == answer.json()["opinions"]


def test_a_session_without_visitors_is_a_log(cast, api, log_body):
    body = {"branch": "GT01", "date": "2026-03-01", "attendance": log_body["attendance"]}
    assert api(cast.head).post(PATH, body, format="json").json()["opinions"] == []


def test_today_may_be_filed_and_any_weekday(cast, api, log_body):
    for day in (today_here(), SUNDAY + timedelta(days=3)):
        assert api(cast.clerk).post(PATH, log_body | {"date": str(day)}, format="json").status_code == 201


def test_visits_are_entered_beside_those_of_the_opinions(cast, api, log_body):
    body = log_body | {
        "visits": [
            {"matter": "与邻居的官司", "name": "张三", "phone": "19900009999", "sex": "男", "village": "安家庄村",
             "people": 2, "time": "09:30", "request": "帮忙说话", "confidential": True, "category": "other",
             "refusal": "litigation", "referral": "请到县人民法院反映"},
            {"matter": "问医保怎么交", "handling": "answered", "result": "讲清了缴费办法"},
            {"matter": "水渠堵了", "handling": "opinion"},
            {"matter": "随便聊聊"},
        ],
    }  # fmt: skip
    answer = api(cast.clerk).post(PATH, body, format="json").json()
    visits = list(Visit.objects.order_by("serial"))
    assert [row["number"] for row in answer["visits"]] == [f"〔2026〕第00{index}号" for index in range(1, 6)]
    assert [row["uid"] for row in answer["visits"]] == [str(visit.uid) for visit in visits]
    assert len(answer["opinions"]) == 2 and "ignored" not in answer
    assert [Opinion.objects.filter(visit=visit).exists() for visit in visits] == [True, False, False, True, False]
    refused, answered = visits[1], visits[2]
    assert (refused.villager_name, refused.villager_phone, refused.villager_sex, refused.villager_village) == (
        "张三", "19900009999", "男", "安家庄村",
    )  # fmt: skip
    assert (refused.people, str(refused.time), refused.request, refused.confidential) == (
        2,
        "09:30:00",
        "帮忙说话",
        True,
    )
    assert (refused.handling, refused.refusal, refused.referral) == ("referred", "litigation", "请到县人民法院反映")
    assert (answered.handling, answered.result, answered.deputy) == ("answered", "讲清了缴费办法", cast.deputy_person)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"branch": "GT"}, ["branch"]),
        ({"branch": None}, ["branch"]),
        ({"date": "2999-01-01"}, ["date"]),
        ({"date": "2019-12-31"}, ["date"]),
        ({"date": "01/03/2026"}, ["date"]),
        ({"form": "letter"}, ["form"]),
        ({"attendance": []}, ["attendance"]),
        ({"attendance": "all"}, ["attendance"]),
        ({"attendance": [{"deputy": "nobody", "status": "present"}]}, ["attendance.0.deputy"]),
        ({"attendance": [{"deputy": "YT", "status": "present"}]}, ["attendance.0.deputy"]),
        ({"attendance": [{"deputy": "GT01", "status": "here"}]}, ["attendance.0.status"]),
        ({"attendance": [{"deputy": "GT01", "status": "present"}, {"deputy": "GT01", "status": "late"}]},
         ["attendance.1.deputy"]),
        ({"attendance": [{"deputy": "GT02", "status": "present"}]}, ["attendance"]),
        ({"attendance": [{"deputy": "GT01", "status": "absent"}]}, ["attendance"]),
        ({"received": -1}, ["received"]),
        ({"received": 1000}, ["received"]),
        ({"received": True}, ["received"]),
        ({"households": 10**12}, ["households"]),
        ({"opinions": [{"text": ""}]}, ["opinions.0.text"]),
        ({"opinions": [{"text": "路灯不亮"}, {"text": "水渠堵了", "category": "canal"}]}, ["opinions.1.category"]),
        ({"opinions": [{"text": "路灯不亮", "deputy": "x"}]}, ["opinions.0.deputy"]),
        ({"weather": "晴"}, ["weather"]),
        ({"visits": [{"name": "张三"}]}, ["visits.0.matter"]),
        ({"visits": [{"matter": "官司", "mood": "急"}]}, ["visits.0.mood"]),
        ({"visits": [{"matter": "官司", "refusal": "litigation"}]}, ["visits.0.referral"]),
        ({"visits": [{"matter": "官司", "refusal": "unknown"}]}, ["visits.0.refusal"]),
        ({"visits": [{"matter": "官司", "handling": "referred"}]}, ["visits.0.refusal"]),
        ({"visits": [{"matter": "路灯不亮"}, {"matter": "官司", "people": 0}]}, ["visits.1.people"]),
        ({"visits": [{"matter": "官司", "time": "25:00"}]}, ["visits.0.time"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_is_written(cast, api, log_body, change, fields):
    for item in change.get("attendance", []):
        if isinstance(item, dict):
            code = item["deputy"]
            people = cast.deputies.get("YT01" if code == "YT" else code)
            item["deputy"] = people[1].code if people else code
    answer = api(cast.clerk).post(PATH, log_body | change, format="json")
    assert answer.status_code == 400, answer.json()
    assert list(answer.json()["errors"]) == fields
    for sentence in answer.json()["errors"].values():
        assert any("\u4e00" <= char <= "\u9fff" for char in sentence), sentence
    assert not DutyLog.objects.exists() and not Opinion.objects.exists()


def test_branch_out_of_scope_is_not_there(cast, api, log_body):
    for code in ("YT01", "XX99"):
        assert api(cast.clerk).post(PATH, log_body | {"branch": code}, format="json").status_code == 404


@pytest.fixture
def logs(cast):
    for branch, day in ((cast.gt01, SUNDAY), (cast.gt02, SUNDAY), (cast.gt01, SUNDAY + timedelta(days=7))):
        person = cast.deputies[branch.code][1]
        file_log(row=SundayRow(branch=branch, attendance={person: "present"}), on=day, actor=cast.clerk, at=later(day))


def later(day):
    return AT + timedelta(days=(day - SUNDAY).days)


def rows_of(answer) -> list[tuple]:
    assert answer.status_code == 200, answer.content.decode()
    return [(row["branch"], row["date"]) for row in answer.json()["results"]]


def test_list_by_scope_place_and_day(cast, api, logs):
    client = api(cast.clerk)
    everything = [("GT01", "2026-03-08"), ("GT02", "2026-03-01"), ("GT01", "2026-03-01")]
    assert rows_of(client.get(PATH)) == rows_of(api(cast.auditor).get(PATH + "?station=JLX")) == everything
    assert rows_of(client.get(PATH + "?station=GT02")) == everything[1:2]
    assert rows_of(client.get(PATH + "?from=2026-03-02")) == everything[:1]
    assert rows_of(client.get(PATH + "?from=2026-03-01&to=2026-03-01&station=GT")) == everything[1:]
    assert rows_of(api(cast.deputy).get(PATH)) == [everything[0], everything[2]]
    assert rows_of(api(cast.stranger).get(PATH)) == rows_of(api(cast.officer).get(PATH)) == []
    assert client.get(PATH + "?station=YT").status_code == 404


def test_a_log_names_only_tickets_the_caller_may_see(cast, api, log_body):
    colleague = {"deputy": cast.deputies["GT01"][2].code, "status": "present"}
    body = log_body | {"attendance": [colleague, *log_body["attendance"]]}
    api(cast.clerk).post(PATH, body, format="json")
    assert len(api(cast.clerk).get(PATH).json()["results"][0]["opinions"]) == 1
    assert api(cast.deputy).get(PATH).json()["results"][0]["opinions"] == []


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_with_more_rows(cast, api, log_body, rows, django_assert_num_queries):
    for _ in range(rows):
        api(cast.clerk).post(PATH, log_body, format="json")
    client = api(cast.clerk)
    with django_assert_num_queries(6):
        assert len(rows_of(client.get(PATH))) == rows


# --- rosters ----------------------------------------------------------------------------------------------------


@pytest.fixture
def rosters(cast):
    roster = draft_roster(station=cast.gt, month=SUNDAY, actor=cast.clerk, at=AT).roster
    publish_roster(roster=roster, actor=cast.clerk, at=AT)
    draft_roster(station=cast.yt, month=SUNDAY, actor=cast.stranger, at=AT)


def test_roster_has_the_shifts_of_the_month(cast, api, rosters):
    body = api(cast.clerk).get(ROSTERS + "?month=2026-03&station=GT01").json()
    assert body["month"] == "2026-03"
    assert [shift["date"] for shift in body["shifts"]] == [f"2026-03-{day:02d}" for day in (1, 8, 15, 22, 29)]
    first = body["shifts"][0]
    assert (first["branch"], first["state"], first["roster"]) == ("GT01", "planned", "published")
    shift = Shift.objects.get(branch=cast.gt01, date=SUNDAY)
    assert first["deputies"] == [place.deputy.code for place in shift.places.all()]
    assert len(first["deputies"]) >= 2


@pytest.mark.parametrize(
    ("role", "branches"),
    [
        ("staff", {"GT01", "GT02", "YT01"}),
        ("auditor", {"GT01", "GT02", "YT01"}),
        ("clerk", {"GT01", "GT02"}),
        ("stranger", {"YT01"}),
        ("head", {"GT01"}),
        ("deputy", {"GT01"}),
        ("officer", set()),
    ],
)
def test_rosters_by_role(cast, api, rosters, role, branches):
    shifts = api(getattr(cast, role)).get(ROSTERS + "?month=2026-03").json()["shifts"]
    assert {shift["branch"] for shift in shifts} == branches


def test_drafts_are_for_staff(cast, api):
    draft_roster(station=cast.gt, month=SUNDAY, actor=cast.clerk, at=AT)
    assert api(cast.head).get(ROSTERS + "?month=2026-03").json()["shifts"] == []
    assert api(cast.clerk).get(ROSTERS + "?month=2026-03").json()["shifts"][0]["roster"] == "draft"


def test_roster_of_this_month_and_of_strangers(cast, api, rosters):
    assert api(cast.clerk).get(ROSTERS).json()["month"] == f"{today_here():%Y-%m}"
    assert api(cast.clerk).get(ROSTERS + "?month=2026-03&station=YT").status_code == 404


@pytest.mark.parametrize("place", ["GT01", "GT"])
def test_roster_costs_the_same_with_more_rows(cast, api, rosters, place, django_assert_num_queries):
    client = api(cast.clerk)
    with django_assert_num_queries(6):
        assert client.get(f"{ROSTERS}?month=2026-03&station={place}").json()["shifts"]
