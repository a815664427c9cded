"""An offer lives as long as its place: whatever takes the place or the day away ends the offer and frees its promises."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from activities.models import Swap
from activities.services import (
    ask_leave,
    cancel_day,
    grant_exemption,
    move_day,
    offer_swap,
    put_on_shift,
    release_places,
    replan_roster,
    take_off_shift,
    take_swap,
)
from activities.states import SwapState
from deputies.services import link_account
from julu_liaison.common.models import AuditLog
from julu_liaison.common.working_days import today_here
from stations.services import merge_branches
from tests.cast import account, clear_branch, make_deputy, moment
from tests.duties import coming, dues_on, duty, on_duty

TODAY = date(2026, 11, 16)
SUNDAY, NEXT, SATURDAY = date(2026, 11, 22), date(2026, 11, 29), date(2026, 11, 28)
AT = moment(TODAY)


def texts(user) -> str:
    return "\n".join(user.notices.values_list("text", flat=True))


@pytest.fixture
def people(cast):
    """Head, the deputy of the cast, 陈卫 and 周春生; 陈卫 has an account, too."""
    link_account(deputy=cast.deputies["GT01"][2], user=account("chenwei", "陈卫"), actor=cast.admin)
    return cast.deputies["GT01"]


@pytest.fixture
def shift(cast, people):
    """李代表 and the head on the next Sunday."""
    return duty(cast.gt01, SUNDAY, people[1], people[0])


@pytest.fixture
def back(cast, people):
    """陈卫 and 周春生 on the Sunday after."""
    return duty(cast.gt01, NEXT, people[2], people[3])


@pytest.fixture
def taken(cast, people, shift, back) -> Swap:
    """李代表's day, taken by 陈卫 in exchange for a day of his."""
    swap = offer_swap(shift=shift, giver=people[1], actor=cast.deputy, at=AT)
    return take_swap(swap=swap, taker=people[2], return_shift=back, actor=people[2].user, at=AT)


def state_of(swap: Swap) -> tuple:
    swap.refresh_from_db()
    return swap.state, swap.taker


def lose(cast, shift, deputy, how: str) -> None:
    """Take `deputy` off the day in one of the ways there are."""
    facts = {"actor": cast.staff, "at": AT, "reason": "出差"}
    days = {"deputy": deputy, "start": shift.date, "end": shift.date}
    acts = {
        "taken off": lambda: take_off_shift(shift=shift, deputy=deputy, **facts),
        "released": lambda: release_places(**days, **facts),
        "exempt": lambda: grant_exemption(deputy=deputy, covers="all", started_on=shift.date, **facts),
        "on leave": lambda: ask_leave(
            deputy=deputy, started_on=shift.date, ended_on=shift.date, kind="official_leave", **facts
        ),
        "cancelled": lambda: cancel_day(shifts=[shift], **facts),
        "moved": lambda: move_day(shifts=[shift], to=shift.date - timedelta(days=1), **facts),
    }
    acts[how]()


WAYS = ("taken off", "released", "exempt", "on leave", "cancelled", "moved")


@pytest.mark.parametrize("how", WAYS)
def test_an_offer_ends_with_its_place_and_the_taker_hears_of_it(cast, people, shift, taken, how):
    lose(cast, shift, people[1], how)
    assert state_of(taken)[0] == SwapState.WITHDRAWN and taken.settled_by == cast.staff
    assert "李代表11月22日的" in texts(people[2].user)
    written = AuditLog.objects.get(action="drop_swap")
    assert (written.actor, written.target_key) == (cast.staff, str(taken.uid))
    assert written.detail == {"deputy": people[1].code, "day": "2026-11-22"}


@pytest.mark.parametrize("how", WAYS)
def test_a_day_promised_in_exchange_is_gone_and_the_duty_is_offered_again(cast, people, back, taken, how):
    lose(cast, back, people[2], how)
    assert state_of(taken) == (SwapState.OFFERED, None) and taken.return_shift is None
    assert AuditLog.objects.get(action="reopen_swap").detail["taker"] == people[2].code
    for user in (cast.deputy, people[2].user):
        assert "李代表11月22日的换班没有换成,这个班重新等人接" in texts(user)


def test_who_stays_on_a_moved_day_reads_that_the_offer_is_off(cast, people, shift, taken):
    move_day(shifts=[shift], to=SATURDAY, reason="会场装修", actor=cast.clerk, at=AT)
    assert on_duty(shift) == {"李代表", "赵站长"}
    text = "李代表11月22日的换班不用办了:那天的接待改到11月28日 星期六了。"
    assert text in texts(cast.deputy) and text in texts(people[2].user)


def test_offers_of_others_on_the_day_stay(cast, people, shift):
    swap = offer_swap(shift=shift, giver=people[0], actor=cast.head, at=AT)
    take_off_shift(shift=shift, deputy=people[1], reason="出差", actor=cast.clerk, at=AT)
    assert state_of(swap) == (SwapState.OFFERED, None)


def test_put_on_again_the_day_can_be_offered_again(cast, people, shift, taken):
    facts = {"shift": shift, "deputy": people[1], "reason": "调整", "actor": cast.clerk, "at": AT}
    take_off_shift(**facts)
    put_on_shift(**facts)
    assert offer_swap(shift=shift, giver=people[1], actor=cast.deputy, at=AT).state == SwapState.OFFERED


def test_planning_again_ends_the_offers_of_places_it_gives_up(cast, people):
    """A newcomer who can come on the full day only: one of the three there makes room."""
    full = duty(cast.gt01, SUNDAY, *people[1:])
    duty(cast.gt01, NEXT, people[0])
    offers = [offer_swap(shift=full, giver=one, actor=cast.clerk, at=AT) for one in people[1:]]
    make_deputy(cast, "新来的", cast.gt01).memberships.update(started_on=SUNDAY, ended_on=SUNDAY)
    replan_roster(roster=full.roster, reason="补人", actor=cast.clerk, at=AT)
    assert "新来的" in on_duty(full)
    ended = {swap.giver.name for swap in offers if state_of(swap)[0] == SwapState.WITHDRAWN}
    assert len(ended) == 1 and ended == {one.name for one in people[1:]} - on_duty(full)


def test_a_branch_that_is_merged_leaves_no_offer_behind(cast, people, shift, taken):
    clear_branch(cast, cast.gt01, to=cast.gt02, on=TODAY)
    merge_branches(branch=cast.gt01, into=cast.gt02, on=TODAY, actor=cast.staff, at=AT)
    assert state_of(taken)[0] == SwapState.WITHDRAWN
    assert "那天的接待取消了,分站已并入" in texts(people[2].user)


def test_no_list_shows_an_offer_whose_giver_is_off_the_day(cast, people, signed_in):
    """Also one that was left behind before places took their offers along."""
    shift = duty(cast.gt01, coming(), people[1], people[0])
    swap = offer_swap(shift=shift, giver=people[1], actor=cast.deputy, at=moment(today_here()))
    take_swap(swap=swap, taker=people[2], actor=people[2].user, at=moment(today_here()))

    def shown() -> list[bool]:
        desk = signed_in(cast.clerk).get(reverse("station-leave")).context["swaps"]
        home = signed_in(cast.clerk).get(reverse("station-home"))
        own = signed_in(people[2].user).get(reverse("my-duty")).text
        return [bool(desk), "请假换班等批" in dues_on(home), str(swap.uid) in own]

    assert shown() == [True, True, True]
    shift.places.filter(deputy=people[1]).delete()
    assert shown() == [False, False, False]
