"""Swaps through their services: offered, taken, confirmed, refused, taken back, arranged for others; who served counts."""

from datetime import date, timedelta

import pytest

from activities.models import DutyLog, Exemption, Swap
from activities.services import (
    SundayRow,
    ask_leave,
    confirm_swap,
    file_log,
    offer_swap,
    refuse_swap,
    swap_for_others,
    take_swap,
    withdraw_swap,
)
from activities.states import Presence, RosterState, ShiftState, SwapState
from deputies.reports import archive_of
from deputies.services import link_account
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.models import AuditLog
from tests.cast import account, moment
from tests.duties import duty, on_duty

TODAY = date(2026, 11, 16)
SUNDAY = date(2026, 11, 22)
NEXT = date(2026, 11, 29)
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


def offer(cast, shift, **fields) -> Swap:
    facts = {"giver": cast.deputy_person, "actor": cast.deputy, "at": AT, "reason": "家里有事"} | fields
    return offer_swap(shift=shift, **facts)


def take(swap, taker, **fields) -> Swap:
    return take_swap(**{"swap": swap, "taker": taker, "actor": taker.user, "at": AT} | fields)


# ---- Offering ------------------------------------------------------------------------------------------------------


def test_an_offer_reaches_those_of_the_branch_who_could_come(cast, people, shift):
    swap = offer(cast, shift)
    assert (swap.state, swap.branch, swap.station) == (SwapState.OFFERED, cast.gt01, cast.gt)
    assert "李代表11月22日来不了第一分站的接待,您能接这个班吗" in texts(people[2].user)
    assert not cast.head.notices.exists() and not cast.deputy.notices.exists()  # on it already; the giver


def test_one_open_offer_a_place(cast, people, shift):
    offer(cast, shift)
    with pytest.raises(Conflict, match="已经在找人换了"):
        offer(cast, shift)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"state": ShiftState.CANCELLED}, "接待取消了"),
        ({"date": TODAY}, "请打电话给官亭镇联络站:0319-0000004"),
        ({"roster": RosterState.DRAFT}, "还没公布"),
    ],
)
def test_only_a_coming_published_day_is_offered(cast, people, shift, change, sentence):
    if "roster" in change:
        shift.roster.state = change["roster"]
        shift.roster.save()
    else:
        for name, value in change.items():
            setattr(shift, name, value)
        shift.save()
    with pytest.raises(DomainError, match=sentence):
        offer(cast, shift)


def test_only_the_own_place_is_offered(cast, people, shift):
    with pytest.raises(Conflict, match="陈卫现在不在11月22日的班上"):
        offer(cast, shift, giver=people[2], actor=people[2].user)
    for who in ("stranger", "officer", "auditor"):
        with pytest.raises(NotAllowed):
            offer(cast, shift, actor=getattr(cast, who))
    assert offer(cast, shift, actor=cast.clerk).offered_by == cast.clerk


# ---- Taking --------------------------------------------------------------------------------------------------------


def test_the_first_taker_wins_and_the_second_learns_who_it_was(cast, people, shift):
    swap = take(offer(cast, shift), people[2])
    assert (swap.state, swap.taker) == (SwapState.TAKEN, people[2])
    assert "陈卫愿意接您11月22日的班,请确认" in texts(cast.deputy) and "有人接了" in texts(cast.clerk)
    with pytest.raises(Conflict, match="陈卫在11月16日10:00已经接了这个班"):
        take(swap, people[3], actor=cast.clerk)
    assert on_duty(shift) == {"李代表", "赵站长"}  # nothing changes before it is confirmed


@pytest.mark.parametrize("who", ["stranger", "officer", "auditor", "deputy"])
def test_nobody_takes_in_the_name_of_somebody(cast, people, shift, who):
    with pytest.raises(NotAllowed):
        take(offer(cast, shift), people[3], actor=getattr(cast, who))


def test_who_may_not_stand_there_cannot_take(cast, people, shift):
    swap, chen = offer(cast, shift), people[2]
    with pytest.raises(DomainError, match="自己的班"):
        take(swap, people[1])
    with pytest.raises(DomainError, match="赵站长11月22日已经有班了"):
        take(swap, people[0])
    with pytest.raises(DomainError, match="王芳11月22日不是第一分站的代表"):
        take(swap, cast.deputies["GT02"][1], actor=cast.clerk)
    ask_leave(deputy=chen, started_on=SUNDAY, ended_on=SUNDAY, kind="sick_leave", reason="病", actor=cast.clerk, at=AT)
    with pytest.raises(DomainError, match="陈卫11月22日请了假"):
        take(swap, chen)
    Exemption.objects.create(deputy=people[3], started_on=TODAY, reason="久病", granted_at=AT)
    with pytest.raises(DomainError, match="周春生11月22日免除值班"):
        take(swap, people[3], actor=cast.clerk)
    chen.memberships.update(ended_on=SUNDAY - timedelta(days=1))
    with pytest.raises(DomainError, match="不是第一分站的代表"):
        take(swap, chen)


