"""Holding deputies, whose rows are the first that anybody locks: deputies, rosters, places, then the rows themselves.

Leave, exemptions and duties of one deputy wait for each other here, so nobody is on leave and on a day at once.
"""

from collections.abc import Collection, Iterable
from datetime import date

from dateutil.relativedelta import relativedelta

from deputies.models import Deputy, Membership
from julu_liaison.common.errors import Conflict
from stations.models import Station


def hold_people(people: Iterable[Deputy]) -> list[Deputy]:
    """Lock deputies in the order of their keys and return them in the order given; foreign keys to them stay open."""
    keys = [person.pk for person in people]
    rows = Deputy.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",), no_key=True)
    held = {person.pk: person for person in rows.select_related("user")}
    return [held[key] for key in keys]


def hold_members(stations: Iterable[Station], month: date) -> set[int]:
    """Lock whoever belongs to a branch of the stations since the month before `month`, as planning reads them.

    Returns the keys.
    """
    since = month.replace(day=1) - relativedelta(months=1)
    rows = Membership.objects.filter(branch__parent__in=list(stations)).exclude(ended_on__lt=since)
    people = Deputy.objects.filter(pk__in=rows.values("deputy")).order_by("pk")
    return set(people.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


def demand_held(keys: Collection[int], held: Collection[int]) -> None:
    """Whoever is to be placed was read before the locks. Raises Conflict where somebody has joined them meanwhile."""
    if not set(keys) <= set(held):
        raise Conflict("刚刚有代表调进来或调整了班次,请重新看一下再办。")
