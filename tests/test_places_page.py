"""The county's places: the list, one place's details, and moving, merging and closing by the page."""

from datetime import date

import pytest
from django.urls import reverse

from activities.services import SundayRow, file_log
from activities.states import Presence
from deputies.models import Membership
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.services import add_village, appoint, close_station, edit_station, open_station
from stations.states import Role
from tests.cast import OPENED, SUNDAY, account, clear_branch, make_deputy, moment

LIST_QUERIES = 8  # session, user, scope; places, villages, members; the frame's place and notices


def url(name: str, code: str | None = None) -> str:
    return reverse(name, args=[code] if code else [])


def preview(client, page: str, code: str, **given):
    return client.get(url(page, code), given)


def confirm(client, page: str, code: str, seen, **given):
    return client.post(url(page, code), given | {"digest": seen.context["outcome"].digest})


# --- The list -------------------------------------------------------------------------------------------------


def test_the_list_shows_the_tree_with_what_comes_from_above(cast, signed_in):
    edit_station(station=cast.gt02, actor=cast.staff, phone="0319-2222222", seats=2)
    text = signed_in(cast.staff).get(url("places")).text
    for words in ("巨鹿县人大常委会网格指挥中心", "官亭镇人大代表联络站", "第二分站", "安家庄村委会", "赵站长", "0319-2222222"):
        assert words in text
    row = text.split('href="/console/places/GT01/"')[1].split("</tr>")[0]
    assert "4人" in row and "1个" in row
    assert '<span class="from-above">0319-0000004' in row and '<span class="from-above">3人' in row
    own = text.split('href="/console/places/GT02/"')[1].split("</tr>")[0]
    assert '<td data-l="电话" class="num">0319-2222222' in own and '<td data-l="每次" class="right num nowrap">2人' in own


def test_auditors_read_the_list_without_links(cast, signed_in):
    text = signed_in(cast.auditor).get(url("places")).text
    assert "第二分站" in text and 'href="/console/places/GT01/"' not in text


@pytest.mark.parametrize("who", ["clerk", "head", "deputy", "officer"])
def test_the_list_is_for_the_county(cast, signed_in, who):
    assert signed_in(getattr(cast, who)).get(url("places")).status_code == 403


def test_the_list_costs_the_same_however_many_places(cast, signed_in, django_assert_num_queries):
    client = signed_in(cast.staff)
    with django_assert_num_queries(LIST_QUERIES):
        client.get(url("places"))
    for number in range(3, 6):
        branch = open_station(
            code=f"GT0{number}", name=f"第{number}分站", parent=cast.gt, opened_on=OPENED, actor=cast.staff
        )
        add_village(name="新村", branch=branch, actor=cast.staff)
        make_deputy(cast, f"新{number}", branch, head=True)
    with django_assert_num_queries(LIST_QUERIES):
        client.get(url("places"))


def test_another_county_sees_nothing_of_this_one(cast, signed_in):
    other = open_station(code="C02-JLX", name="邻县", parent=None, opened_on=OPENED, actor=None)
    chief = account("linxian", "邻县管理员")
    appoint(user=chief, role=Role.COUNTY_ADMIN, station=other, started_on=OPENED, actor=None)
    there = open_station(code="C02-A", name="甲镇", parent=other, opened_on=OPENED, actor=chief)
    open_station(code="C02-A01", name="第一分站", parent=there, opened_on=OPENED, actor=chief)
    client = signed_in(chief)
    text = client.get(url("places")).text
    assert "甲镇" in text and "官亭" not in text and "巨鹿" not in text
    for name in ("place", "place-move", "place-merge", "place-close"):
        assert client.get(url(name, "GT01")).status_code == 404
    assert client.post(url("place-reopen", "GT01")).status_code == 404
    offered = client.get(url("place-move", "C02-A01")).text + client.get(url("place-merge", "C02-A01")).text
    assert "官亭" not in offered and "阎疃" not in offered
    assert "甲镇" not in signed_in(cast.staff).get(url("places")).text


# --- Details --------------------------------------------------------------------------------------------------


def details(place: Station, **changes) -> dict:
    names = ("name", "host", "address", "phone", "duty_hours", "seats", "official_order", "opened_on")
    return {name: getattr(place, name) or "" for name in names} | {"official_order": place.official_order} | changes


def test_details_are_changed_with_the_inherited_values_in_sight(cast, signed_in):
    client = signed_in(cast.staff)
    page = client.get(url("place", "GT01")).text
    assert 'placeholder="沿用上级:0319-0000004"' in page and "沿用上级:3人" in page
    answer = client.post(url("place", "GT01"), details(cast.gt01, phone="0319-7654321转8", seats="2"), follow=True)
    assert "资料改好了" in answer.text
    branch = Station.objects.get(code="GT01")
    assert (branch.phone, branch.seats, branch.address) == ("0319-7654321转8", 2, "安家庄村委会")


