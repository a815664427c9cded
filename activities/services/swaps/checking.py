"""What a swap stands on: the rows it holds, and what stands in somebody's way."""

from collections.abc import Collection
from datetime import datetime

from django.utils import timezone

from activities.models import Roster, Shift, ShiftPlace, Swap
from activities.rules import day_words, is_too_late
from activities.services.rosters.serving import hindrances
from activities.states import CALLED_OFF, RosterState, SwapState
from deputies.models import Deputy
from julu_liaison.common.errors import Conflict, DomainError
from julu_liaison.common.texts import clean_text
from julu_liaison.common.working_days import today_here
from stations.services import hold_place

LONGEST_REASON = 100


# ---- Holding -------------------------------------------------------------------------------------------------------


def hold_rosters(*shifts: Shift | None) -> None:
    """Lock the rosters of the shifts and then their branches, in the order everybody takes them."""
    there = [shift for shift in shifts if shift is not None]
    keys = {shift.roster_id for shift in there}
    list(Roster.objects.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True))
    for branch in sorted({shift.branch for shift in there}, key=lambda branch: branch.pk):
        hold_place(branch)


def hold_swap(swap: Swap, *states: str) -> Swap:
    """Lock the swap, which has to be in one of `states`. Raises Conflict that says what became of it meanwhile."""
    rows = Swap.objects.select_for_update(of=("self",)).select_related(
        "giver__user", "taker__user", "shift__roster", "shift__branch__parent__parent", "settled_by",
        "return_shift__roster", "return_shift__branch__parent__parent",
    )  # fmt: skip
    fresh = rows.get(pk=swap.pk)
    if fresh.state not in states:
        raise Conflict(became_words(fresh))
    return fresh


def taker_of(swap: Swap) -> Deputy:
    """Who takes the place of a swap that is taken or confirmed."""
    assert swap.taker is not None  # `hold_swap` has asked for the state
    return swap.taker


def became_words(swap: Swap) -> str:
    """What a swap has become, for somebody who comes too late."""
    if swap.state == SwapState.OFFERED:
        return "现在没有人接这个班,等有人接了再确认。"
    if swap.state == SwapState.TAKEN:
        return f"{taker_of(swap).name}{_moment_words(swap.taken_at)}已经接了这个班。"
    if swap.state == SwapState.CONFIRMED:
        return f"这个班{_moment_words(swap.settled_at)}已经换给{taker_of(swap).name}了。"
    return f"这次换班{swap.get_state_display()}({_moment_words(swap.settled_at)}),不用再办。"


def _moment_words(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return f"在{day_words(today_here(moment))}{timezone.localtime(moment):%H:%M}"


# ---- Demanding -----------------------------------------------------------------------------------------------------


def checked_reason(reason: str) -> str:
    reason = clean_text(reason)
    if len(reason) > LONGEST_REASON:
        raise DomainError(f"原因最多{LONGEST_REASON}个字。", fields={"reason": f"最多{LONGEST_REASON}个字"})
    return reason


def demand_coming(shift: Shift, at: datetime, field: str = "shift") -> None:
    """The day is published, takes place and is still to come."""
    if shift.roster.state != RosterState.PUBLISHED:
        raise DomainError("这个月的排班还没公布,公布以后再换。", fields={field: "还没公布"})
    if shift.state in CALLED_OFF:
        raise Conflict(f"{day_words(shift.date)}的接待取消了,不用换班。", fields={field: "这一天取消了"})
    if is_too_late(shift.date, today_here(at)):
        branch = shift.branch
        phone = f":{branch.phone_here}" if branch.phone_here else ""
        raise DomainError(
            f"当天的班来不及换了,请打电话给{branch.parent.name}联络站{phone}。", fields={field: "这一天来不及换了"}
        )


def demand_place(shift: Shift, deputy: Deputy, field: str = "shift") -> None:
    if not ShiftPlace.objects.filter(shift=shift, deputy=deputy).exists():
        raise Conflict(
            f"{deputy.name}现在不在{day_words(shift.date)}的班上,请看一下最新的排班。",
            fields={field: f"{deputy.name}不在{day_words(shift.date)}的班上"},
        )


def demand_free(shift: Shift, deputy: Deputy, *, near: bool = False, field: str = "taker") -> None:
    sentence = obstacle(shift, deputy, near=near)
    if sentence:
        raise DomainError(f"{sentence}。", fields={field: sentence})


def obstacle(shift: Shift, deputy: Deputy, *, near: bool = False) -> str:
    """Say what keeps `deputy` from standing on `shift`; empty if nothing does. `near`: of the same station is enough."""
    return obstacles(shift, [deputy], near=near).get(deputy.pk, "")


def obstacles(shift: Shift, people: Collection[Deputy], *, near: bool = False) -> dict[int, str]:
    """The same for many at once, by deputy key; who may stand there is left out."""
    here = f"{shift.branch.parent.name}联络站" if near else shift.branch.name
    hindered = hindrances(shift, people, near=near, here=here)
    who = {person.pk: person.name for person in people}
    return {key: f"{who[key]}{day_words(shift.date)}{trouble}" for key, trouble in hindered.items()}
