"""How things stand with what was printed: never, changed since, not hung, or as it should be."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from deputies.models import Edition
from deputies.posters.editions import (
    Order,
    changes_since,
    kept_back,
    latest_editions,
    printing_of,
    refusal_reasons,
    why_again,
)
from deputies.posters.hanging import waits_for_hanging
from julu_liaison.common.pdf import PrintRefused
from julu_liaison.common.working_days import today_here
from stations.models import Station

MOST_SHOWN = 4  # sentences in a row of a list


@dataclass(frozen=True)
class Standing:
    """A place's last edition of one size. `state`: new (never printed), changed, current, refused, or
    otherwise: another size hangs there and still holds, so that none of this size is due.

    `why`: all that changed since, or why it can't be printed; `remarks`: worth knowing, and no reason to print.
    `hanging`: what hangs there, of whatever size.
    """

    place: Station
    facts: Any
    edition: Edition | None
    hanging: Edition | None
    state: str
    why: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def brief(self) -> str:
        """`why`, short enough for a row of a list."""
        return in_brief(self.why)

    @property
    def waits_for_hanging(self) -> bool:
        """Printed, still right, and not on the wall, nor something later in its place."""
        return self.state == "current" and self.edition is not None and waits_for_hanging(self.edition, self.hanging)


def in_brief(sentences: list[str]) -> str:
    """The first of many sentences, and how many there are."""
    shown = ";".join(sentences[:MOST_SHOWN])
    return f"{shown}等{len(sentences)}处" if len(sentences) > MOST_SHOWN else shown


def standings(order: Order, places: Iterable[Station], at: datetime) -> list[Standing]:
    """Each place's last edition of the ordered size and whether it still says what is true, in a fixed number of queries.

    Photos count by content, so every portrait is read: about 0.2 s for a county.
    """
    places = list(places)
    facts = order.product.facts_of(places, today_here(at), order.period)
    latest = latest_editions(order, places)
    hanging = Edition.objects.hanging(
        [place.pk for place in places], product=order.product.product, period=order.period
    )
    return [
        _standing(order, place, facts[place.pk], latest.get(place.pk), hanging.get(place.pk), at) for place in places
    ]


def _standing(order: Order, place: Station, facts: Any, edition: Edition | None, hanging: Edition | None, at) -> Standing:
    raw, facts = facts, order.product.for_size(facts, order.size)
    remarks = order.product.remarks(facts, order.size)
    try:
        printing = printing_of(order, place, facts)
    except PrintRefused as refusal:
        state, why = "refused", refusal_reasons(order, facts, refusal)
    else:
        why = why_again(order, edition, printing, at) if edition else []
        state = "new" if edition is None else "changed" if why else "current"
        if edition:
            remarks = [*remarks, *order.product.passing(edition.facts, printing.said, at)]
        if state != "current" and (reasons := kept_back(order, printing)):
            state, why = "refused", reasons
    if state in ("new", "changed") and hanging and hanging.size != order.size.code and _holds(order, place, raw, hanging, at):
        state, why = "otherwise", []
    return Standing(place, facts, edition, hanging, state, why, remarks)


def _holds(order: Order, place: Station, facts: Any, hanging: Edition, at: datetime) -> bool:
    hanging.place = place
    hung = Order(order.product, order.product.size_of(hanging.size), order.period)
    return not changes_since(hung, hanging, facts, at)
