"""Who waits for whom around the tree.

Writers of the tree wait for each other, and for everybody who holds a place; all take the rows in the order of their
keys. The row locks leave foreign keys alone, so that a ticket at a department can be answered meanwhile.
"""

from collections.abc import Iterable

from django.db import connection

from stations.models import Station

TREE_LOCK = 130529  # any constant number of our own; shared by all writers of the tree


def lock_tree() -> None:
    """Make other tree writers wait until this transaction ends. SQLite's IMMEDIATE transactions do so already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TREE_LOCK])
        list(Station.objects.order_by("pk").select_for_update(no_key=True).values_list("pk"))


def hold_place(place: Station) -> Station:
    """Return the place as it is now, with its parent and county; nobody moves, merges or closes it until this transaction ends.

    For whoever writes a row that carries the place's keys.
    """
    return hold_places([place])[0]


def hold_places(places: Iterable[Station]) -> list[Station]:
    """The same for several places, in the order of their keys."""
    keys = [place.pk for place in places]
    rows = Station.objects.filter(pk__in=keys).select_related("parent", "county").order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True))
