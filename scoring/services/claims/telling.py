"""Notices about claims: to whoever has to act next, once for many; to the deputy and whoever claimed it, one by one."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
from scoring.models import BonusClaim
from scoring.services.addressees import Addressees, who_claimed
from scoring.states import ClaimState

DESK = "/points/claims/?state=mine"
TO_DO = {ClaimState.CLAIMED: "请核对", ClaimState.CHECKED: "请审定"}


def page_of_claim(claim: BonusClaim) -> str:
    return f"/points/claims/{claim.uid}/"


def named(claim: BonusClaim) -> str:
    return f"{claim.deputy.name}的加分申报“{claim.get_item_display()}”"


def tell_who_acts(claims: Iterable[BonusClaim], *, actor, at: datetime) -> None:
    """One notice a person, however many claims have come to them; what was returned `tell_who_claimed` tells of."""
    addressees, tasks = Addressees(at), dict[Any, list[BonusClaim]]()
    for claim in claims:
        if claim.state in TO_DO:
            for user in addressees.who_acts(claim):
                tasks.setdefault(user, []).append(claim)
    for user, rows in tasks.items():
        words = TO_DO[ClaimState(rows[0].state)]
        one = len(rows) == 1
        text = f"{named(rows[0])},{words}。" if one else f"有{len(rows)}件加分申报到您这里,{words}。"
        if user != actor:
            link = page_of_claim(rows[0]) if one else DESK
            notify(kind=Kind.POINTS, users=[user], text=text, link=link, at=at, fit_for_outside=not one)


def tell_who_claimed(claims: Iterable[BonusClaim], *, actor, at: datetime, note: str = "") -> None:
    """Where the claim stands now, with the reason; nobody is told of what they did themselves."""
    for claim in claims:
        words = f"{named(claim)}:{claim.get_state_display()}{f',{note}' if note else ''}。"
        users = [user for user in who_claimed(claim) if user != actor]
        notify(kind=Kind.POINTS, users=users, text=words, link=page_of_claim(claim), at=at)
