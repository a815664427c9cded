"""Stations, deputies and scores: fields, filters, masks, changes."""

import pytest

from activities.services import SundayRow, file_log
from deputies.models import Deputy
from julu_liaison.common.models import AuditLog
from scoring.services import rescore
from stations.services import close_station, open_station
from tests.api.conftest import AT
from tests.cast import OPENED, SUNDAY, clear_branch, make_deputy, moment

STATIONS, DEPUTIES = "/api/v1/stations/", "/api/v1/deputies/"


def codes(answer) -> list[str]:
    assert answer.status_code == 200, answer.content.decode()
    return [row["code"] for row in answer.json()["results"]]


def names(answer) -> set[str]:
    assert answer.status_code == 200, answer.content.decode()
    return {row["name"] for row in answer.json()["results"]}


def test_station_fields(cast, api):
    answer = api(cast.clerk).get(STATIONS + "GT01/")
    assert answer.json() == {
        "code": "GT01", "name": "第一分站", "full_name": "官亭镇人大代表联络站第一分站", "level": "branch", "parent": "GT",
        "phone": "0319-0000004", "address": "安家庄村委会", "is_open": True,
    }  # fmt: skip
    assert answer["ETag"].startswith('"')


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("admin", ["JLX", "GT", "GT01", "GT02", "YT", "YT01"]),
        ("auditor", ["JLX", "GT", "GT01", "GT02", "YT", "YT01"]),
        ("clerk", ["GT", "GT01", "GT02"]),
        ("stranger", ["YT", "YT01"]),
        ("head", ["GT01"]),
        ("deputy", ["GT01"]),
        ("officer", []),
    ],
)
def test_stations_by_role_in_official_order(cast, api, role, seen):
    assert codes(api(getattr(cast, role)).get(STATIONS)) == seen


def test_station_filters(cast, api):
    client = api(cast.admin)
    assert codes(client.get(STATIONS + "?level=township")) == ["GT", "YT"]
    assert codes(client.get(STATIONS + "?parent=GT")) == ["GT01", "GT02"]
    assert codes(client.get(STATIONS + "?level=branch&parent=JLX")) == []
    assert api(cast.clerk).get(STATIONS + "?parent=YT").status_code == 404
    assert client.get(STATIONS + "?parent=XX").status_code == 404


def test_closed_station_is_shown_as_closed(cast, api):
    clear_branch(cast, cast.gt02, to=cast.gt01, on=SUNDAY)
    close_station(station=cast.gt02, closed_on=SUNDAY, actor=cast.admin, at=moment(SUNDAY))
    assert api(cast.clerk).get(STATIONS + "GT02/").json()["is_open"] is False


def test_pages_are_linked_both_ways(cast, api):
    client, seen, link = api(cast.admin), [], STATIONS + "?page_size=2"
    while link:
        page = client.get(link).json()
        seen.append([row["code"] for row in page["results"]])
        back, link = page["previous"], page["next"]
    assert seen == [["JLX", "GT"], ["GT01", "GT02"], ["YT", "YT01"]]
    assert codes(client.get(back)) == ["GT01", "GT02"]
    assert set(page) == {"next", "previous", "results"}


def test_deputy_fields(cast, api):
    assert api(cast.clerk).get(f"{DEPUTIES}{cast.head_person.code}/").json() == {
        "code": cast.head_person.code, "name": "赵站长", "branch": "GT01", "role": "head", "levels": ["county"],
        "employer": "官亭镇中心小学", "position": "教师", "contact_scope": "教育、道路", "phone": "19900000000",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("role", "own", "others"),
    [
        ("staff", "19900000001", "19900000000"),
        ("clerk", "19900000001", "19900000000"),
        ("deputy", "19900000001", "199****0000"),
        ("head", "199****0001", "19900000000"),
    ],
)
def test_phones_are_masked_by_role(cast, api, role, own, others):
    client = api(getattr(cast, role))
    phones = {row["name"]: row["phone"] for row in client.get(DEPUTIES).json()["results"]}
    assert (phones["李代表"], phones["赵站长"]) == (own, others)
    assert client.get(f"{DEPUTIES}{cast.head_person.code}/").json()["phone"] == others


