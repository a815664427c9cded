"""What becomes of offers when places change hands or somebody goes on leave."""

from datetime import date, datetime

from activities.models import Shift, Swap
from activities.rules import day_words
from activities.services.addressees import tell_deputies
from activities.states import SwapState
from deputies.models import Deputy


def swap_page(swap: Swap) -> str:
    return f"/me/swaps/{swap.uid}/"


def close_swap(swap: Swap, state: str, actor, at: datetime) -> None:
    """End a swap: confirmed, refused or withdrawn."""
    swap.state, swap.settled_by, swap.settled_at = state, actor, at
    swap.save(update_fields=["taker", "return_shift", "taken_at", "state", "settled_by", "settled_at"])


def offer_again(swap: Swap) -> None:
    """The taker is out of it: others may take the place."""
    swap.state, swap.taker, swap.return_shift, swap.taken_at = SwapState.OFFERED, None, None, None
    swap.save(update_fields=["state", "taker", "return_shift", "taken_at"])


def drop_offers(*, deputy: Deputy, start: date, end: date, actor, at: datetime) -> None:
    """The deputy is on leave on these days: own offers of them end, duties taken on them are offered again."""
    days = (start, end)
    own = Swap.objects.filter(giver=deputy, shift__date__range=days)
    pledged = Swap.objects.filter(taker=deputy, shift__date__range=days)
    in_return = Swap.objects.filter(taker=deputy, return_shift__date__range=days)
    expected_back = Swap.objects.filter(giver=deputy, return_shift__date__range=days)
    _drop(own, pledged | in_return | expected_back, actor, at)


def drop_offers_of_place(shift: Shift, deputy: Deputy, actor, at: datetime) -> None:
    """The deputy's place on `shift` is somebody else's now: own offers of it end, promises of it are void."""
    own = Swap.objects.filter(giver=deputy, shift=shift)
    _drop(own, Swap.objects.filter(taker=deputy, return_shift=shift), actor, at)


def _drop(own, taken, actor, at: datetime) -> None:
    for swap in _held(own):
        _tell(swap, f"{swap.giver.name}{day_words(swap.shift.date)}的班已经另有安排,不用再接了。", at)
        close_swap(swap, SwapState.WITHDRAWN, actor, at)
    for swap in _held(taken):
        _tell(swap, f"{swap.giver.name}{day_words(swap.shift.date)}的换班没有换成,这个班重新等人接。", at, giver=True)
        offer_again(swap)


def _held(rows) -> list[Swap]:
    found = rows.open().order_by("pk").select_for_update(of=("self",))
    return list(found.select_related("giver__user", "taker__user", "shift"))


def _tell(swap: Swap, text: str, at: datetime, *, giver: bool = False) -> None:
    people = [swap.taker] if swap.taker else []
    tell_deputies([*people, swap.giver] if giver else people, text, swap_page(swap), at)
