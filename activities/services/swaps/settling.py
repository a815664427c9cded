"""Confirming and refusing swaps, and arranging them for others in one step."""

from datetime import datetime

from django.db import transaction

from activities.models import Shift, Swap
from activities.permissions import can_decide_leave, can_settle_swap
from activities.rules import day_words
from activities.services.addressees import tell_deciders, tell_deputies
from activities.services.offers import close_swap, drop_offers_of_place, offer_again, swap_page
from activities.services.pages import leave_desk
from activities.services.people import hold_people
from activities.services.rosters import hand_over_place
from activities.services.rosters.telling import is_near
from activities.services.swaps.checking import (
    checked_reason,
    demand_coming,
    demand_free,
    demand_place,
    hold_rosters,
    hold_swap,
    taker_of,
)
from activities.services.swaps.offering import demand_exchange
from activities.states import SwapState
from deputies.models import Deputy
from deputies.permissions import is_oneself
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed


@transaction.atomic
def confirm_swap(*, swap: Swap, actor, at: datetime) -> Swap:
    """Confirm a taken swap: the places change hands. By the giver, or by who decides there and is no party to it."""
    swap = _taken(swap)
    if not (is_oneself(actor, swap.giver) or can_settle_swap(actor, swap)):
        raise NotAllowed("换班由提出的代表本人、站长或联络站确认。")
    _carry_out(swap, actor, at)
    audit.record(
        "confirm_swap", actor=actor, target=swap, at=at, deputy=swap.giver.code, taker=taker_of(swap).code,
        day=str(swap.shift.date),
    )  # fmt: skip
    return swap


def _taken(swap: Swap) -> Swap:
    """Hold everything a taken swap stands on. Who took it is read before the locks, so it is looked at again."""
    seen = Swap.objects.select_related("giver", "taker", "shift__branch", "return_shift__branch").get(pk=swap.pk)
    hold_people([person for person in (seen.giver, seen.taker) if person])
    hold_rosters(seen.shift, seen.return_shift)
    fresh = hold_swap(swap, SwapState.TAKEN)
    if (fresh.taker_id, fresh.return_shift_id) != (seen.taker_id, seen.return_shift_id):
        raise Conflict("刚刚换了接班的人,请重新看一下再办。")
    return fresh


def _carry_out(swap: Swap, actor, at: datetime, *, near: bool = False) -> None:
    """Check once more what may have changed since, hand the places over, put other offers of them aside, tell all."""
    giver, taker = swap.giver, taker_of(swap)
    demand_coming(swap.shift, at)
    demand_place(swap.shift, giver)
    demand_free(swap.shift, taker, near=near)
    if swap.return_shift:
        demand_exchange(swap.shift, swap.return_shift, giver, taker, at)
    reason = swap.reason or "换班"
    hand_over_place(shift=swap.shift, giver=giver, taker=taker, actor=actor, at=at, reason=reason)
    if swap.return_shift:
        hand_over_place(shift=swap.return_shift, giver=taker, taker=giver, actor=actor, at=at, reason=reason)
    close_swap(swap, SwapState.CONFIRMED, actor, at)
    if swap.return_shift:
        drop_offers_of_place(swap.return_shift, taker, actor, at)
    drop_offers_of_place(swap.shift, giver, actor, at)
    _tell_confirmed(swap, actor, at)


def _tell_confirmed(swap: Swap, actor, at: datetime) -> None:
    day, giver, taker = day_words(swap.shift.date), swap.giver, taker_of(swap)
    back = f",{day_words(swap.return_shift.date)}的班由{giver.name}接" if swap.return_shift else ""
    text = f"换班定了:{day}{swap.shift.branch.name}的班由{taker.name}接替{giver.name}{back}。"
    days = [shift.date for shift in (swap.shift, swap.return_shift) if shift]
    people = [person for person in (giver, taker) if not is_oneself(actor, person)]
    tell_deputies(people, text, swap_page(swap), at, urgent=is_near(at, *days))
    tell_deciders(swap.shift.branch, text, leave_desk(), at, without=[actor, giver.user, taker.user])


@transaction.atomic
def refuse_swap(*, swap: Swap, actor, at: datetime, note: str = "") -> Swap:
    """Say no to a taken swap.

    The giver would rather have somebody else, or the taker can't after all: the duty is offered again. Who decides
    at the branch ends the swap, and the roster stays as it is.
    """
    swap = _taken(swap)
    giver, taker = swap.giver, taker_of(swap)
    is_party = is_oneself(actor, giver) or is_oneself(actor, taker)
    if not (is_party or can_settle_swap(actor, swap)):
        raise NotAllowed("换班由两位代表本人、站长或联络站办理。")
    note = checked_reason(note)
    audit.record("refuse_swap", actor=actor, target=swap, at=at, deputy=giver.code, day=str(swap.shift.date), note=note)
    why = f":{note}" if note else ""
    if is_party:
        offer_again(swap)
        text = f"{day_words(swap.shift.date)}的班没有换给{taker.name}{why},重新等人接。"
    else:
        close_swap(swap, SwapState.REFUSED, actor, at)
        text = f"{giver.name}{day_words(swap.shift.date)}的换班没有同意{why},班照原来的排。"
    tell_deputies([person for person in (giver, taker) if not is_oneself(actor, person)], text, swap_page(swap), at)
    return swap


@transaction.atomic
def swap_for_others(
    *, shift: Shift, giver: Deputy, taker: Deputy, actor, at: datetime, return_shift: Shift | None = None,
    reason: str = "",
) -> Swap:  # fmt: skip
    """Arrange a swap in one step, as after a telephone call; `taker` may be of another branch of the same station.

    An open offer of the place is settled by it. Whoever is a party offers or takes like everybody.
    """
    giver, taker = hold_people([giver, taker])
    hold_rosters(shift, return_shift)
    shifts = Shift.objects.select_related("roster", "branch__parent__parent")  # read again under the locks
    shift = shifts.get(pk=shift.pk)
    return_shift = shifts.get(pk=return_shift.pk) if return_shift else None
    if not can_decide_leave(actor, shift.branch):
        raise NotAllowed("替别人换班由站长、联络站或县人大办公室办理。")
    if any(is_oneself(actor, person) for person in (giver, taker)):
        raise NotAllowed("自己的班请在“我的值班”里找人换,由对方来接。")
    if giver.pk == taker.pk:
        raise DomainError("接班的和换出的是同一位代表,请另选一位。", fields={"taker": "请另选一位"})
    swap = _open_or_new(shift, giver, actor, at)
    swap.taker, swap.return_shift, swap.taken_at = taker, return_shift, at
    swap.reason = checked_reason(reason) or swap.reason
    swap.state = SwapState.TAKEN
    swap.save()
    _carry_out(swap, actor, at, near=True)
    audit.record(
        "swap_for_others", actor=actor, target=swap, at=at, deputy=giver.code, taker=taker.code, day=str(shift.date)
    )
    return swap


def _open_or_new(shift: Shift, giver: Deputy, actor, at: datetime) -> Swap:
    offered = Swap.objects.open().filter(shift=shift, giver=giver).select_for_update(of=("self",)).first()
    swap = offered or Swap(shift=shift, giver=giver, offered_by=actor, offered_at=at)
    swap.shift, swap.giver = shift, giver
    swap.put_at(shift.branch)
    return swap
