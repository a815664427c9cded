"""What every villager's page is: without session or script, in two sizes, kept for some seconds, giving nothing away."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from deputies.models import Deputy, Membership
from deputies.services import assign_to_branch
from deputies.states import MembershipRole
from julu_liaison.common import public_pages
from julu_liaison.common.working_days import today_here
from stations.models import Station, Village
from stations.services import close_station, open_station
from tests.cast import OPENED, agree, clear_branch, make_deputy

BRANCH = "/b/GT01/"
PAGES = ("/", BRANCH, "/privacy/", "/?q=官亭", "/b/NONE/", "/deputies/NONE/photo/", "/nothing/here/")
QUERIES = {"/": 4, BRANCH: 5, "/privacy/": 1}


@pytest.fixture
def kept(settings):
    """Pages are kept for half a minute, as in the county."""
    settings.PUBLIC_PAGE_SECONDS = 30
    cache.clear()
    yield
    cache.clear()


# --- Lean ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_looking_sets_no_cookie_and_runs_no_script(cast, client, path):
    answer = client.get(path)
    assert answer.cookies == {} and "<script" not in answer.text and "csrf" not in answer.text
    assert re.findall(r'(?:href|src)="(/static/[^"]+\.css)"', answer.text) == ["/static/css/villager.css"]
    for words in (reverse("privacy"), reverse("login"), "工作人员登录"):
        assert words in answer.text


def test_whoever_is_signed_in_finds_nothing_on_their_own_pages(cast, signed_in):
    answer = signed_in(cast.clerk).get("/nothing/here/")
    assert answer.status_code == 404 and "css/base.css" in answer.text and "没有找到这一页" in answer.text


def test_privacy_page_says_what_and_why_and_whom_to_call(cast, client):
    text = client.get(reverse("privacy")).text
    for words in ("必须填", "部门看不到", "拍摄地点", "个人信息保护法", "要求删除", "0319-0000000"):
        assert words in text


def test_privacy_page_costs_the_same_with_several_counties(cast, client, django_assert_num_queries):
    for number in range(3):
        with django_assert_num_queries(1):
            client.get(reverse("privacy"))
        open_station(code=f"C0{number}", name=f"邻{number}县", parent=None, opened_on=OPENED, actor=None)


# --- The letters' size --------------------------------------------------------------------------------------------


def test_large_letters_and_back(cast, client):
    text = client.get(BRANCH).text
    assert 'class="large"' not in text and f'name="next" value="{BRANCH}"' in text and 'value="large"' in text
    answer = client.post(reverse("look"), {"look": "large", "next": BRANCH})
    assert (answer.status_code, answer.url) == (303, BRANCH)
    text = client.get(BRANCH).text
    assert '<html lang="zh-CN" class="large">' in text and "标准字" in text
    client.post(reverse("look"), {"look": "standard", "next": BRANCH})
    assert 'class="large"' not in client.get(BRANCH).text


def test_the_size_is_that_of_the_staffs_pages_too(cast, client):
    client.post(reverse("look"), {"look": "large", "next": "/"})
    assert "mode-large" in client.get(reverse("login")).text


@pytest.mark.parametrize(
    "back", ["", "https://example.com/", "//example.com/", "/\\example.com", "b/GT01/", "javascript:alert(1)"]
)
def test_it_leads_to_no_other_site(client, db, back):
    assert client.post(reverse("look"), {"look": "large", "next": back}).url == "/"


def test_the_size_is_set_by_post_only_and_is_one_of_two(client, db):
    assert client.get(reverse("look")).status_code == 405
    assert client.post(reverse("look"), {"look": "huge"}).cookies["mode"].value == "standard"


def test_it_needs_no_token(cast):
    from django.test import Client

    assert Client(enforce_csrf_checks=True).post(reverse("look"), {"look": "large"}).status_code == 303


# --- Kept ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", QUERIES)
def test_a_village_scanning_one_board_costs_one_page(cast, client, kept, django_assert_num_queries, path):
    with django_assert_num_queries(QUERIES[path]):
        first = client.get(path)
    with django_assert_num_queries(0):
        others = [client.get(path) for _villager in range(5)]
    assert {answer.content for answer in others} == {first.content} and first.status_code == 200


def test_each_size_is_kept_by_itself(cast, client, kept):
    client.get(BRANCH)
    client.cookies["mode"] = "large"
    assert 'class="large"' in client.get(BRANCH).text
    client.cookies["mode"] = "dark"
    assert 'class="large"' not in client.get(BRANCH).text


def test_a_page_is_kept_by_what_was_asked_for(cast, client, kept):
    """One county's list must not be shown for another's."""
    open_station(code="C02", name="邻县", parent=None, opened_on=OPENED, actor=None)
    texts = [client.get("/", {"county": code}).text for code in ("JLX", "C02", "JLX")]
    assert "官亭镇" in texts[0] and "官亭镇" not in texts[1] and texts[2] == texts[0]


def test_a_browser_that_has_the_page_is_told_so(cast, client, kept):
    first = client.get(BRANCH)
    assert first["Cache-Control"] == "public, max-age=0, must-revalidate" and "Cookie" in first["Vary"]
    again = client.get(BRANCH, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    client.cookies["mode"] = "large"
    assert client.get(BRANCH, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_what_changed_is_seen_after_those_seconds(cast, client, kept, monkeypatch):
    client.get(BRANCH)
    make_deputy(cast, "新来的", cast.gt01)
    assert "新来的" not in client.get(BRANCH).text
    later(monkeypatch, seconds=31)
    assert "新来的" in client.get(BRANCH).text


def test_one_builds_anew_and_the_others_get_the_old_page(
    cast, client, kept, monkeypatch, rf, django_assert_num_queries
):
    client.get(BRANCH)
    later(monkeypatch, seconds=31)
    assert public_pages._kept(rf.get(BRANCH), ("from",)) is None  # this one is building
    with django_assert_num_queries(0):
        assert client.get(BRANCH).status_code == 200


def test_a_builder_that_died_is_not_waited_for(cast, client, kept, monkeypatch, rf, django_assert_num_queries):
    client.get(BRANCH)
    later(monkeypatch, seconds=31)
    request = rf.get(BRANCH)
    assert public_pages._kept(request, ("from",)) is None
    cache.delete(f"{public_pages._key(request, ('from',))}:building")  # as its ten seconds do
    with django_assert_num_queries(QUERIES[BRANCH]):
        client.get(BRANCH)


def later(monkeypatch, *, seconds: int):
    """The time that public pages go by is so many seconds ahead."""
    at = timezone.now() + timedelta(seconds=seconds)
    monkeypatch.setattr(public_pages.timezone, "now", lambda: at)


def test_another_day_is_another_page(cast, client, kept, monkeypatch, django_assert_num_queries):
    client.get("/privacy/")
    monkeypatch.setattr(public_pages, "today_here", lambda: today_here() + timedelta(days=1))
    with django_assert_num_queries(1):
        client.get("/privacy/")


@pytest.mark.parametrize(
    "path", ["/b/NONE/", "/?q=官亭", "/?county=NONE", "/b/GT01/?from=NONE", "/b/GT01/?x=1", "/privacy/?a", "/?county=JLX&county=JLX"]
)  # fmt: skip
def test_what_anybody_may_think_of_is_not_kept(cast, client, kept, monkeypatch, path):
    puts = []
    monkeypatch.setattr(public_pages.cache, "set", lambda key, *_rest: puts.append(key))
    client.get(path)
    assert puts == []


def test_the_way_of_a_signed_in_person_is_not_kept(cast, client, signed_in, kept):
    assert signed_in(cast.clerk).get("/").status_code == 302
    client.logout()
    assert client.get("/").status_code == 200
    assert signed_in(cast.clerk).get("/").status_code == 302


def test_pages_are_compressed_on_their_way(cast, client, kept):
    for _first_and_kept in range(2):
        answer = client.get(BRANCH, headers={"Accept-Encoding": "gzip"})
        assert answer["Content-Encoding"] == "gzip" and "Accept-Encoding" in answer["Vary"]
    again = client.get(BRANCH, headers={"Accept-Encoding": "gzip", "If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_a_flood_from_one_address_is_told_to_come_again(cast, client, settings, monkeypatch):
    from julu_liaison.accounts.flood import Passers

    settings.THROTTLE = True
    monkeypatch.setattr(Passers, "rate", "3/min")
    cache.clear()
    assert [client.get(path).status_code for path in ("/", BRANCH, "/privacy/")] == [200] * 3
    answer = client.get(BRANCH)
    assert answer.status_code == 429 and answer["Retry-After"] == "60" and "请过一分钟再试" in answer.text
    assert client.get(BRANCH, REMOTE_ADDR="10.1.1.9").status_code == 200
    cache.clear()


# --- Giving nothing away ------------------------------------------------------------------------------------------


def test_whoever_has_left_is_gone_from_page_and_photo(cast, client, media):
    person = cast.deputy_person
    photo = with_photo(cast, person, media)
    assert client.get(photo).status_code == 200 and person.name in client.get(BRANCH).text
    yesterday = today_here() - timedelta(days=1)
    Membership.objects.filter(deputy=person).update(ended_on=yesterday)
    assert client.get(photo).status_code == 404 and person.name not in client.get(BRANCH).text


@pytest.mark.parametrize("dates", ["closed", "not yet open"])
def test_nobody_of_a_branch_that_is_not_open_is_shown(cast, client, media, dates):
    person = cast.deputy_person
    photo = with_photo(cast, person, media)
    change = {"closed_on": today_here()} if dates == "closed" else {"opened_on": today_here() + timedelta(days=1)}
    Station.objects.filter(pk=cast.gt01.pk).update(**change)
    answer = client.get(BRANCH)
    assert answer.status_code == 404 and client.get(photo).status_code == 404
    assert not [one.name for one in cast.deputies["GT01"] if one.name in answer.text]


def test_a_photo_without_consent_has_no_address(cast, client, media):
    photo = with_photo(cast, cast.deputy_person, media)
    Deputy.objects.filter(pk=cast.deputy_person.pk).update(photo_consent_on=None, photo_consent_evidence="")
    unknown = reverse("deputy-photo", args=["NONE"])
    pages = {client.get(path).text.replace(path, "") for path in (photo, unknown)}
    assert len(pages) == 1 and "没有找到这一页" in pages.pop()
    assert photo not in client.get(BRANCH).text


def with_photo(cast, person: Deputy, media) -> str:
    """Give somebody a portrait and the consent to it; return its address."""
    media.mkdir(parents=True, exist_ok=True)
    (media / "one.jpg").write_bytes(b"\xff\xd8\xff\xd9")
    Deputy.objects.filter(pk=person.pk).update(photo="one.jpg", photo_small="one.jpg")
    agree(cast, person, "photo")
    return reverse("deputy-photo", args=[person.code])


def test_what_is_no_branch_answers_alike(cast, client):
    """A station, a county, in another case and a code that nobody has: the same page to the byte, but for the way back."""
    pages = {client.get(f"/b/{code}/").text.replace(f"/b/{code}/", "") for code in ("GT", "JLX", "gt", "ZZ99")}
    assert len(pages) == 1 and "没有这个分站" in pages.pop()


def test_no_keys_and_no_codes_of_people_on_the_page(cast, client):
    assign_to_branch(
        deputy=make_deputy(cast, "何小燕", cast.gt02), branch=cast.gt01, role=MembershipRole.MEMBER, started_on=today_here(),
        actor=cast.staff,
    )  # fmt: skip
    text = client.get(BRANCH).text
    assert "何小燕" in text and not [code for code in Deputy.objects.values_list("code", flat=True) if code in text]
    assert re.findall(r'\bid="([^"]*)"', text) == ["when", "next", "people"] and "data-" not in text


def test_the_old_code_of_a_merged_branch_says_so_and_another_does_not(cast, client):
    Station.objects.filter(pk=cast.gt02.pk).update(closed_on=today_here(), merged_into=cast.gt01)
    answer = client.get("/b/GT02/", follow=True)
    assert answer.redirect_chain == [("/b/GT01/?from=GT02", 302)] and "第二分站已并入本站" in answer.text
    for code in ("YT01", "NONE", "%00"):
        answer = client.get(f"/b/GT01/?from={code}")
        assert (answer.status_code, answer.url) == (302, BRANCH)


# --- Finding ------------------------------------------------------------------------------------------------------


@pytest.fixture
def counties(cast):
    """A second county with a branch of its own."""
    county = open_station(code="C02-JLX", name="邻县", parent=None, opened_on=OPENED, actor=None, official_order=9)
    town = open_station(code="C02-A", name="东镇", parent=county, opened_on=OPENED, actor=None)
    branch = open_station(code="C02-A01", name="第一分站", parent=town, opened_on=OPENED, actor=None)
    Village.objects.create(name="安家沟村", branch=branch)
    return cast


@pytest.mark.parametrize(
    ("words", "found"),
    [("安家", ["GT01", "C02-A01"]), ("安家庄", ["GT01"]), ("邻县 安家", ["C02-A01"]), ("官亭 第二", ["GT02"]),
     ("第一分站", ["GT01", "YT01", "C02-A01"]), ("100%", []), ("没有 安家", [])],
)  # fmt: skip
def test_a_village_is_found_in_whatever_county(counties, client, words, found):
    towns = client.get("/", {"q": words}).context["townships"]
    assert [branch.code for town in towns for branch in town.branches] == found


def test_within_a_chosen_county_only(counties, client):
    towns = client.get("/", {"q": "安家", "county": "JLX"}).context["townships"]
    assert [branch.code for town in towns for branch in town.branches] == ["GT01"]


def test_nothing_found_says_what_to_do(cast, client):
    text = client.get("/", {"q": "没有这个村"}).text
    assert "没有找到“没有这个村”" in text and "前两个字" in text and 'value="没有这个村"' in text
    assert client.get("/?q=").text.count('class="town"') == 2


def test_a_search_costs_the_same_however_much_it_finds(counties, client, django_assert_num_queries):
    for words in ("安家庄", "第一分站"):  # one branch, three
        with django_assert_num_queries(4):
            client.get("/", {"q": words})


def test_a_search_that_finds_too_much_says_so(cast, client, monkeypatch):
    monkeypatch.setattr("julu_liaison.views.finding.MOST", 2)
    text = client.get("/", {"q": "分站"}).text
    assert "找到3个分站,这里列出前2个" in text and text.count("/b/") == 2


def test_an_unknown_county_leads_back(cast, client):
    answer = client.get("/", {"county": "NONE"})
    assert (answer.status_code, answer.url) == (302, "/")


def test_a_closed_branch_is_not_found(cast, client):
    clear_branch(cast, cast.gt02, to=cast.gt01, on=today_here())
    close_station(station=cast.gt02, closed_on=today_here(), actor=cast.staff, at=timezone.now())
    assert client.get("/", {"q": "第二"}).context["townships"] == []
