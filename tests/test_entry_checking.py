"""The clerk checks what villagers send in: to the branch it belongs to, one after the other."""

from datetime import timedelta

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from activities.services import Matter
from julu_liaison.common.errors import DomainError
from julu_liaison.notices.models import Notice
from opinions.models import Opinion
from opinions.services import move_opinion, register_opinion
from opinions.services.checking import ticket_problems
from opinions.services.entries import branch_of_village
from opinions.states import State
from stations.services import add_village, appoint, close_station
from stations.states import Role
from tests.cast import account, clear_branch
from tests.entries import AT, DAY, NAME, entry

pytestmark = pytest.mark.usefixtures("media")


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)


@pytest.fixture
def head_of_gt02(cast):
    user = account("gt02head", "二分站站长账号")
    appoint(user=user, role=Role.BRANCH_HEAD, station=cast.gt02, started_on=DAY, actor=cast.admin)
    return user


def api(user) -> APIClient:
    client = APIClient()
    client.default_format = "json"
    client.force_authenticate(user)
    return client


def accept(cast, ticket, **facts) -> Opinion:
    return move_opinion(opinion=ticket, move="accept", actor=cast.clerk, at=AT, **facts)


def page(client, ticket) -> str:
    return client.get(reverse("opinion", args=[ticket.uid])).text


# --- The wrong branch -------------------------------------------------------------------------------------------


def test_another_branch_of_the_station_gets_it_with_its_number(cast, head_of_gt02):
    ticket, _code = entry(cast)
    number = ticket.full_number
    done = accept(cast, ticket, branch=cast.gt02)
    done.refresh_from_db()
    assert (done.branch, done.station, done.register, done.full_number) == (cast.gt02, cast.gt, cast.gt, number)
    assert (done.state, done.holder_station) == (State.AT_BRANCH, cast.gt02)
    told = Notice.objects.filter(link=done.page, text__contains="已经受理")
    assert {notice.user for notice in told} == {head_of_gt02}
    assert Opinion.objects.visible_to(head_of_gt02).exists() and not Opinion.objects.visible_to(cast.head).exists()
    assert ticket_problems() == []
    assert done.hops.get(move="accept").facts == {"branch": "GT02"}


def test_without_a_branch_or_with_its_own_it_stays(cast):
    first, second = entry(cast)[0], entry(cast, "路灯坏了")[0]
    for done in (accept(cast, first), accept(cast, second, branch=cast.gt01)):
        assert (done.branch, done.holder_station_id) == (cast.gt01, cast.gt01.pk)
        assert "branch" not in done.hops.get(move="accept").facts


def test_neither_another_stations_branch_nor_a_closed_one_nor_the_station(cast):
    ticket, _code = entry(cast)
    clear_branch(cast, cast.gt02, to=cast.gt01, on=DAY)
    close_station(station=cast.gt02, closed_on=DAY, actor=cast.admin, at=AT)
    for wrong in (cast.yt01, cast.gt02, cast.gt, "GT99"):
        with pytest.raises(DomainError, match="请选本站在用的分站;归别的联络站的请用“不予受理”") as refused:
            accept(cast, ticket, branch=wrong)
        assert set(refused.value.fields) == {"branch"}
    ticket.refresh_from_db()
    assert (ticket.state, ticket.branch) == (State.REGISTERED, cast.gt01)


def test_only_what_came_over_the_web_has_a_branch_to_choose(cast, signed_in):
    ticket = register_opinion(branch=cast.gt01, matter=Matter("路灯坏了"), actor=cast.clerk, at=AT)
    Opinion.objects.filter(pk=ticket.pk).update(state=State.REGISTERED, holder_station=cast.gt)
    with pytest.raises(DomainError, match="只有群众网上反映的"):
        accept(cast, ticket, branch=cast.gt02)
    assert 'id="accept_branch"' not in page(signed_in(cast.clerk), ticket)


def test_the_api_takes_a_branchs_code(cast):
    ticket, _code = entry(cast)
    address = f"/api/v1/opinions/{ticket.uid}/moves/"
    for wrong in ("YT01", "GT", "nonsense"):
        answer = api(cast.clerk).post(address, {"move": "accept", "branch": wrong})
        assert answer.status_code == 400 and "branch" in answer.text
    assert api(cast.head).post(address, {"move": "accept", "branch": "GT02"}).status_code == 404
    assert api(cast.clerk).post(address, {"move": "accept", "branch": "GT02"}).status_code == 200
    ticket.refresh_from_db()
    assert ticket.branch == cast.gt02


def test_the_page_takes_it_and_the_history_says_so(cast, signed_in):
    ticket, _code = entry(cast)
    client, address = signed_in(cast.clerk), reverse("opinion-move", args=[ticket.uid, "accept"])
    refused = client.post(address, {"category": "water", "branch": "YT01", "version": ticket.version})
    assert (
        refused.status_code == 400 and "分站请从列表里选" in refused.text and 'value="water" selected' in refused.text
    )
    said = client.post(address, {"category": "water", "branch": "GT02", "version": ticket.version}, follow=True).text
    assert "转到" in said.split('id="hist"')[1] and cast.gt02.name in said.split('id="hist"')[1]


