"""Villages, activities, one duty log, monthly reports, boards and notices: fields, masks, filters, fixed costs."""

from datetime import date, timedelta

import pytest

from activities.models import MonthReport
from activities.rules.months import read_month, settled_digest
from activities.services import Matter, SundayRow, confirm_month, file_log, issue_month
from activities.services.events import Audience, announce_activity, finish_activity, record_attendance
from activities.states import ActivityKind
from deputies.posters import order_of, print_one
from deputies.states import Product
from julu_liaison.notices.models import Notice
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
from stations.services import add_village
from tests.api.conftest import AT
from tests.cast import SUNDAY, moment

V1 = "/api/v1/"
MARCH = date(2026, 3, 1)
LATER = moment(date(2026, 4, 3))


def body_of(answer) -> dict:
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def results(answer) -> list[dict]:
    return body_of(answer)["results"]


# --- villages ---------------------------------------------------------------------------------------------------


def test_villages_by_scope_place_and_name(cast, api):
    add_village(name="官亭村", branch=cast.gt02, actor=cast.admin)
    add_village(name="阎疃村", branch=cast.yt01, actor=cast.admin)
    own, other, foreign = (
        {"name": "安家庄村", "branch": "GT01"}, {"name": "官亭村", "branch": "GT02"}, {"name": "阎疃村", "branch": "YT01"}
    )  # fmt: skip
    for role, address, wanted in (
        ("admin", "villages/", [own, other, foreign]),
        ("clerk", "villages/", [own, other]),
        ("deputy", "villages/", [own]),
        ("officer", "villages/", []),
        ("admin", "villages/?station=GT", [own, other]),
        ("admin", "villages/?station=JLX&q=官亭", [other]),
        ("clerk", "villages/?station=GT02", [other]),
    ):
        assert results(api(getattr(cast, role)).get(V1 + address)) == wanted


# --- activities -------------------------------------------------------------------------------------------------


def announce(cast, title="学习代表法", on=SUNDAY, **facts):
    given = {
        "station": cast.gt, "kind": ActivityKind.STUDY, "title": title, "held_on": on, "actor": cast.clerk, "at": AT,
        "audience": Audience(places=(cast.gt,)), "venue": "三楼会议室", "notice": "带笔记本",
    }  # fmt: skip
    return announce_activity(**(given | facts))


@pytest.fixture
def held(cast):
    """Of six people of GT one was on sick leave and one did not come."""
    activity = announce(cast)
    statuses = dict.fromkeys([*cast.deputies["GT01"], *cast.deputies["GT02"]], "present")
    statuses |= {cast.deputies["GT01"][2]: "sick_leave", cast.deputies["GT02"][1]: "absent"}
    record_attendance(activity=activity, statuses=statuses, actor=cast.clerk, at=AT)
    return finish_activity(activity=activity, actor=cast.clerk, at=AT, leaflets=12)


def test_an_activity_for_who_oversees_it(cast, api, held):
    shown = body_of(api(cast.clerk).get(f"{V1}activities/{held.uid}/"))
    people = {row["name"]: (row["branch"], row["expected"], row["status"]) for row in shown.pop("attendance")}
    assert shown.pop("counts") == {
        "expected": 6, "present": 4, "late": 0, "left_early": 0, "on_leave": 1, "absent": 1, "substituted": 0,
        "unset": 0, "unasked": 0,
    }  # fmt: skip
    assert people["李代表"] == ("GT01", True, "present")
    assert people["陈卫"] == ("GT01", True, "on_leave") and people["王芳"] == ("GT02", True, "absent")
    assert shown == {
        "uid": str(held.uid), "title": "学习代表法", "kind": "study", "station": "GT", "partners": [],
        "held_on": "2026-03-01", "hours": "", "venue": "三楼会议室", "state": "held", "required": True,
        "sign_up_until": None, "leaflets": 12, "households": 0, "reached": 0, "notice": "带笔记本", "minutes": "",
        "cancel_reason": "",
    }  # fmt: skip