def test_a_fourth_seat_is_possible_with_a_warning(cast, signed_in):
    client = signed_in(cast.staff)
    assert "一般是2至3人" in client.post(url("place", "GT01"), details(cast.gt01, seats="4"), follow=True).text
    assert client.post(url("place", "GT01"), details(cast.gt01, seats="5")).status_code == 400


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"phone": "打村委会"}, "请填电话号码"), ({"duty_hours": "上午"}, "请写几点到几点"), ({"name": ""}, "请填简称"),
        ({"name": "第二分站"}, "已经有这个名称了"), ({"opened_on": "哪天"}, "请填日期"), ({"official_order": "x"}, "请填数字"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_sent_back_with_all_that_was_typed(cast, signed_in, changes, sentence):
    answer = signed_in(cast.staff).post(url("place", "GT01"), details(cast.gt01, host="新的村委会", **changes))
    assert answer.status_code == 400
    assert sentence in answer.text and "新的村委会" in answer.text
    assert Station.objects.get(code="GT01").host == ""


@pytest.mark.parametrize(("who", "status"), [("clerk", 403), ("auditor", 403), ("head", 403), ("stranger", 404)])
def test_others_do_not_keep_places(cast, signed_in, who, status):
    client = signed_in(getattr(cast, who))
    for name in ("place", "place-move", "place-merge", "place-close"):
        assert client.get(url(name, "GT01")).status_code == status
        assert client.post(url(name, "GT01"), {"on": "2026-03-10"}).status_code == status
    assert client.post(url("place-reopen", "GT01")).status_code == status


# --- Moving, merging, closing ---------------------------------------------------------------------------------


def test_a_branch_is_moved_by_preview_and_confirmation(cast, signed_in):
    client = signed_in(cast.staff)
    given = {"to": "YT", "on": today_here().isoformat(), "name": "第三分站"}
    seen = preview(client, "place-move", "GT01", **given)
    assert seen.status_code == 200
    assert "阎疃镇人大代表联络站第三分站" in seen.text and "李代表" in seen.text
    assert Station.objects.get(code="GT01").parent == cast.gt
    answer = confirm(client, "place-move", "GT01", seen, **given)
    assert answer["Location"] == url("place", "GT01")
    assert Station.objects.get(code="GT01").parent == cast.yt


def test_a_taken_name_is_asked_for(cast, signed_in):
    seen = preview(signed_in(cast.staff), "place-move", "GT01", to="YT", on=today_here().isoformat(), name="")
    assert seen.status_code == 409 and "请另起一个" in seen.text and "确认迁移" not in seen.text


def test_a_branch_is_merged_by_preview_and_confirmation(cast, signed_in):
    client = signed_in(cast.staff)
    given = {"into": "YT01", "on": today_here().isoformat()}
    seen = preview(client, "place-merge", "GT01", **given)
    assert "已有站长孙站长" in seen.text and "安家庄村" in seen.text
    assert confirm(client, "place-merge", "GT01", seen, **given).status_code == 302
    assert Membership.objects.in_force(today_here()).filter(branch=cast.yt01).count() == 6
    assert "并入阎疃镇人大代表联络站第一分站" in client.get(url("places") + "?closed=1").text
    assert "不能恢复" in client.get(url("place", "GT01")).text


def test_what_changed_after_the_preview_is_shown_again_before_anything_is_done(cast, signed_in):
    client = signed_in(cast.staff)
    given = {"into": "YT01", "on": today_here().isoformat()}
    seen = preview(client, "place-merge", "GT01", **given)
    row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT})
    file_log(row=row, on=SUNDAY, actor=cast.clerk, at=moment(SUNDAY))
    again = confirm(client, "place-merge", "GT01", seen, **given)
    assert again.status_code == 409
    assert "请再看一遍" in again.text and "工作日志,留在原分站名下" in again.text
    assert Station.objects.get(code="GT01").closed_on is None
    assert confirm(client, "place-merge", "GT01", again, **given).status_code == 302


@pytest.mark.parametrize("name", ["place-move", "place-merge", "place-close"])
def test_nothing_is_done_without_a_preview_or_on_a_day_to_come(cast, signed_in, name):
    client = signed_in(cast.staff)
    clear_branch(cast, cast.gt02, to=cast.gt01, on=date(2026, 3, 2))
    given = {"to": "YT", "into": "YT01", "on": "2026-03-02"}
    assert client.post(url(name, "GT02"), given).status_code == 409
    late = preview(client, name, "GT02", **(given | {"on": "2099-01-01"}))
    assert late.status_code == 400 and "这一天还没到" in late.text
    assert preview(client, name, "GT02", **(given | {"on": "x"})).status_code == 400
    branch = Station.objects.get(code="GT02")
    assert (branch.parent, branch.closed_on) == (cast.gt, None)


def test_closing_says_what_is_in_the_way_and_is_taken_back(cast, signed_in):
    client = signed_in(cast.staff)
    given = {"on": today_here().isoformat()}
    assert "还有2位代表" in preview(client, "place-close", "GT02", **given).text
    clear_branch(cast, cast.gt02, to=cast.gt01, on=today_here())
    seen = preview(client, "place-close", "GT02", **given)
    assert confirm(client, "place-close", "GT02", seen, **given).status_code == 302
    assert client.get(url("place-reopen", "GT02")).status_code == 405
    assert client.post(url("place-reopen", "GT02"), follow=True).status_code == 200
    assert Station.objects.get(code="GT02").closed_on is None


def test_the_admin_shows_the_closing_but_does_not_set_it(cast, signed_in):
    clear_branch(cast, cast.gt02, to=cast.gt01, on=SUNDAY)
    close_station(station=cast.gt02, closed_on=SUNDAY, actor=cast.staff, at=moment(SUNDAY))
    page = signed_in(cast.admin).get(f"/admin/stations/station/{cast.gt02.pk}/change/").text
    assert "2026" in page and 'name="closed_on"' not in page
    assert "第二分站" not in signed_in(cast.admin).get("/admin/stations/village/add/").text