def test_a_day_in_exchange_has_to_be_the_takers_and_free_for_the_giver(cast, people, shift, back):
    swap = offer(cast, shift)
    with pytest.raises(Conflict, match="陈卫现在不在11月22日的班上"):
        take(swap, people[2], return_shift=shift)
    third = duty(cast.gt01, NEXT + timedelta(days=7), people[2], people[1])
    with pytest.raises(DomainError, match="李代表12月6日已经有班了"):
        take(swap, people[2], return_shift=third)
    assert take(swap, people[2], return_shift=back).return_shift == back


# ---- Settling ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["deputy", "clerk", "head", "staff"])
def test_confirmed_the_place_changes_hands(cast, people, shift, who):
    swap = confirm_swap(swap=take(offer(cast, shift), people[2]), actor=getattr(cast, who), at=AT)
    assert (swap.state, swap.settled_by) == (SwapState.CONFIRMED, getattr(cast, who))
    assert on_duty(shift) == {"陈卫", "赵站长"}
    place = shift.places.get(deputy=people[2])
    assert place.fixed and place.instead_of == people[1]
    assert "11月22日第一分站的班由陈卫接替李代表" in texts(people[2].user)
    assert ("换班定了" in texts(cast.clerk)) == (who != "clerk")
    assert shift.changes.count() == 1
    assert AuditLog.objects.filter(action="confirm_swap").count() == 1


def test_an_exchange_goes_both_ways(cast, people, shift, back):
    confirm_swap(swap=take(offer(cast, shift), people[2], return_shift=back), actor=cast.deputy, at=AT)
    assert on_duty(shift) == {"陈卫", "赵站长"} and on_duty(back) == {"李代表", "周春生"}
    assert "11月29日的班由李代表接" in texts(people[2].user)


@pytest.mark.parametrize("who", ["taker", "stranger", "officer", "auditor"])
def test_others_confirm_nothing(cast, people, shift, who):
    swap = take(offer(cast, shift), people[2])
    with pytest.raises(NotAllowed):
        confirm_swap(swap=swap, actor=people[2].user if who == "taker" else getattr(cast, who), at=AT)


def test_a_head_confirms_as_giver_but_not_as_taker(cast, people, back):
    given = offer(cast, back, giver=people[2], actor=people[2].user)
    with pytest.raises(NotAllowed):
        confirm_swap(swap=take(given, people[0]), actor=cast.head, at=AT)
    own = offer(cast, duty(cast.gt01, SUNDAY, people[0]), giver=people[0], actor=cast.head)
    assert confirm_swap(swap=take(own, people[2]), actor=cast.head, at=AT).state == SwapState.CONFIRMED


def test_confirmed_once_and_only_when_taken(cast, people, shift):
    swap = offer(cast, shift)
    with pytest.raises(Conflict, match="现在没有人接这个班"):
        confirm_swap(swap=swap, actor=cast.deputy, at=AT)
    confirm_swap(swap=take(swap, people[2]), actor=cast.deputy, at=AT)
    with pytest.raises(Conflict, match="已经换给陈卫了"):
        confirm_swap(swap=swap, actor=cast.clerk, at=AT)


def test_what_changed_meanwhile_is_looked_at_again(cast, people, shift):
    swap = take(offer(cast, shift), people[2])
    duty(cast.gt02, SUNDAY, people[2])  # meanwhile put elsewhere on the same day
    with pytest.raises(DomainError, match="陈卫11月22日已经有班了"):
        confirm_swap(swap=swap, actor=cast.deputy, at=AT)
    with pytest.raises(DomainError, match="请打电话"):
        confirm_swap(swap=swap, actor=cast.deputy, at=moment(SUNDAY, 7))
    assert on_duty(shift) == {"李代表", "赵站长"}


def test_other_offers_of_a_place_given_away_end(cast, people, shift, back):
    """陈卫 offers the day that he then gives in exchange: nobody can take it any more."""
    other = offer(cast, back, giver=people[2], actor=people[2].user)
    swap = take(offer(cast, shift), people[2], return_shift=back)
    take(other, cast.head_person)
    confirm_swap(swap=swap, actor=cast.deputy, at=AT)
    other.refresh_from_db()
    assert other.state == SwapState.WITHDRAWN and "已经另有安排" in texts(cast.head)


