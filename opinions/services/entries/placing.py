"""Whose a villager's matter is by the village they named: people take the nearest code, not always their own branch's."""

import re
from datetime import date

from julu_liaison.common.texts import squeezed
from opinions.models import Opinion
from stations.models import Station, Village

ENDING = re.compile(r"(村民委员会|居民委员会|村委会|居委会|社区|村)$")


def branch_of_village(ticket: Opinion, on: date) -> Station | None:
    """Return the open branch whose village the villager named, as people write it: with or without 村 and the town's name.

    One name may be several villages': the ticket's own branch comes first, then its station, then the county; None where
    that leaves it open, or nothing was named. One query, none without a name.
    """
    if not ticket.villager_village:
        return None
    rows = Village.objects.filter(branch__county=ticket.county_id).select_related("branch__parent")
    found = {row.branch for row in rows if row.branch.is_open(on) and _is_named(ticket.villager_village, row)}
    for nearer in (
        {branch for branch in found if branch.pk == ticket.branch_id},
        {branch for branch in found if branch.parent_id == ticket.station_id},
        found,
    ):
        if nearer:
            return nearer.pop() if len(nearer) == 1 else None
    return None


def _is_named(typed: str, village: Village) -> bool:
    said, town = squeezed(typed), village.branch.parent.name
    return _bare(said) == _bare(village.name) or _bare(said.removeprefix(town)) == _bare(village.name)


def _bare(name: str) -> str:
    return ENDING.sub("", squeezed(name)) or squeezed(name)
