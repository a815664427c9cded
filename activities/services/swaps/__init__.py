"""Swaps (换班): offered, taken, confirmed by deputies; arranged by those who decide; put aside when overtaken."""

from activities.services.swaps.checking import obstacles
from activities.services.swaps.offering import offer_swap, take_swap, withdraw_swap
from activities.services.swaps.settling import confirm_swap, refuse_swap, swap_for_others

__all__ = [
    "confirm_swap",
    "obstacles",
    "offer_swap",
    "refuse_swap",
    "swap_for_others",
    "take_swap",
    "withdraw_swap",
]
