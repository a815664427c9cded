"""What was printed and does not hang yet, and whether an edition still says what is true."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import TruncDate

from deputies.models import Edition
from deputies.posters.editions import Order, printing_of, refusal_reasons, why_again
from deputies.posters.products import product_of
from deputies.querysets import EditionQuerySet
from deputies.services.editions import LONGEST_PLACE
from julu_liaison.common.pdf import PrintRefused
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


def changes_since(order: Order, edition: Edition, facts: Any, at: datetime) -> list[str]:
    """Why an edition no longer holds, in words, by today's `facts` of its place; an empty list says that it does."""
    facts = order.product.for_size(facts, order.size)
    try:
        printing = printing_of(order, edition.place, facts)
    except PrintRefused as refusal:
        return refusal_reasons(order, facts, refusal)
    return why_again(order, edition, printing, at)


def waiting(editions: EditionQuerySet, at: datetime) -> list[Waiting]:
    """Those of `editions` that wait for being hung, in official order (as many queries as kinds of sheets need).

    The latest of each size waits until it hangs, or a later one does, or one of another size was hung after it had
    been printed. Posters of months that have passed wait for nothing.
    """
    rows = list(_unhung(editions, at).select_related("place__parent", "place__county"))
    rows.sort(key=_official_order)
    facts = _facts_of(rows, at)
    where = usual_places(rows)
    found = []
    for row in rows:
        product = product_of(row.product)
        order = Order(product, product.size_of(row.size), row.period)
        why = changes_since(order, row, facts[row.product, row.period][row.place_id], at)
        found.append(Waiting(row, order, why, where[row.pk]))
    return found


def usual_places(editions: Iterable[Edition]) -> dict[int, str]:
    """Where to hang each, by key: where the last one of its kind hangs at the place, or else the place's address."""
    editions = list(editions)
    hung = Edition.objects.filter(place__in={row.place_id for row in editions}).exclude(hung_on=None)
    rows = hung.order_by("hung_on", "hung_recorded_at", "pk").values_list("place", "product", "hung_where")
    last = {(place, product): where for place, product, where in rows}
    return {row.pk: last.get((row.place_id, row.product)) or _address(row.place) for row in editions}


def _address(place: Station) -> str:
    return (place.host or place.address or place.full_name)[:LONGEST_PLACE]


def _unhung(editions: EditionQuerySet, at: datetime) -> EditionQuerySet:
    same = Edition.objects.filter(place=OuterRef("place"), product=OuterRef("product"), period=OuterRef("period"))
    newer = same.filter(size=OuterRef("size"), number__gt=OuterRef("number"))
    instead = same.exclude(hung_on=None).filter(
        Q(made_at__gt=OuterRef("made_at")) | (Q(hung_on__gt=OuterRef("printed_on")) & ~Q(size=OuterRef("size")))
    )
    today = today_here(at)
    places = Q(place__closed_on=None) | Q(place__closed_on__gt=today)
    rows = editions.filter(places, Q(period="") | Q(period__gte=f"{today:%Y-%m}"), hung_on=None)
    return rows.annotate(printed_on=TruncDate("made_at")).filter(~Exists(newer), ~Exists(instead))


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
