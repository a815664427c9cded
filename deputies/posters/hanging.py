"""What was printed and does not hang yet, and whether an edition still says what is true."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from deputies.models import Edition
from deputies.posters.editions import Order, changes_since
from deputies.posters.products import product_of
from deputies.querysets import LAST_HUNG_FIRST, EditionQuerySet
from deputies.services.editions import LONGEST_PLACE
from julu_liaison.common.working_days import today_here
from stations.models import Station


@dataclass(frozen=True)
class Waiting:
    """An edition that does not hang yet. `why`: what has changed since it was printed; `where`: where the last one
    hung, or else the place's own address."""

    edition: Edition
    order: Order
    why: list[str]
    where: str


def waiting(editions: EditionQuerySet, at: datetime) -> list[Waiting]:
    """Those of `editions` that wait for being hung, in official order (as many queries as kinds of sheets need).

    Of each size the latest, as `waits_for_hanging` says. Posters of months that have passed wait for nothing.
    """
    rows = list(_latest_unhung(editions, at).select_related("place__parent", "place__county"))
    hung = _hung_at_places_of(rows)
    hanging = _firsts(hung, _sheet)
    rows = sorted((row for row in rows if waits_for_hanging(row, hanging.get(_sheet(row)))), key=_official_order)
    facts = _facts_of(rows, at)
    where = _usual(rows, hung)
    found = []
    for row in rows:
        product = product_of(row.product)
        order = Order(product, product.size_of(row.size), row.period)
        why = changes_since(order, row, facts[row.product, row.period][row.place_id], at)
        found.append(Waiting(row, order, why, where[row.pk]))
    return found


def waits_for_hanging(latest: Edition, hanging: Edition | None) -> bool:
    """Whether the latest edition of a size has yet to be hung at its place.

    `hanging`: what was hung there last, of whatever size. It stands instead when it was printed later, or is of another
    size and was hung after the day on which `latest` was printed.
    """
    if latest.hung_on is not None or hanging is None or hanging.hung_on is None:
        return latest.hung_on is None
    hung_after = hanging.size != latest.size and hanging.hung_on > today_here(latest.made_at)
    return not (hanging.made_at > latest.made_at or hung_after)


def usual_places(editions: Iterable[Edition]) -> dict[int, str]:
    """Where to hang each, by key: where the last one of its kind hangs at the place, or else the place's address."""
    editions = list(editions)
    return _usual(editions, _hung_at_places_of(editions))


def _usual(editions: list[Edition], hung: list[Edition]) -> dict[int, str]:
    last = _firsts(hung, _kind)
    return {row.pk: last[_kind(row)].hung_where if _kind(row) in last else _address(row.place) for row in editions}


def _hung_at_places_of(editions: list[Edition]) -> list[Edition]:
    """All that was ever hung at their places, the last first; without the facts, which are kept for good."""
    hung = Edition.objects.filter(place__in={row.place_id for row in editions}).exclude(hung_on=None)
    known = hung.only("place", "product", "period", "size", "made_at", "hung_on", "hung_where")
    return list(known.order_by(*LAST_HUNG_FIRST))


def _firsts(editions: list[Edition], key: Callable[[Edition], tuple]) -> dict[tuple, Edition]:
    return {key(row): row for row in reversed(editions)}


def _kind(row: Edition) -> tuple:
    return row.place_id, row.product


def _sheet(row: Edition) -> tuple:
    return row.place_id, row.product, row.period


def _address(place: Station) -> str:
    return (place.host or place.address or place.full_name)[:LONGEST_PLACE]


def _latest_unhung(editions: EditionQuerySet, at: datetime) -> EditionQuerySet:
    """The latest of each size of open places, if it does not hang."""
    same = {name: OuterRef(name) for name in ("place", "product", "period", "size")}
    newer = Edition.objects.filter(number__gt=OuterRef("number"), **same)
    today = today_here(at)
    places = Q(place__closed_on=None) | Q(place__closed_on__gt=today)
    rows = editions.filter(places, Q(period="") | Q(period__gte=f"{today:%Y-%m}"), hung_on=None)
    return rows.filter(~Exists(newer))


def _official_order(row: Edition) -> tuple:
    place, township = row.place, row.place.township
    below = (place.official_order, place.code) if place.pk != township.pk else (-1, "")
    return (township.official_order, township.code, *below, row.product, row.period, row.size)


def _facts_of(rows: list[Edition], at: datetime) -> dict[tuple[str, str], dict[int, Any]]:
    """Today's facts by kind and month, then by place."""
    places: dict[tuple[str, str], dict] = defaultdict(dict)
    for row in rows:
        places[row.product, row.period][row.place_id] = row.place
    return {
        (product, period): product_of(product).facts_of(found.values(), today_here(at), period)
        for (product, period), found in places.items()
    }
