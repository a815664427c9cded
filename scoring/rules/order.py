"""The order of official papers (公文顺序): never one by points."""

from typing import Any

from deputies.states import MembershipRole

Place = tuple[int, str, int, str]  # official order and code of the station, then of the branch


def official_order(sort_key: str, code: str, place: Place | None, *, is_head: bool = False) -> tuple:
    """A key to sort by: stations and branches, the head first, then by surname; who serves nowhere comes last."""
    if place is None:
        return (1, 0, "", 0, "", False, sort_key, code)
    return (0, *place, not is_head, sort_key, code)


def order_of(person: Any, membership: Any | None) -> tuple:
    """The same of a deputy with the membership that counts, read with its branch and station."""
    if membership is None:
        return official_order(person.sort_key, person.code, None)
    branch, station = membership.branch, membership.branch.parent
    place = (station.official_order, station.code, branch.official_order, branch.code)
    return official_order(person.sort_key, person.code, place, is_head=membership.role == MembershipRole.HEAD)
