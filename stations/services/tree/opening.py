"""Opening places: one, or a whole county at once."""

from dataclasses import dataclass, field
from datetime import date

from django.core.validators import slug_re
from django.db import transaction
from django.db.models import Max

from julu_liaison.common import audit
from julu_liaison.common.announcing import settle
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.history import load_traced, save_traced
from stations.models import Station
from stations.permissions import can_edit_station
from stations.services.tree.locking import lock_tree
from stations.services.tree.naming import LEVEL_BELOW, full_name
from stations.signals import county_opened


@transaction.atomic
def open_station(*, code: str, name: str, parent: Station | None, opened_on: date, actor, **fields) -> Station:
    """Add a place below `parent` (None: a new county). Its level follows from its parent's.

    `fields` are other columns of Station, e.g. `address`, `seats`, `is_demo`. Raises DomainError for a code in use
    or a parent that can have nothing below it. `actor=None` is the system itself, the only one to set up a county.
    """
    if actor is not None and not (parent and can_edit_station(actor, parent)):
        raise NotAllowed("站点由县人大办公室设立,请联系他们。")
    lock_tree()
    if parent is not None:
        parent = Station.objects.get(pk=parent.pk)
    level = LEVEL_BELOW.get(parent.level if parent else None)
    if level is None:
        raise DomainError("分站下面不能再设站,请选乡镇联络站作为上级。", fields={"parent": "请选乡镇联络站"})
    if not slug_re.match(code):
        raise DomainError("编号只能用字母、数字和短横线,因为它是网址的一部分。", fields={"code": "编号只能用字母、数字和短横线"})
    if Station.objects.filter(code=code).exists():
        raise Conflict(f"编号“{code}”已经用过了,编号印在二维码里,不能重复。", fields={"code": "这个编号用过了"})
    station = Station(code=code, name=name, parent=parent, level=level, opened_on=opened_on, **fields)
    station.full_name = full_name(station)
    station.county = parent.county if parent else None
    station.full_clean(exclude=["depth", "lft", "rght", "tree_id"], validate_constraints=False)
    save_traced(station, actor=actor)
    if parent is None:
        station.county = station
        save_traced(station, actor=actor, update_fields=["county"])
    county_code = parent.county.code if parent and parent.county else code
    audit.record("open_station", actor=actor, target=station, county_code=county_code)
    if parent is None:
        settle(county_opened, sender=Station, county=station, actor=actor)
    return station


@dataclass
class NewPlace:
    """A place to open with everything below it. `fields` are other columns of Station, e.g. `host`, `phone`."""

    code: str
    name: str
    below: list["NewPlace"] = field(default_factory=list)
    fields: dict = field(default_factory=dict)

    @property
    def rank(self) -> tuple[int, str]:
        """The order among its siblings, as MPTTMeta.order_insertion_by has it."""
        return self.fields.get("official_order", 0), self.code


@transaction.atomic
def load_county(*, place: NewPlace, opened_on: date, actor=None) -> Station:
    """Open a new county with all its stations and branches at once: three inserts instead of hundreds of renumberings.

    `actor=None` is the system itself: a county that has just begun has no staff who could be asked.
    Raises Conflict for a code in use. Rows must be read again before they are changed.
    """
    lock_tree()
    tree_id = (Station.objects.aggregate(last=Max("tree_id"))["last"] or 0) + 1
    rows = _numbered(place, None, 1, tree_id, opened_on)
    taken = Station.objects.filter(code__in=[row.code for row in rows]).values_list("code", flat=True)
    if taken:
        raise Conflict(f"编号“{'、'.join(sorted(taken))}”已经用过了,编号印在二维码里,不能重复。")
    centre = rows[0]
    load_traced([centre], Station, actor=actor)
    for row in rows:
        row.county = centre
    Station.objects.filter(pk=centre.pk).update(county=centre)
    for depth in (1, 2):
        load_traced([row for row in rows if row.depth == depth], Station, actor=actor)
    audit.record("load_county", actor=actor, target=centre, county_code=centre.code, places=len(rows))
    county = Station.objects.get(pk=centre.pk)
    settle(county_opened, sender=Station, county=county, actor=actor)
    return county


def _numbered(place: NewPlace, parent: Station | None, left: int, tree_id: int, opened_on: date) -> list[Station]:
    """Return the unsaved rows of `place` and everything below it, with the numbers of the tree from `left` on."""
    level = LEVEL_BELOW[parent.level if parent else None]
    row = Station(
        code=place.code, name=place.name, parent=parent, level=level, opened_on=opened_on,
        tree_id=tree_id, depth=parent.depth + 1 if parent else 0, lft=left, **place.fields,
    )  # fmt: skip
    row.full_name = full_name(row)
    row.clean_fields(exclude=["parent", "county", "rght"])
    rows = [row]
    for child in sorted(place.below, key=lambda child: child.rank):
        rows += _numbered(child, row, left + 2 * len(rows) - 1, tree_id, opened_on)
    row.rght = left + 2 * len(rows) - 1
    return rows