def test_search_tells_nothing_of_a_masked_phone(cast, api):
    for tail, found in (("0000002", set()), ("002", set())):
        assert names(api(cast.deputy).get(f"{DEPUTIES}?q={tail}")) == found
    assert names(api(cast.clerk).get(f"{DEPUTIES}?q=0000002")) == {"陈卫"}


def test_deputies_by_place_and_text(cast, api):
    client = api(cast.admin)
    assert len(codes(client.get(DEPUTIES + "?station=JLX"))) == 8
    assert len(codes(client.get(DEPUTIES + "?station=GT"))) == 6
    assert names(client.get(DEPUTIES + "?station=GT02")) == {"钱站长", "王芳"}
    assert names(client.get(DEPUTIES + "?station=GT&q=wf")) == {"王芳"}
    assert names(api(cast.stranger).get(DEPUTIES)) == {"孙站长", "马强"}
    assert api(cast.stranger).get(DEPUTIES + "?station=GT").status_code == 404
    assert api(cast.clerk).get(DEPUTIES + "?station=JLX").status_code == 404


def test_change_of_a_deputy_keeps_its_rules(cast, api):
    client, path = api(cast.staff), f"{DEPUTIES}{cast.deputy_person.code}/"
    seen = client.get(path)["ETag"]
    changed = client.patch(path, {"phone": "19900008888", "position": "校长"}, format="json", HTTP_IF_MATCH=seen)
    assert changed.status_code == 200
    assert (changed.json()["phone"], changed.json()["position"]) == ("19900008888", "校长")
    assert changed["ETag"] == client.get(path)["ETag"] != seen
    log = AuditLog.objects.filter(action="edit_deputy").get()
    assert (log.actor, log.detail) == (cast.staff, {"columns": ["phone", "position"]})
    stale = client.patch(path, {"phone": "19900007777"}, format="json", HTTP_IF_MATCH=seen)
    assert stale.status_code == 412 and "重新读取" in stale.json()["detail"]
    for tag in ("*", changed["ETag"], f'"other", W/{changed["ETag"]}'):
        assert client.patch(path, {"phone": "19900008888"}, format="json", HTTP_IF_MATCH=tag).status_code == 200
    assert client.patch(path, {"phone": "1"}, format="json", HTTP_IF_MATCH="unquoted").status_code == 412


def test_a_stale_change_is_told_what_changed_since(cast, api):
    client, path = api(cast.staff), f"{DEPUTIES}{cast.deputy_person.code}/"
    seen = client.get(path)["ETag"]
    now = client.patch(path, {"phone": "19900008888", "position": "校长"}, format="json")["ETag"]
    stale = client.patch(path, {"position": "教师"}, format="json", HTTP_IF_MATCH=seen)
    assert stale.status_code == 412
    assert stale.json()["changes"] == {"phone": "19900008888", "position": "校长"}
    assert stale.json()["current"] == now == client.get(path)["ETag"]
    weak = client.patch(path, {"position": "教师"}, format="json", HTTP_IF_MATCH=f'"v1", W/{seen}')
    assert weak.json()["changes"] == stale.json()["changes"]
    unknown = client.patch(path, {"position": "教师"}, format="json", HTTP_IF_MATCH='"old"').json()
    assert unknown["changes"] == client.get(path).json()
    assert (
        client.patch(path, {"position": "教师"}, format="json", HTTP_IF_MATCH=stale.json()["current"]).status_code
        == 200
    )


@pytest.mark.parametrize(
    "body", [{"name": "别名"}, {"branch": "GT02", "phone": "1"}, {"phone": "1" * 21}, {"phone": [1]}]
)
def test_what_cannot_be_changed_here_is_named_and_nothing_is_changed(cast, api, body):
    before = Deputy.objects.values().get(pk=cast.deputy_person.pk)
    answer = api(cast.staff).patch(f"{DEPUTIES}{cast.deputy_person.code}/", body, format="json")
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) <= set(body)
    assert Deputy.objects.values().get(pk=cast.deputy_person.pk) == before


