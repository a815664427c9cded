"""Open offers of duties (换班), and what becomes of them when their places or days go. Below rosters, swaps and leave."""

from datetime import date, datetime

from django.urls import reverse

from activities.models import Shift, Swap
from activities.rules import day_words
from activities.services.addressees import tell_deputies
from activities.states import SwapState
from deputies.models import Deputy
from julu_liaison.common import audit


def swap_page(swap: Swap) -> str:
    return reverse("swap", args=[swap.uid])


def close_swap(swap: Swap, state: str, actor, at: datetime) -> None:
    """End a swap: confirmed, refused or withdrawn. The caller writes down which act that was."""
    swap.state, swap.settled_by, swap.settled_at = state, actor, at
    swap.save(update_fields=["taker", "return_shift", "taken_at", "state", "settled_by", "settled_at"])


def offer_again(swap: Swap) -> None:
    """The taker is out of it: others may take the place."""
    swap.state, swap.taker, swap.return_shift, swap.taken_at = SwapState.OFFERED, None, None, None
    swap.save(update_fields=["state", "taker", "return_shift", "taken_at"])


def drop_offers(*, deputy: Deputy, start: date, end: date, actor, at: datetime) -> None:
    """The deputy is away on these days: own offers of them end, duties taken on them are offered again."""
    days = (start, end)
    own = Swap.objects.filter(giver=deputy, shift__date__range=days)
    pledged = Swap.objects.filter(taker=deputy, shift__date__range=days)
    in_return = Swap.objects.filter(taker=deputy, return_shift__date__range=days)
    expected_back = Swap.objects.filter(giver=deputy, return_shift__date__range=days)
    _close(own, actor, at)
    _reopen(pledged | in_return | expected_back, actor, at)


def drop_offers_of_place(shift: Shift, deputy: Deputy, actor, at: datetime) -> None:
    """The deputy has lost the place on `shift`: own offers of it end, promises of it are void."""
    _close(Swap.objects.filter(giver=deputy, shift=shift), actor, at)
    _reopen(Swap.objects.filter(taker=deputy, return_shift=shift), actor, at)


def drop_offers_of_day(shift: Shift, what: str, actor, at: datetime) -> None:
    """The day, as it was announced, is off (`what` says how): all offers of places on it end, promises of them are void."""
    for swap in _held(Swap.objects.filter(shift=shift)):
        text = f"{swap.giver.name}{day_words(swap.shift.date)}的换班不用办了:那天的接待{what}。"
        tell_deputies(_parties(swap), text, swap_page(swap), at)
        _drop(swap, actor, at)
    _reopen(Swap.objects.filter(return_shift=shift), actor, at)


def _close(rows, actor, at: datetime) -> None:
    """The giver knows why the place is gone; whoever was to take it has to hear."""
    for swap in _held(rows):
        text = f"{swap.giver.name}{day_words(swap.shift.date)}的班已经另有安排,不用再接了。"
        tell_deputies([swap.taker] if swap.taker else [], text, swap_page(swap), at)
        _drop(swap, actor, at)


def _drop(swap: Swap, actor, at: datetime) -> None:
    """Close an offer that has been overtaken; nobody took it back, so that is an act of its own."""
    close_swap(swap, SwapState.WITHDRAWN, actor, at)
    audit.record("drop_swap", actor=actor, target=swap, at=at, deputy=swap.giver.code, day=str(swap.shift.date))


def _reopen(rows, actor, at: datetime) -> None:
    for swap in _held(rows):
        text = f"{swap.giver.name}{day_words(swap.shift.date)}的换班没有换成,这个班重新等人接。"
        tell_deputies(_parties(swap), text, swap_page(swap), at)
        taker = swap.taker.code if swap.taker else ""
        audit.record("reopen_swap", actor=actor, target=swap, at=at, deputy=swap.giver.code, taker=taker)
        offer_again(swap)


def _parties(swap: Swap) -> list[Deputy]:
    return [swap.taker, swap.giver] if swap.taker else [swap.giver]


def _held(rows) -> list[Swap]:
    """Lock the open ones, then read who is in them: it may have changed while the lock was waited for."""
    keys = [swap.pk for swap in rows.open().order_by("pk").select_for_update(of=("self",))]
    held = Swap.objects.filter(pk__in=keys).order_by("pk")
    return list(held.select_related("giver__user", "taker__user", "shift")) if keys else []