@pytest.mark.parametrize("typed", ["西王庄", "西王庄村", "官亭镇西王庄村", "西王庄村委会", "西 王庄"])
def test_the_branch_of_the_villagers_village_stands_chosen(cast, signed_in, typed):
    add_village(name="西王庄村", branch=cast.gt02, actor=cast.admin)
    ticket, _code = entry(cast, village=typed, name=NAME)
    text = page(signed_in(cast.clerk), ticket)
    assert '<option value="GT02" selected>' in text and "反映人写的村归第二分站,已经替您选好" in text


def test_the_own_branchs_village_needs_no_words(cast, signed_in):
    add_village(name="安家庄村", branch=cast.gt02, actor=cast.admin)  # of the same name: the nearest counts
    ticket, _code = entry(cast, village="安家庄")
    text = page(signed_in(cast.clerk), ticket)
    assert '<option value="GT01" selected>' in text and "反映人写的村归" not in text


def test_a_village_of_another_station_is_refused_with_where_to_go(cast, signed_in):
    add_village(name="南李庄", branch=cast.yt01, actor=cast.admin)
    ticket, _code = entry(cast, village="南李庄村")
    text = page(signed_in(cast.clerk), ticket)
    assert f"反映人写的村归{cast.yt01.full_name},不归本站。请点“不予受理”,写明可以到那里反映。" in text
    assert '<option value="GT01" selected>' in text and 'value="YT01"' not in text


def test_what_is_not_clear_is_left_to_the_clerk(cast):
    add_village(name="王庄", branch=cast.gt02, actor=cast.admin)
    add_village(name="王庄村", branch=cast.yt01, actor=cast.admin)
    near, _code = entry(cast, village="王庄")
    far, _code = entry(cast, "路灯坏了", village="没有的村")
    blank, _code = entry(cast, "井盖丢了")
    assert [branch_of_village(one, DAY) for one in (near, far, blank)] == [cast.gt02, None, None]
    assert branch_of_village(near, cast.gt02.opened_on - timedelta(days=1)) is None


@pytest.mark.parametrize("villages", [1, 3])
def test_looking_a_village_up_is_one_query(cast, django_assert_num_queries, villages):
    for number in range(villages):
        add_village(name=f"西王庄{number}村", branch=cast.gt02, actor=cast.admin)
    ticket, _code = entry(cast, village="西王庄0")
    with django_assert_num_queries(1):
        assert branch_of_village(ticket, DAY) == cast.gt02


# --- One after the other ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("move", "typed"), [
    ("accept", {"category": "road"}), ("refuse", {"note": "已经起诉到法院"}), ("void", {"note": "重复提交"}),
    ("merge", {}),
])  # fmt: skip
def test_after_each_the_oldest_of_the_others_is_next(cast, signed_in, move, typed):
    first, second, third = (entry(cast, text)[0] for text in ("路灯坏了", "井盖丢了", "垃圾没人清"))
    if move == "merge":
        typed = {"into": register_opinion(branch=cast.gt01, matter=Matter("路灯不亮"), actor=cast.clerk, at=AT).number}
    client = signed_in(cast.clerk)
    answer = client.post(
        reverse("opinion-move", args=[second.uid, move]), {**typed, "version": second.version}, follow=True
    )
    assert answer.redirect_chain[-1][0] == f"{second.page}?checked=1"
    assert f'网上反映的还有2件待核对,<a href="{first.page}">看下一件</a>' in answer.text
    assert "待核对,<a" not in page(client, third)


def test_after_the_last_one_and_after_other_steps_nothing_is_next(cast, signed_in):
    ticket, _code = entry(cast)
    client = signed_in(cast.clerk)
    answer = client.post(reverse("opinion-move", args=[ticket.uid, "accept"]), {"version": ticket.version}, follow=True)
    assert "件待核对" not in answer.text
    entry(cast, "路灯坏了")
    answer = client.post(
        reverse("opinion-move", args=[ticket.uid, "escalate"]), {"version": ticket.version + 1}, follow=True
    )
    assert answer.redirect_chain[-1][0] == ticket.page and "件待核对" not in answer.text


def test_nobody_else_is_led_to_them(cast, signed_in):
    ticket, _code = entry(cast)
    done = accept(cast, ticket)
    entry(cast, "路灯坏了")
    for user in (cast.head, cast.staff, cast.stranger):
        assert "件待核对" not in signed_in(user).get(f"{done.page}?checked=1").text


def test_the_list_has_them_one_click_away_for_who_checks(cast, signed_in):
    ticket, _code = entry(cast)
    other = register_opinion(branch=cast.gt01, matter=Matter("路灯坏了"), actor=cast.clerk, at=AT)
    link = '<a href="?web=1">网上待核对</a>'
    assert link in signed_in(cast.clerk).get(reverse("opinions")).text
    assert link in signed_in(cast.staff).get(reverse("opinions")).text
    for user in (cast.head, cast.deputy, cast.officer):
        assert "网上待核对" not in signed_in(user).get(reverse("opinions")).text
    text = signed_in(cast.clerk).get(f"{reverse('opinions')}?web=1").text
    assert ticket.page in text and other.page not in text and '<a href="?web=1" aria-current="true">' in text