def test_not_yours_to_change_comes_before_stale(cast, api):
    path = f"{DEPUTIES}{cast.deputy_person.code}/"
    assert api(cast.clerk).patch(path, {"name": 1}, format="json", HTTP_IF_MATCH='"old"').status_code == 403
    assert api(cast.stranger).patch(path, {"name": 1}, format="json", HTTP_IF_MATCH='"old"').status_code == 404
    assert api(cast.staff).patch(path, {"name": 1}, format="json", HTTP_IF_MATCH='"old"').status_code == 412


@pytest.fixture
def scored(cast):
    row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: "late"})
    file_log(row=row, on=SUNDAY, actor=cast.clerk, at=AT)
    rescore(county=cast.county, year=2026, at=AT)


def test_score_and_its_entries(cast, api, scored):
    body = api(cast.deputy).get(f"{DEPUTIES}{cast.deputy_person.code}/score/?year=2026").json()
    (entry,) = body.pop("entries")
    assert body == {"year": 2026, "base": 59, "bonus": 0, "total": 59}
    assert set(entry) == {"uid", "rule", "points", "occurred_on", "reason", "source", "reverses"}
    assert (entry["points"], entry["rule"], entry["source"]) == (-1, "late_or_early", "log")
    assert (entry["occurred_on"], entry["reverses"]) == ("2026-03-01", None)


def test_a_reversal_names_the_entry_it_takes_back(cast, api, scored):
    cast.deputy_person.attendance.update(status="present")
    rescore(county=cast.county, year=2026, at=AT)
    body = api(cast.clerk).get(f"{DEPUTIES}{cast.deputy_person.code}/score/?year=2026").json()
    first, second = body["entries"]
    assert (body["base"], body["total"]) == (60, 60)
    assert (second["points"], second["reverses"]) == (1, first["uid"])


def test_another_year_is_empty(cast, api, scored):
    body = api(cast.deputy).get(f"{DEPUTIES}{cast.deputy_person.code}/score/?year=2025").json()
    assert body == {"year": 2025, "base": 60, "bonus": 0, "total": 60, "entries": []}


def test_colleagues_points_are_not_there_for_a_deputy(cast, api, scored):
    for who in (cast.head, cast.stranger, cast.officer):
        assert api(who).get(f"{DEPUTIES}{cast.deputy_person.code}/score/").status_code == 404
    assert api(cast.deputy).get(f"{DEPUTIES}{cast.head_person.code}/score/").status_code == 404


@pytest.mark.parametrize(("parent", "rows"), [("YT", 1), ("GT", 3)])
def test_places_cost_the_same_with_more_rows(cast, api, parent, rows, django_assert_num_queries):
    open_station(code="GT03", name="第三分站", parent=cast.gt, opened_on=OPENED, actor=cast.admin)
    client = api(cast.admin)
    with django_assert_num_queries(4):
        assert len(codes(client.get(f"{STATIONS}?parent={parent}"))) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_people_cost_the_same_with_more_rows(cast, api, rows, django_assert_num_queries):
    branch = open_station(code="GT03", name="第三分站", parent=cast.gt, opened_on=OPENED, actor=cast.admin)
    for number in range(rows):
        make_deputy(cast, f"新代表{number}", branch)
    client = api(cast.clerk)
    with django_assert_num_queries(6):
        assert len(codes(client.get(f"{DEPUTIES}?station=GT03"))) == rows


def test_details_cost_little(cast, api, scored, django_assert_max_num_queries):
    for path in (
        f"{STATIONS}GT01/",
        f"{DEPUTIES}{cast.head_person.code}/",
        f"{DEPUTIES}{cast.head_person.code}/score/",
    ):
        client = api(cast.clerk)
        with django_assert_max_num_queries(8):
            assert client.get(path).status_code == 200