def test_the_giver_would_rather_have_somebody_else(cast, people, shift):
    swap = refuse_swap(swap=take(offer(cast, shift), people[2]), actor=cast.deputy, at=AT, note="已和周春生说好")
    assert (swap.state, swap.taker, swap.taken_at) == (SwapState.OFFERED, None, None)
    assert "没有换给陈卫:已和周春生说好" in texts(people[2].user)
    assert take(swap, people[3], actor=cast.clerk).taker == people[3]


def test_the_taker_cannot_come_after_all(cast, people, shift):
    swap = refuse_swap(swap=take(offer(cast, shift), people[2]), actor=people[2].user, at=AT)
    assert swap.state == SwapState.OFFERED and "重新等人接" in texts(cast.deputy)


def test_who_decides_ends_the_swap(cast, people, shift):
    swap = refuse_swap(swap=take(offer(cast, shift), people[2]), actor=cast.clerk, at=AT, note="当天要点名")
    assert swap.state == SwapState.REFUSED and on_duty(shift) == {"李代表", "赵站长"}
    for user in (cast.deputy, people[2].user):
        assert "没有同意:当天要点名" in texts(user)
    with pytest.raises(NotAllowed):
        refuse_swap(swap=take(offer(cast, shift), people[2]), actor=cast.stranger, at=AT)


@pytest.mark.parametrize("taken", [False, True])
def test_an_offer_is_taken_back_until_it_is_confirmed(cast, people, shift, taken):
    swap = offer(cast, shift)
    if taken:
        take(swap, people[2])
    with pytest.raises(NotAllowed):
        withdraw_swap(swap=swap, actor=people[2].user, at=AT)
    withdraw_swap(swap=swap, actor=cast.deputy, at=AT)
    assert ("换班撤回了" in texts(people[2].user)) == taken
    with pytest.raises(Conflict, match="已撤回"):
        withdraw_swap(swap=swap, actor=cast.deputy, at=AT)


# ---- For others ----------------------------------------------------------------------------------------------------


def arrange(cast, shift, taker, **fields) -> Swap:
    facts = {"giver": cast.deputy_person, "actor": cast.clerk, "at": AT, "reason": "电话说好"} | fields
    return swap_for_others(shift=shift, taker=taker, **facts)


@pytest.mark.parametrize("who", ["clerk", "head", "staff"])
def test_arranged_for_others_in_one_step(cast, people, shift, who):
    swap = arrange(cast, shift, people[2], actor=getattr(cast, who))
    assert swap.state == SwapState.CONFIRMED and on_duty(shift) == {"陈卫", "赵站长"}
    assert "由陈卫接替李代表" in texts(cast.deputy)


def test_an_open_offer_is_settled_by_it(cast, people, shift):
    swap = offer(cast, shift)
    assert arrange(cast, shift, people[2]).pk == swap.pk and Swap.objects.count() == 1


def test_a_deputy_of_another_branch_of_the_station_stands_in(cast, people, shift):
    arrange(cast, shift, cast.deputies["GT02"][1])
    assert on_duty(shift) == {"王芳", "赵站长"}
    with pytest.raises(DomainError, match="马强11月22日不是官亭镇联络站的代表"):
        arrange(cast, shift, cast.deputies["YT01"][1], giver=people[0])


def test_parties_and_strangers_arrange_nothing(cast, people, shift):
    for actor in (cast.stranger, cast.deputy, cast.auditor):
        with pytest.raises(NotAllowed):
            arrange(cast, shift, people[2], actor=actor)
    with pytest.raises(NotAllowed, match="自己的班"):
        arrange(cast, shift, people[2], giver=people[0], actor=cast.head)
    with pytest.raises(DomainError, match="同一位代表"):
        arrange(cast, shift, people[1])


def test_refused_arrangements_leave_nothing_behind(cast, people, shift):
    with pytest.raises(DomainError):
        arrange(cast, shift, people[0])
    assert not Swap.objects.exists() and not AuditLog.objects.filter(action="swap_for_others").exists()


# ---- Who served ----------------------------------------------------------------------------------------------------


def test_the_substitute_has_the_service_and_nobody_is_charged(cast, people, shift, django_capture_on_commit_callbacks):
    """From the swap through the log to the performance file: it counts for who came."""
    arrange(cast, shift, people[2])
    row = SundayRow(branch=cast.gt01, attendance={people[2]: Presence.PRESENT, people[0]: Presence.PRESENT}, received=2)
    with django_capture_on_commit_callbacks(execute=True):
        file_log(row=row, on=SUNDAY, actor=cast.clerk, at=moment(SUNDAY, 17))
    expected = dict(DutyLog.objects.get().attendance.values_list("deputy__name", "expected"))
    assert expected == {"陈卫": True, "赵站长": True}
    entries = {person.name: list(archive_of(person, 2026).items) for person in people[1:3]}
    assert len(entries["陈卫"]) == 1 and entries["李代表"] == []
