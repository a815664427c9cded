"""Pages without a login: finding a branch, the branch behind the QR code."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from activities.services import draft_roster, publish_roster
from deputies.models import Deputy
from deputies.services import edit_deputy
from julu_liaison.common.working_days import today_here
from stations.services import add_village, close_station, open_station
from tests.cast import OPENED, agree, clear_branch, moment


def branch_page(client, code="GT01"):
    return client.get(reverse("branch-page", args=[code]))


# --- Finding a branch -------------------------------------------------------------------------------------------


def test_home_lists_stations_with_their_branches(cast, client):
    answer = client.get("/")
    assert answer.status_code == 200
    assert [(town.station.code, [branch.code for branch in town.branches]) for town in answer.context["townships"]] == [
        ("GT", ["GT01", "GT02"]),
        ("YT", ["YT01"]),
    ]
    assert reverse("login") in answer.text and reverse("branch-page", args=["GT01"]) in answer.text


def test_home_works_before_anything_is_set_up(db, client):
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("安家庄", ["GT01"]), ("阎疃", ["YT01"]), ("第二", ["GT02"]), ("没有", []), ("官亭镇第二分站", ["GT02"]),
        ("官亭镇人大代表联络站第二分站", ["GT02"]), ("巨鹿县官亭镇第二分站", ["GT02"]), ("官亭第二分站", ["GT02"]),
        ("官亭2分站", ["GT02"]), ("官亭镇联络站二分站", ["GT02"]), ("官亭镇第2分站", ["GT02"]), ("官亭镇第1", []), ("阎疃镇第二分站", []),
        ("阎疃 第一分站", ["YT01"]), ("安家庄村民委员会", ["GT01"]), ("官亭镇安家庄村三组", ["GT01"]), ("镇", ["GT01", "GT02", "YT01"]),
        ("gt02", ["GT02"]), ("100%", []), ("_", []),
    ],
)  # fmt: skip
def test_branch_is_found_by_village_township_or_name(cast, client, words, found):
    towns = client.get("/", {"q": words}).context["townships"]
    assert [branch.code for town in towns for branch in town.branches] == found


def test_null_byte_is_no_error(cast, client):
    assert client.get("/", {"q": "a\0b"}).status_code == 200


def test_several_counties_are_chosen_first(cast, client):
    open_station(code="C02-JLX", name="邻县", parent=None, opened_on=OPENED, actor=None)
    assert client.get("/").context["townships"] == []
    assert len(client.get("/", {"county": "JLX"}).context["townships"]) == 2
    assert client.get("/", {"county": "C02-JLX"}).context["townships"] == []


def test_a_village_is_found_within_what_was_typed_with_one_and_three(cast, client, django_assert_num_queries):
    for number in range(3):
        with django_assert_num_queries(4):  # counties, townships, branches, villages
            assert client.get("/", {"q": "官亭镇安家庄村委会"}).status_code == 200
        branch = open_station(
            code=f"GT1{number}", name=f"新{number}分站", parent=cast.gt, opened_on=OPENED, actor=cast.admin
        )
        add_village(name=f"安家庄村{number}", branch=branch, actor=cast.admin)


def test_home_costs_the_same_however_many_branches(cast, client, django_assert_num_queries):
    for number in range(2):
        with django_assert_num_queries(4):  # counties, townships, branches, villages
            client.get("/")
        open_station(code=f"GT1{number}", name=f"新{number}分站", parent=cast.gt, opened_on=OPENED, actor=cast.admin)


@pytest.mark.parametrize(
    ("who", "name"),
    [("staff", "console"), ("auditor", "console"), ("clerk", "station-home"), ("officer", "office"), ("deputy", "me"),
     ("head", "me")],
)  # fmt: skip
def test_home_leads_everybody_to_the_own_first_page(cast, signed_in, who, name):
    answer = signed_in(getattr(cast, who)).get("/")
    assert answer.status_code == 302 and answer.url == reverse(name)


# --- The branch page --------------------------------------------------------------------------------------------


def test_branch_page_names_hours_place_and_deputies_head_first(cast, client):
    answer = branch_page(client)
    assert answer.status_code == 200
    for words in ("官亭镇人大代表联络站", "第一分站", "上午9:00—11:30", "安家庄村委会", "安家庄村", "0319-0000004"):
        assert words in answer.text
    assert [card.name for card in answer.context["cards"]] == ["赵站长", "陈卫", "李代表", "周春生"]
    assert answer.context["cards"][0].is_head and answer.context["cards"][0].levels == "县人大代表"
    assert answer.context["cards"][1].levels == "镇人大代表"


def test_phone_and_photo_only_with_consent(cast, client):
    Deputy.objects.filter(pk=cast.deputy_person.pk).update(photo="photos/one.jpg")
    text = branch_page(client).text
    assert "1990000" not in text and reverse("deputy-photo", args=[cast.deputy_person.code]) not in text
    agree(cast, cast.deputy_person, "photo", "phone", on=today_here())
    text = branch_page(client).text
    assert text.count("1990000") == text.count(cast.deputy_person.phone) == 2  # the link and its words
    assert reverse("deputy-photo", args=[cast.deputy_person.code]) in text


def test_consent_of_tomorrow_does_not_count_today(cast, client):
    tomorrow = today_here() + timedelta(days=1)
    Deputy.objects.filter(pk=cast.deputy_person.pk).update(phone_consent_on=tomorrow, phone_consent_evidence="第1号")
    assert cast.deputy_person.phone not in branch_page(client).text


def test_no_private_facts_on_the_public_page(cast, client):
    edit_deputy(
        deputy=cast.deputy_person, actor=cast.staff, birth_month=date(1971, 7, 1), note="内部备注", ethnicity="回族"
    )
    text = branch_page(client).text
    for words in ("1971", "内部备注", "回族"):
        assert words not in text


def test_next_sundays_appear_once_published(cast, client):
    month = (today_here().replace(day=1) + timedelta(days=32)).replace(day=1)
    roster = draft_roster(station=cast.gt, month=month, actor=cast.clerk, at=moment(month)).roster
    assert branch_page(client).context["shifts"] == []
    publish_roster(roster=roster, actor=cast.clerk, at=moment(today_here()))
    shifts = branch_page(client).context["shifts"]
    assert shifts and all(shift.date.month == month.month and shift.branch_id == cast.gt01.pk for shift in shifts)
    assert shifts[0].places.all()[0].deputy.name in branch_page(client).text


@pytest.mark.parametrize("code", ["GT", "JLX", "GT99", "gt99", "gt"])
def test_what_is_no_branch_is_404(cast, client, code):
    assert branch_page(client, code).status_code == 404


def test_a_code_in_the_other_case_leads_to_the_branch(cast, client):
    for code in ("gt01", "Gt01"):
        answer = branch_page(client, code)
        assert (answer.status_code, answer.url) == (302, reverse("branch-page", args=["GT01"]))
    open_station(code="gT01", name="新分站", parent=cast.gt, opened_on=OPENED, actor=cast.admin)
    assert branch_page(client, "gt01").status_code == 404  # nobody knows which
    assert branch_page(client, "gT01").status_code == 200


def test_one_can_say_what_is_wrong_at_either_end_of_the_page(cast, client):
    say = f'href="{reverse("opinion-say", args=["GT01"])}">我要反映'
    assert branch_page(client).text.count(say) == 2


def test_closed_branch_is_404_and_leaves_the_home_page(cast, client):
    clear_branch(cast, cast.gt02, to=cast.gt01, on=today_here())
    close_station(station=cast.gt02, closed_on=today_here(), actor=cast.staff, at=timezone.now())
    answer = branch_page(client, "GT02")
    assert answer.status_code == 404
    assert "官亭镇人大代表联络站第二分站已经撤销" in answer.text and reverse("home") in answer.text
    assert reverse("branch-page", args=["GT02"]) not in client.get("/").text


def test_branch_page_costs_the_same_however_many_deputies(cast, client, django_assert_num_queries):
    for code in ("YT01", "GT01"):  # two deputies, four deputies
        with django_assert_num_queries(BRANCH_QUERIES):
            branch_page(client, code)


BRANCH_QUERIES = 5  # branch, members, mandates, shifts, villages