def test_who_was_only_asked_sees_only_the_own_part(cast, api, held):
    client = api(cast.deputy)
    shown = body_of(client.get(f"{V1}activities/{held.uid}/"))
    assert shown["counts"] is None
    assert [(row["deputy"], row["status"]) for row in shown["attendance"]] == [(cast.deputy_person.code, "present")]
    (row,) = results(client.get(V1 + "activities/"))
    assert row["counts"] is None and "attendance" not in row
    assert "sick_leave" not in api(cast.clerk).get(f"{V1}activities/{held.uid}/").content.decode()


def test_activities_by_place_year_and_kind(cast, api, held):
    announce(cast, "视察公路", SUNDAY + timedelta(days=9), kind=ActivityKind.INSPECTION)
    client = api(cast.admin)
    for query, titles in (
        ("", ["视察公路", "学习代表法"]),
        ("?kind=study", ["学习代表法"]),
        ("?state=announced&station=GT", ["视察公路"]),
        ("?year=2025", []),
        ("?year=2026&station=YT", []),
    ):
        assert [row["title"] for row in results(client.get(V1 + "activities/" + query))] == titles
    assert client.get(V1 + "activities/?year=1").status_code == 400


@pytest.mark.parametrize("rows", [1, 3])
def test_activities_cost_the_same_with_more_rows(cast, api, rows, django_assert_num_queries):
    for turn in range(rows):
        announce(cast, f"学习第{turn}讲")
    client = api(cast.clerk)
    with django_assert_num_queries(5):
        assert len(results(client.get(V1 + "activities/"))) == rows


@pytest.mark.parametrize("places", [("gt01",), ("gt01", "gt02")])
def test_an_activity_costs_the_same_with_more_people(cast, api, places, django_assert_num_queries):
    made = announce(cast, audience=Audience(places=tuple(getattr(cast, name) for name in places)))
    client = api(cast.clerk)
    with django_assert_num_queries(11):
        assert len(body_of(client.get(f"{V1}activities/{made.uid}/"))["attendance"]) > 3


# --- one duty log -----------------------------------------------------------------------------------------------


@pytest.fixture
def log(cast):
    villager = {"villager_name": "张三", "villager_phone": "19900009999", "villager_village": "安家庄村"}
    row = SundayRow(
        branch=cast.gt01, attendance={cast.deputy_person: "present"}, received=2,
        matters=[
            Matter("村西路灯不亮", deputy=cast.deputy_person, **villager),
            Matter("问医保怎么交", handling="answered", result="讲清了缴费办法", **villager),
        ],
    )  # fmt: skip
    return file_log(row=row, on=SUNDAY, actor=cast.clerk, at=AT).log


def test_a_log_shows_its_visits_and_never_who_came(cast, api, log):
    answer = api(cast.clerk).get(f"{V1}duty-logs/{log.uid}/")
    shown, text = body_of(answer), answer.content.decode()
    assert (shown["number"], shown["version"], shown["confirmed_at"]) == ("〔2026〕第001号", 1, None)
    first, second = shown["visits"]
    assert (first["matter"], first["opinion"]) == ("村西路灯不亮", shown["opinions"][0]["uid"])
    assert (second["handling"], second["result"], second["opinion"]) == ("answered", "讲清了缴费办法", None)
    assert "张三" not in text and "9999" not in text and "安家庄" not in text


def test_a_deputy_sees_the_log_without_the_register(cast, api, log):
    shown = body_of(api(cast.deputy).get(f"{V1}duty-logs/{log.uid}/"))
    assert shown["visits"] == [] and len(shown["opinions"]) == 1


