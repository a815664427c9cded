"""Offering a duty to the branch, taking it, taking an offer back."""

from datetime import datetime

from django.db import transaction

from activities.models import Shift, Swap
from activities.permissions import can_ask_leave, can_settle_swap
from activities.rules import day_words
from activities.services.addressees import tell_deciders, tell_deputies
from activities.services.offers import close_swap, swap_page
from activities.services.pages import leave_desk
from activities.services.people import hold_people
from activities.services.swaps.checking import (
    checked_reason,
    demand_coming,
    demand_free,
    demand_place,
    hold_swap,
    obstacles,
    taker_of,
)
from activities.states import SwapState
from deputies.models import Deputy, Membership
from deputies.permissions import is_oneself
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from stations.services import hold_place


@transaction.atomic
def offer_swap(*, shift: Shift, giver: Deputy, actor, at: datetime, reason: str = "") -> Swap:
    """Offer `giver`'s place on a published day to the members of the branch, who are told.

    By the deputy in person or whoever decides there. Raises Conflict where the place is offered already.
    """
    [giver] = hold_people([giver])
    branch = hold_place(shift.branch)  # whoever changes the day waits, so the place is there until the offer is
    shift = _read(shift)
    if not can_ask_leave(actor, giver, shift.branch):
        raise NotAllowed("换班由代表本人提出,或者由站长、联络站代为办理。")
    demand_coming(shift, at)
    demand_place(shift, giver)
    if Swap.objects.open().filter(shift=shift, giver=giver).exists():
        raise Conflict(f"{day_words(shift.date)}的班已经在找人换了,请等同事来接。")
    swap = Swap(shift=shift, giver=giver, reason=checked_reason(reason), offered_by=actor, offered_at=at)
    swap.put_at(branch)
    swap.save(force_insert=True)
    audit.record("offer_swap", actor=actor, target=swap, at=at, deputy=giver.code, day=str(shift.date))
    text = f"{giver.name}{day_words(shift.date)}来不了{shift.branch.name}的接待,您能接这个班吗?"
    tell_deputies(_colleagues(shift, giver), text, swap_page(swap), at)
    return swap


def _read(shift: Shift) -> Shift:
    return Shift.objects.select_related("roster", "branch__parent__parent").get(pk=shift.pk)


def _colleagues(shift: Shift, giver: Deputy) -> list[Deputy]:
    """Members of the branch on that day who could take the place."""
    rows = Membership.objects.in_force(shift.date).filter(branch=shift.branch).exclude(deputy=giver).heads_first()
    people = [row.deputy for row in rows.select_related("deputy__user") if row.deputy.user_id]
    hindered = obstacles(shift, people)
    return [person for person in people if person.pk not in hindered]


@transaction.atomic
def take_swap(
    *, swap: Swap, taker: Deputy, actor, at: datetime, return_shift: Shift | None = None
) -> Swap:  # fmt: skip
    """Take an offered duty, simply (顶班) or for a day of one's own, `return_shift`, that the giver takes in exchange.

    Of two takers the second gets Conflict, which says who took it and when. It counts once it is confirmed.
    """
    _giver, taker = hold_people([swap.giver, taker])
    if return_shift is not None:
        hold_place(return_shift.branch)
    swap = hold_swap(swap, SwapState.OFFERED)
    if not (is_oneself(actor, taker) or can_settle_swap(actor, swap)):
        raise NotAllowed("接班由代表本人来接,或者由站长、联络站代为办理。")
    if taker.pk == swap.giver_id:
        raise DomainError("这是您自己的班,不用接。", fields={"taker": "这是本人的班"})
    _demand_still_offered(swap, at)
    demand_free(swap.shift, taker)
    if return_shift is not None:
        return_shift = _read(return_shift)
        demand_exchange(swap.shift, return_shift, swap.giver, taker, at)
    swap.taker, swap.return_shift, swap.taken_at, swap.state = taker, return_shift, at, SwapState.TAKEN
    swap.save(update_fields=["taker", "return_shift", "taken_at", "state"])
    audit.record("take_swap", actor=actor, target=swap, at=at, deputy=taker.code, day=str(swap.shift.date))
    _tell_taken(swap, actor, at)
    return swap


def _demand_still_offered(swap: Swap, at: datetime) -> None:
    demand_coming(swap.shift, at)
    demand_place(swap.shift, swap.giver)


def demand_exchange(shift: Shift, return_shift: Shift, giver: Deputy, taker: Deputy, at: datetime) -> None:
    """The taker's own day can be given to the giver."""
    demand_coming(return_shift, at, "return_shift")
    demand_place(return_shift, taker, "return_shift")
    if return_shift.date == shift.date:
        raise DomainError("换来换去是同一天,请选另一天。", fields={"return_shift": "请选另一天"})
    demand_free(return_shift, giver, near=return_shift.branch_id != shift.branch_id, field="return_shift")


def _tell_taken(swap: Swap, actor, at: datetime) -> None:
    taker = taker_of(swap)
    back = f",换您接{day_words(swap.return_shift.date)}的班" if swap.return_shift else ""
    text = f"{taker.name}愿意接您{day_words(swap.shift.date)}的班{back},请确认。"
    if not is_oneself(actor, swap.giver):
        tell_deputies([swap.giver], text, swap_page(swap), at)
    told = f"{swap.giver.name}{day_words(swap.shift.date)}的班有人接了({taker.name}),等本人或您确认。"
    tell_deciders(swap.shift.branch, told, leave_desk(), at, without=[actor, swap.giver.user, taker.user])


@transaction.atomic
def withdraw_swap(*, swap: Swap, actor, at: datetime) -> Swap:
    """Take an offer back, whether somebody has taken it or not, as long as it isn't confirmed."""
    hold_people([swap.giver])
    swap = hold_swap(swap, SwapState.OFFERED, SwapState.TAKEN)
    if not (is_oneself(actor, swap.giver) or can_settle_swap(actor, swap)):
        raise NotAllowed("换班由提出的代表本人、站长或联络站撤回。")
    close_swap(swap, SwapState.WITHDRAWN, actor, at)
    audit.record("withdraw_swap", actor=actor, target=swap, at=at, deputy=swap.giver.code, day=str(swap.shift.date))
    concerned = [person for person in (swap.giver, swap.taker) if person and not is_oneself(actor, person)]
    text = f"{swap.giver.name}{day_words(swap.shift.date)}的换班撤回了,班照原来的排。"
    tell_deputies(concerned, text, swap_page(swap), at)
    return swap
