"""Tickets that are probably about the same thing, among those the person may see."""

from collections.abc import Collection

from django.db import connection
from django.db.models import QuerySet

from opinions.models import Opinion
from opinions.querysets import Indexed
from opinions.rules.similar import LEAST_TYPED, most_alike, telling_words
from opinions.services.looking import hide_villagers
from stations.models import Station
from stations.querysets import scope_of

MOST_SHOWN, MOST_BESIDE = 5, 3
MOST_CANDIDATES = 200  # with the index: the newest that share a pair
MOST_READ = 500  # without: the newest in scope
SAME_STATION, SAME_BRANCH = 1, 2
FIELDS = (
    "uid", "number", "title", "text", "kind", "state", "registered_on", "register__name", "station_id", "branch__name",
    "confidential", "county_id", "department_id", "deputy__user_id",
)  # fmt: skip


def similar_tickets(*, text: str, user, branch: Station | None = None) -> list[Opinion]:
    """Return up to five tickets in the person's scope like what is being typed; those of `branch` first.

    Void and merged ones are left out. A confidential villager's name, written into the matter, is neither shown nor found by those
    who may not know it. One query beside that of the scope, and for them one more; nobody else's has the villager's columns.
    """
    scope = scope_of(user)
    if len(text.strip()) < LEAST_TYPED:
        return []
    places = [f"c{key}" for key in scope.counties]
    if not places:
        places = [f"s{key}" for key in ([branch.parent_id] if branch else scope.townships)]
    rows = Opinion.objects.visible_to(user).standing()
    near = (branch.pk, branch.parent_id) if branch else (None, None)
    return _most_alike(text, rows, user, places, near, MOST_SHOWN)


def look_alikes(*, ticket: Opinion, user) -> list[Opinion]:
    """Return up to three open tickets of the same station that `ticket` may be merged into, most alike first."""
    rows = Opinion.objects.visible_to(user).open().filter(station=ticket.station_id, kind=ticket.kind)
    text = f"{ticket.title} {ticket.text}"
    near = (ticket.branch_id, ticket.station_id)
    return _most_alike(text, rows.exclude(pk=ticket.pk), user, [f"s{ticket.station_id}"], near, MOST_BESIDE)


def _most_alike(
    text: str, rows: QuerySet, user, places: Collection[str], near: tuple[int | None, int | None], most: int
) -> list[Opinion]:
    """`near`: the keys of the branch and the station whose tickets come first."""
    words = telling_words(text)
    if not words:
        return []
    rows = rows.select_related("register", "branch", "deputy").only(*FIELDS)
    found = _candidates(rows.order_by("-pk"), words, places)
    hide_villagers(tickets=found, actor=user)
    others = [(f"{row.title} {row.text}", _nearness(row, *near)) for row in found]
    return [found[index] for index in most_alike(text, others, most=most)]


def _nearness(row: Opinion, branch: int | None, station: int | None) -> int:
    if row.branch_id == branch:
        return SAME_BRANCH
    return SAME_STATION if row.station_id == station else 0


def _candidates(newest: QuerySet, words: Collection[str], places: Collection[str]) -> list[Opinion]:
    if connection.vendor == "postgresql":
        return list(newest.filter(_shares(words, places))[:MOST_CANDIDATES])
    return list(newest[:MOST_READ])


def _shares(words: Collection[str], places: Collection[str]) -> Indexed:
    """The condition on the search index: one of the words, at one of the places.

    Words are letters, digits and characters only, so that none of them can end its quotes.
    """
    parts = [" | ".join(f"'{word}'" for word in some) for some in (places, words) if some]
    return Indexed(" & ".join(f"({part})" for part in parts))