def test_logs_by_branch_month_and_state(cast, api, log):
    client = api(cast.clerk)
    for query, count in (
        ("?branch=GT01", 1), ("?branch=GT02", 0), ("?month=2026-03", 1), ("?month=2026-02", 0), ("?state=void", 0),
        ("?month=2026-03&branch=GT01&state=filed", 1),
    ):  # fmt: skip
        assert len(results(client.get(V1 + "duty-logs/" + query))) == count
    assert client.get(V1 + "duty-logs/?month=2026-3").json()["errors"] == {"month": "月份请写成 2026-03 这样"}


@pytest.mark.parametrize("matters", [1, 3])
def test_a_log_costs_the_same_with_more_visits(cast, api, matters, django_assert_num_queries):
    given = [Matter(f"路灯{turn}不亮", deputy=cast.deputy_person) for turn in range(matters)]
    row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: "present"}, matters=given)
    filed = file_log(row=row, on=SUNDAY, actor=cast.clerk, at=AT)
    client = api(cast.clerk)
    with django_assert_num_queries(7):
        assert len(body_of(client.get(f"{V1}duty-logs/{filed.log.uid}/"))["visits"]) == matters


# --- monthly reports --------------------------------------------------------------------------------------------


@pytest.fixture
def march(cast, log):
    issue_month(county=cast.county, month=MARCH, at=moment(date(2026, 4, 1), 6))


def months(api, user, query="?month=2026-03") -> dict[str, dict]:
    return {row["place"]: row for row in body_of(api(user).get(V1 + "reports/monthly/" + query))["reports"]}


def test_reports_of_a_place_and_below_in_official_order(cast, api, march):
    assert list(months(api, cast.admin)) == ["JLX", "GT", "GT01", "GT02", "YT", "YT01"]
    assert list(months(api, cast.admin, "?month=2026-03&station=GT")) == ["GT", "GT01", "GT02"]
    assert list(months(api, cast.clerk)) == ["GT", "GT01", "GT02"]
    assert list(months(api, cast.head)) == ["GT01"]


def test_figures_are_of_today_until_the_station_agrees(cast, api, march):
    report = MonthReport.objects.select_related("place__parent").get(place=cast.gt01)
    seen = settled_digest(read_month(place=cast.gt01, month=MARCH, on=LATER.date()))
    confirm_month(report=report, seen=seen, actor=cast.head, at=LATER)
    rows = months(api, cast.clerk)
    branch, station = rows["GT01"], rows["GT"]
    assert (branch["state"], branch["edition"], branch["is_live"]) == ("confirmed", 1, True)
    assert (station["state"], station["deputies"]) == ("draft", [])
    assert branch["figures"]["received"] == station["figures"]["received"] == 2
    assert (branch["figures"]["logs"], branch["figures"]["opinions"], branch["figures"]["attended"]) == (1, 1, 1)
    people = {row["name"]: row for row in branch["deputies"]}
    assert (people["李代表"]["services"], people["李代表"]["minimum"]) == (1, "met")
    assert (people["赵站长"]["services"], people["赵站长"]["minimum"]) == (0, "missed")


def test_a_month_without_reports_is_told_from_the_records(cast, api, log):
    rows = months(api, cast.admin)
    assert list(rows) == ["JLX", "GT", "GT01", "GT02", "YT", "YT01"]
    assert rows["GT01"]["figures"]["logs"] == rows["JLX"]["figures"]["logs"] == 1
    assert {(row["state"], row["edition"], row["is_live"]) for row in rows.values()} == {(None, None, True)}
    assert list(months(api, cast.head, "?month=2026-03&station=GT01")) == ["GT01"]
    assert months(api, cast.admin, "?month=2099-01") == {}


@pytest.mark.parametrize("place", ["GT01", "GT", "JLX"])
def test_reports_cost_the_same_whatever_the_place(cast, api, march, place, django_assert_max_num_queries):
    client = api(cast.admin)
    with django_assert_max_num_queries(26):
        assert body_of(client.get(f"{V1}reports/monthly/?month=2026-03&station={place}"))["reports"]


