"""What constraints cannot say of places and postings: a report for `check_data`."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Exists, OuterRef

from stations.models import Posting, Station
from stations.services.tree import check_tree
from stations.services.tree.naming import full_name
from stations.states import LEVEL_OF_ROLE, Level

AT_ONCE = 5_000  # postings in memory: a province has 150,000


def place_problems(on: date) -> list[str]:
    """Return what is wrong with the tree, names and postings on the day `on`, one sentence each; writes nothing."""
    return [*check_tree(), *_names(), *_counties(), *_postings(on)]


def _names() -> Iterator[str]:
    for place in Station.objects.select_related("parent"):
        if place.full_name != full_name(place):
            yield f"{place.code}: 全称是“{place.full_name}”,应当是“{full_name(place)}”"


def _counties() -> Iterator[str]:
    for place in Station.objects.select_related("parent"):
        county = place.pk if place.parent is None else place.parent.county_id
        if place.county_id != county:
            yield f"{place.code}: 所属的县与上级的不一致"


def _postings(on: date) -> Iterator[str]:
    rows = Posting.objects.in_force(on).select_related("user", "station", "stands_in_for")
    for posting in rows.iterator(AT_ONCE):
        if posting.station and posting.station.level != LEVEL_OF_ROLE[posting.role]:
            yield f"{posting.user.username}: {posting.get_role_display()}的岗位设在了{posting.station.code}"
        if posting.station and posting.station.closed_on and posting.station.closed_on <= on:
            yield f"{posting.user.username}: 岗位所在的{posting.station.code}已经撤销"
        original = posting.stands_in_for
        if original and (original.role, original.station_id, original.department_id) != (
            posting.role, posting.station_id, posting.department_id,
        ):  # fmt: skip
            yield f"{posting.user.username}: 代管的岗位和原岗位不一致"
    yield from _stations_below_closed(on)


def _stations_below_closed(on: date) -> Iterator[str]:
    parents = Station.objects.filter(pk=OuterRef("parent"), closed_on__lte=on)
    for code in (
        Station.objects.open(on).exclude(level=Level.CENTRE).filter(Exists(parents)).values_list("code", flat=True)
    ):
        yield f"{code}: 上级已经撤销,这里还开着"
