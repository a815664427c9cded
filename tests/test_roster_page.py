"""Roster pages: a station's month from draft to published and after, one day, paper, the county's list, the deputy's own."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from activities.models import CalendarFeed, Exemption, Leave, OtherService, Roster, RosterChange, Shift
from activities.services.rosters import add_day, cancel_day, draft_roster, move_day, publish_roster
from activities.states import Form, LeaveState, Presence, RosterState, ShiftState
from activities.views.rosters.desks import following
from julu_liaison.common.models import CalendarDay
from julu_liaison.common.working_days import today_here
from stations.services import open_station
from tests.cast import OPENED, make_deputy, moment

MONTH = following(today_here())
AT = f"?month={MONTH:%Y-%m}&station=GT"
PAGE = f"/station/roster/{AT}"
COUNTY_PAGE = f"/console/roster/?month={MONTH:%Y-%m}"


@pytest.fixture
def drafted(cast) -> Roster:
    return draft_roster(station=cast.gt, month=MONTH, actor=cast.clerk, at=timezone.now()).roster


@pytest.fixture
def published(cast, drafted) -> Roster:
    return publish_roster(roster=drafted, actor=cast.clerk, at=timezone.now())


@pytest.fixture
def crowd(cast) -> None:
    """Sixteen members at GT01: more than any month has seats."""
    for number in range(12):
        make_deputy(cast, f"多余{number}", cast.gt01)


def first_shift(roster, branch) -> Shift:
    return Shift.objects.filter(roster=roster, branch=branch).order_by("date").first()


def names_on(shift) -> set[str]:
    return {place.deputy.name for place in shift.places.all()}


# ---- The month -----------------------------------------------------------------------------------------------------


def test_from_nothing_to_published(cast, signed_in):
    client = signed_in(cast.clerk)
    assert "还没有排" in client.get(PAGE).text
    drafted = client.post(PAGE, {"act": "draft"}, follow=True)
    assert "草稿" in drafted.text and "赵站长" in drafted.text
    asked = client.get(f"{PAGE}&publish=1").text
    assert "会通知2位,4位没有账号,要打电话" in asked and "2个分站" in asked
    done = client.post(PAGE, {"act": "publish"}, follow=True)
    assert "已公布" in done.text
    assert Roster.objects.get().state == RosterState.PUBLISHED


def test_beside_every_name_last_duty_and_times(cast, signed_in, drafted, monkeypatch):
    today = today_here()
    counts = {
        cast.deputy_person.pk: (today.replace(day=1), 3),
        cast.head_person.pk: (today.replace(year=2024, day=1), 0),
    }
    monkeypatch.setattr("activities.views.rosters.station.service_counts", lambda **facts: counts)
    monkeypatch.setattr("activities.views.rosters.days.service_counts", lambda **facts: counts)
    client = signed_in(cast.clerk)
    text = client.get(PAGE).text
    counted = "今年" if MONTH.year == today.year else f"{today.year}年"
    assert f"{counted}3次 上次{today.month}月1日" in text
    assert f"{counted}没来过 上次2024年{today.month}月1日" in text
    day = client.get(f"/station/roster/{first_shift(drafted, cast.gt01).pk}/").text
    assert f"{counted}3次,上次{today.month}月1日" in day and f"{counted}没来过,上次2024年{today.month}月1日" in day


def test_who_is_left_over_why_and_what_helps(cast, signed_in, crowd, drafted):
    page = signed_in(cast.clerk).get(PAGE)
    left = page.context["unplaced"]
    assert left and all(one.reason in page.text and one.remedy in page.text for one, _form in left)
    assert all(one.branch == cast.gt01 for one, _form in left)


def test_a_fourth_seat_puts_the_person_on(cast, signed_in, crowd, drafted):
    client = signed_in(cast.clerk)
    one = client.get(PAGE).context["unplaced"][0][0]
    assert one.kind == "more_seats"
    facts = {"act": "place", "shift": one.shift.pk, "deputy": one.deputy.code, "seats": one.seats}
    client.post(PAGE, facts)
    shift = Shift.objects.get(pk=one.shift.pk)
    assert shift.seats == 4 and one.deputy.name in names_on(shift)


def test_another_service_is_planned_and_taken_back(cast, signed_in, crowd, drafted):
    client = signed_in(cast.clerk)
    left = client.get(PAGE).context["unplaced"]
    person = left[0][0].deputy
    facts = {"act": "other", "deputy": person.code, "form": Form.HOUSEHOLD, "by": MONTH.replace(day=20), "note": ""}
    client.post(PAGE, facts)
    service = OtherService.objects.get(deputy=person)
    page = client.get(PAGE)
    assert person not in [one.deputy for one, _form in page.context["unplaced"]] and "入户服务" in page.text
    client.post(PAGE, {"act": "drop", "service": service.pk})
    assert not OtherService.objects.exists()


def test_another_service_keeps_what_was_typed(cast, signed_in, crowd, drafted):
    client = signed_in(cast.clerk)
    person = client.get(PAGE).context["unplaced"][0][0].deputy
    answer = client.post(PAGE, {"act": "other", "deputy": person.code, "form": "visit", "by": "", "note": "走访安家庄"})
    assert answer.status_code == 400
    assert "走访安家庄" in answer.text and f"#id_other-{person.code}_by" in answer.text


def test_planning_again_is_shown_before_it_is_done(cast, signed_in, published):
    client = signed_in(cast.clerk)
    shift = first_shift(published, cast.gt02)
    shift.places.all().delete()
    before = Shift.objects.filter(roster=published, places__isnull=False).count()
    shown = client.post(PAGE, {"act": "preview", "reason": "有人请假"})
    assert shown.status_code == 200 and shown.context["preview"]
    assert Shift.objects.filter(roster=published, places__isnull=False).count() == before
    assert not RosterChange.objects.exists()
    done = client.post(PAGE, {"act": "replan", "reason": "有人请假"}, follow=True)
    assert shift.places.exists() and "公布以后的变动" in done.text and "有人请假" in done.text


def test_planning_again_asks_for_a_reason(cast, signed_in, published):
    answer = signed_in(cast.clerk).post(PAGE, {"act": "preview", "reason": " "})
    assert answer.status_code == 400 and 'href="#id_replan_reason"' in answer.text


def test_a_published_month_is_not_drafted_again(cast, signed_in, published):
    answer = signed_in(cast.clerk).post(PAGE, {"act": "draft"})
    assert answer.status_code == 409 and "已经公布" in answer.text


def test_a_year_without_holidays_is_warned_of(cast, signed_in):
    client = signed_in(cast.clerk)
    assert f"{MONTH.year}年的节假日还没有录入" in client.get(PAGE).text
    CalendarDay.objects.create(date=MONTH.replace(month=1), kind="holiday", name="元旦")
    assert "节假日还没有录入" not in client.get(PAGE).text


def test_the_head_reads_the_own_branch_once_it_is_published(cast, signed_in, drafted):
    client = signed_in(cast.head)
    assert "还没有公布" in client.get(PAGE).text
    publish_roster(roster=drafted, actor=cast.clerk, at=timezone.now())
    page = client.get("/station/roster/" + AT)
    assert [line.branch for line in page.context["table"].lines] == [cast.gt01]
    assert "钱站长" not in page.text and 'name="act"' not in page.text
    assert client.post(PAGE, {"act": "draft"}).status_code == 403


def test_who_opens_it(cast, signed_in, drafted):
    expected = {
        "clerk": 200, "head": 200, "staff": 200, "auditor": 200, "stranger": 404, "deputy": 404, "officer": 404,
        "system": 404,
    }  # fmt: skip
    assert {who: signed_in(getattr(cast, who)).get(PAGE).status_code for who in expected} == expected


def test_the_auditor_reads_and_changes_nothing(cast, signed_in, drafted):
    client = signed_in(cast.auditor)
    assert 'name="act"' not in client.get(PAGE).text
    assert client.post(PAGE, {"act": "publish"}).status_code == 403


def test_the_county_starts_from_its_list(cast, signed_in):
    assert signed_in(cast.staff).get("/station/roster/").url == "/console/roster/"


@pytest.mark.parametrize(
    "query", ["month=2026-13", "month=x", "month=1999-01", "station=YT", "station=%00", "month=2026-1"]
)
def test_nonsense_in_the_address_is_no_page(cast, signed_in, query):
    assert signed_in(cast.clerk).get(f"/station/roster/?{query}").status_code == 404


def test_nonsense_sent_is_no_page_or_no_act(cast, signed_in, drafted):
    client = signed_in(cast.clerk)
    for facts in ({"shift": "x", "deputy": "y"}, {"shift": "9" * 40, "deputy": "\0"}, {}):
        assert client.post(PAGE, {"act": "place", **facts}).status_code == 404
    assert client.post(PAGE, {"act": "nothing"}).status_code == 302
    assert client.post(PAGE, {"act": "drop", "service": "x"}).status_code == 404


def more_branches(cast, number: int) -> None:
    """Give 官亭镇 branches with two deputies each until it has `number`."""
    for index in range(3, number + 1):
        branch = open_station(
            code=f"GT{index:02d}", name=f"第{index}分站", parent=cast.gt, opened_on=OPENED, actor=cast.admin
        )  # fmt: skip
        make_deputy(cast, f"甲{index}", branch, head=True)
        make_deputy(cast, f"乙{index}", branch)


@pytest.fixture
def counted(cast, signed_in, django_assert_max_num_queries):
    """How many queries a page takes for somebody."""

    def count(who: str, url: str) -> int:
        client = signed_in(getattr(cast, who))
        client.get(url)
        with django_assert_max_num_queries(200) as found:
            assert client.get(url).status_code == 200
        return len(found)

    return count


@pytest.mark.parametrize(
    ("who", "url"),
    [("clerk", PAGE), ("staff", COUNTY_PAGE), ("clerk", f"/station/roster/calendar/{AT}")],
)
def test_queries_do_not_grow_with_the_branches(cast, counted, who, url):
    draft_roster(station=cast.gt, month=MONTH, actor=cast.clerk, at=timezone.now())
    few = counted(who, url)
    more_branches(cast, 4)
    draft_roster(station=cast.gt, month=MONTH, actor=cast.clerk, at=timezone.now())
    assert counted(who, url) == few


# ---- One day -------------------------------------------------------------------------------------------------------


def test_putting_on_and_taking_off(cast, signed_in, drafted):
    client = signed_in(cast.clerk)
    shift = first_shift(drafted, cast.gt01)
    page = client.get(f"/station/roster/{shift.pk}/")
    on, off = page.context["serving"][0].deputy, page.context["others"][0].deputy
    client.post(f"/station/roster/{shift.pk}/", {"take_off": on.code})
    client.post(f"/station/roster/{shift.pk}/", {"put_on": off.code})
    assert off.name in names_on(shift) and on.name not in names_on(shift)


def test_once_published_a_reason_is_needed_and_kept(cast, signed_in, published):
    client = signed_in(cast.clerk)
    shift = first_shift(published, cast.gt01)
    on = shift.places.first().deputy
    refused = client.post(f"/station/roster/{shift.pk}/", {"take_off": on.code, "reason": ""})
    assert refused.status_code == 400 and "请写原因" in refused.text
    done = client.post(f"/station/roster/{shift.pk}/", {"take_off": on.code, "reason": "本人出差"}, follow=True)
    assert on.name not in names_on(shift) and "本人出差" in done.text


def test_leave_and_exemption_stand_beside_the_name(cast, signed_in, drafted):

    shift = first_shift(drafted, cast.gt01)
    shift.places.all().delete()
    ill, exempt = cast.deputies["GT01"][2:4]
    leave = Leave(
        deputy=ill, started_on=shift.date, ended_on=shift.date, kind=Presence.SICK_LEAVE, reason="住院",
        state=LeaveState.APPROVED, asked_at=timezone.now(),
    )  # fmt: skip
    leave.put_at(cast.gt01)
    leave.save()
    Exemption.objects.create(deputy=exempt, started_on=shift.date, reason="长期病", granted_at=timezone.now())
    page = signed_in(cast.clerk).get(f"/station/roster/{shift.pk}/")
    assert {one.deputy: one.hindrance for one in page.context["others"] if one.hindrance} == {
        ill: "病假", exempt: "免除值班",
    }  # fmt: skip
    assert f'value="{ill.code}"' not in page.text and "住院" not in page.text


def test_four_seats_are_warned_of(cast, signed_in, drafted):
    shift = first_shift(drafted, cast.gt01)
    page = signed_in(cast.clerk).post(f"/station/roster/{shift.pk}/", {"act": "seats", "seats": "4"}, follow=True)
    assert Shift.objects.get(pk=shift.pk).seats == 4
    assert next(message.level_tag for message in page.context["messages"]) == "warning"
    assert signed_in(cast.clerk).post(f"/station/roster/{shift.pk}/", {"act": "seats", "seats": "9"}).status_code == 400


def test_cancelling_needs_a_reason_and_can_be_taken_back(cast, signed_in, published):
    client = signed_in(cast.clerk)
    url = f"/station/roster/{first_shift(published, cast.gt01).pk}/"
    refused = client.post(url, {"act": "cancel", "reason": ""})
    assert refused.status_code == 400 and "#id_cancel_reason" in refused.text
    page = client.post(url, {"act": "cancel", "reason": "换届选举"}, follow=True)
    assert "已取消" in page.text and "换届选举" in page.text
    page = client.post(url, {"act": "resume", "reason": "选举改期"}, follow=True)
    assert first_shift(published, cast.gt01).state == ShiftState.PLANNED


def test_moving_a_day(cast, signed_in, published):
    client = signed_in(cast.clerk)
    shift = first_shift(published, cast.gt01)
    target = shift.date.replace(day=shift.date.day + 2)
    page = client.post(
        f"/station/roster/{shift.pk}/", {"act": "move", "to": target, "reason": "会场装修"}, follow=True
    )  # fmt: skip
    assert Shift.objects.get(pk=shift.pk).date == target and "会场装修" in page.text
    typed = client.post(f"/station/roster/{shift.pk}/", {"act": "move", "to": "x", "reason": "再改一次"})
    assert typed.status_code == 400 and "再改一次" in typed.text


def test_an_extra_day_for_chosen_branches(cast, signed_in, drafted):
    client = signed_in(cast.clerk)
    url = f"/station/roster/add/{AT}"
    on = next(day for day in (MONTH.replace(day=10), MONTH.replace(day=11)) if day.weekday() != 6)
    refused = client.post(url, {"on": on, "reason": ""})
    assert refused.status_code == 400 and "请至少选一个分站" in refused.text
    assert client.post(url, {"on": on, "reason": "集中接待", "branches": ["GT02"]}).status_code == 302
    shift = Shift.objects.get(is_extra=True)
    assert (shift.branch, shift.date, shift.reason) == (cast.gt02, on, "集中接待")
    assert "加开" in client.get(PAGE).text


def test_who_opens_a_day(cast, signed_in, published):
    url = f"/station/roster/{first_shift(published, cast.gt01).pk}/"
    expected = {"clerk": 200, "staff": 200, "auditor": 403, "head": 403, "deputy": 403, "stranger": 404, "officer": 404}
    assert {who: signed_in(getattr(cast, who)).get(url).status_code for who in expected} == expected
    assert signed_in(cast.head).post(url, {"take_off": "x"}).status_code == 403


def test_queries_of_a_day_do_not_grow_with_the_members(cast, counted, drafted):
    url = f"/station/roster/{first_shift(drafted, cast.gt01).pk}/"
    few = counted("clerk", url)
    for number in range(3):
        make_deputy(cast, f"新{number}", cast.gt01)
    assert counted("clerk", url) == few


# ---- Paper, workbook ------------------------------------------------------------------------------------------------


def test_print_and_workbook_say_the_same(cast, signed_in, published):
    cancel_day(
        shifts=[first_shift(published, cast.gt02)], reason="=换届选举", actor=cast.clerk, at=timezone.now()
    )  # fmt: skip
    client = signed_in(cast.clerk)
    paper = client.get(f"/station/roster/print/{AT}").text
    answer = client.get(f"/station/roster/file/{AT}")
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    rows = [[cell.value or "" for cell in row] for row in sheet.iter_rows(min_row=3)]
    assert [row[0] for row in rows] == ["第一分站", "第二分站"]
    first = first_shift(published, cast.gt01)
    assert set(rows[0][1].split("、")) == names_on(first)
    assert rows[1][1] == "已取消:=换届选举" and "=换届选举" in paper
    assert sheet["B4"].data_type == "s"
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")


def test_the_heads_paper_has_the_own_branch_only(cast, signed_in, published):
    assert "第二分站" not in signed_in(cast.head).get(f"/station/roster/print/{AT}").text
    assert signed_in(cast.stranger).get(f"/station/roster/file/{AT}").status_code == 404


# ---- County --------------------------------------------------------------------------------------------------------


def test_the_county_sees_how_far_each_station_is(cast, signed_in, crowd, published):
    first_shift(published, cast.gt02).places.first().delete()
    page = signed_in(cast.auditor).get(COUNTY_PAGE)
    rows = {row.station.code: row for row in page.context["rows"]}
    left = len(signed_in(cast.staff).get(PAGE).context["unplaced"])
    assert (rows["GT"].gaps, rows["GT"].unplaced, rows["GT"].branches) == (1, left, 2)
    assert left and rows["YT"].roster is None and "没有排" in page.text
    assert list(rows) == ["GT", "YT"]


def test_the_console_is_the_countys(cast, signed_in):
    assert signed_in(cast.clerk).get("/console/roster/").status_code == 403


# ---- The deputy's own ----------------------------------------------------------------------------------------------


def test_a_deputy_reads_the_own_branchs_published_month(cast, signed_in, drafted):
    client, url = signed_in(cast.deputy), f"/me/roster/?month={MONTH:%Y-%m}"
    assert "还没有公布" in client.get(url).text
    publish_roster(roster=drafted, actor=cast.clerk, at=timezone.now())
    page = client.get(url)
    assert "您值班" in page.text and "钱站长" not in page.text
    mine = [shift for shift in page.context["shifts"] if shift.is_mine]
    assert mine and all("李代表" in names_on(shift) for shift in mine)


def test_who_has_an_own_month(cast, signed_in):
    expected = {"deputy": 200, "head": 200, "clerk": 404, "staff": 404, "officer": 404}
    assert {who: signed_in(getattr(cast, who)).get("/me/roster/").status_code for who in expected} == expected


def test_making_renewing_and_revoking_an_own_address(cast, signed_in):
    client = signed_in(cast.deputy)
    assert "做一个订阅地址" in client.get("/me/calendar/").text
    client.post("/me/calendar/", {"act": "open"})
    first = CalendarFeed.objects.get(revoked_at=None)
    page = client.get("/me/calendar/")
    assert f"/feeds/{first.token}.ics" in page.text and "webcal://" in page.text and "no-store" in page["Cache-Control"]
    client.post("/me/calendar/", {"act": "open"})
    second = CalendarFeed.objects.get(revoked_at=None)
    assert second != first
    client.post("/me/calendar/", {"act": "revoke"})
    assert not CalendarFeed.objects.filter(revoked_at=None).exists()
    assert client.post("/me/calendar/", {"act": "x"}).status_code == 404


def test_addresses_of_branches(cast, signed_in):
    url = f"/station/roster/calendar/{AT}"
    signed_in(cast.head).post(url, {"act": "open", "branch": "GT01"})
    assert CalendarFeed.objects.get().branch == cast.gt01
    assert signed_in(cast.head).post(url, {"act": "open", "branch": "GT02"}).status_code == 404
    assert "第二分站" in signed_in(cast.clerk).get(url).text
    expected = {"clerk": 200, "staff": 200, "head": 200, "auditor": 403, "deputy": 404, "stranger": 404}
    assert {who: signed_in(getattr(cast, who)).get(url).status_code for who in expected} == expected


# ---- The public page -----------------------------------------------------------------------------------------------


def test_villagers_read_what_was_called_off_moved_and_added(cast, client, published, monkeypatch):
    at, shifts = timezone.now(), list(Shift.objects.filter(branch=cast.gt01).order_by("date"))
    cancel_day(shifts=shifts[:1], reason="换届选举", actor=cast.clerk, at=at)
    moved = shifts[1].date.replace(day=shifts[1].date.day + 1)
    move_day(shifts=[shifts[1]], to=moved, reason="会场装修", actor=cast.clerk, at=at)
    add_day(branches=[cast.gt01], on=shifts[0].date.replace(day=shifts[0].date.day + 1), reason="集中接待",
            actor=cast.clerk, at=at)  # fmt: skip
    eve = moment(shifts[0].date - timedelta(days=1))  # on a month's first day its last receptions are too far ahead to be told
    monkeypatch.setattr("django.utils.timezone.now", lambda: eve)
    text = client.get("/b/GT01/").text
    for words in (
        "这一天不接待",
        "换届选举",
        "会场装修",
        f"原定{shifts[1].date.month}月{shifts[1].date.day}日",
        "加开",
        "集中接待",
    ):
        assert words in text