# --- boards -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("media")
def test_boards_say_what_is_due_and_why(cast, api):
    print_one(order=order_of(Product.BOARD, "A2"), place=cast.gt01, actor=cast.clerk, at=AT)
    shown = body_of(api(cast.clerk).get(V1 + "boards/?size=A2"))
    rows = {row["branch"]: row for row in shown["boards"]}
    assert shown["size"] == "A2" and list(rows) == ["GT01", "GT02"]
    assert (rows["GT01"]["state"], rows["GT01"]["edition"]["number"]) == ("current", 1)
    assert rows["GT01"]["waits_for_hanging"] and rows["GT01"]["hanging"] is None
    assert (rows["GT02"]["state"], rows["GT02"]["edition"]) == ("new", None)
    client = api(cast.staff)
    client.patch(f"{V1}deputies/{cast.deputy_person.code}/", {"position": "校长"}, format="json")
    (row,) = body_of(client.get(V1 + "boards/?branch=GT01"))["boards"]
    assert row["state"] == "changed" and row["why"]
    assert client.get(V1 + "boards/?size=huge").status_code == 400


@pytest.mark.usefixtures("media")
@pytest.mark.parametrize("place", ["GT01", "JLX"])
def test_boards_cost_the_same_with_more_branches(cast, api, place, django_assert_num_queries):
    client = api(cast.admin)
    with django_assert_num_queries(13):
        assert body_of(client.get(f"{V1}boards/?station={place}"))["boards"]


# --- notices ----------------------------------------------------------------------------------------------------


def test_the_own_inbox_and_marking_it_as_read(cast, api):
    Notice.objects.all().delete()
    for text in ("后天接待", "明天接待"):
        notify(users=[cast.clerk, cast.head], kind=Kind.DUTY, text=text, link="/me/", at=AT)
    client = api(cast.clerk)
    first, second = results(client.get(V1 + "notices/"))
    assert (first["text"], second["text"], first["kind"]) == ("明天接待", "后天接待", "duty")
    assert (first["link"], first["urgent"], first["read_at"]) == ("/me/", False, None)
    assert body_of(client.post(V1 + "notices/read/")) == {"read": 2}
    assert body_of(client.post(V1 + "notices/read/", {}, format="json")) == {"read": 0}
    assert client.post(V1 + "notices/read/", {"uid": 1}, format="json").status_code == 400
    assert all(row["read_at"] for row in results(client.get(V1 + "notices/")))
    assert Notice.objects.filter(user=cast.head, read_at=None).count() == 2


# --- every list -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 200])
@pytest.mark.parametrize("name", ["stations", "villages", "deputies", "duty-logs", "activities", "opinions", "notices"])
def test_the_size_of_a_page_costs_nothing(cast, api, log, name, size, django_assert_num_queries):
    wanted = {"stations": 3, "villages": 3, "deputies": 5, "duty-logs": 6, "activities": 5, "opinions": 3, "notices": 2}
    for turn in range(3):
        add_village(name=f"第{turn}村", branch=cast.gt01, actor=cast.admin)
        announce(cast, f"学习第{turn}讲")
        notify(users=[cast.admin], kind=Kind.DUTY, text="接待", at=AT)
    client = api(cast.admin)
    with django_assert_num_queries(wanted[name]):
        assert results(client.get(f"{V1}{name}/?page_size={size}"))


def test_what_did_not_change_is_not_sent_again(cast, api, log):
    client, activity = api(cast.clerk), announce(cast)
    for address in (
        "stations/GT01/", f"deputies/{cast.head_person.code}/", f"duty-logs/{log.uid}/", f"activities/{activity.uid}/"
    ):  # fmt: skip
        tag = client.get(V1 + address)["ETag"]
        for named in (tag, f"W/{tag}", f'"x", {tag}', "*"):
            again = client.get(V1 + address, HTTP_IF_NONE_MATCH=named)
            assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
        assert client.get(V1 + address, HTTP_IF_NONE_MATCH='"x"').status_code == 200
