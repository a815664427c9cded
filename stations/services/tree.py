"""The only module that writes the station tree.

MPTT keeps lft/rght numbers in every row; two writers at once, or one stale instance saved, corrupt them silently
(131 inconsistencies in a trial). So every write here goes: transaction → lock → read again → save.
"""

from dataclasses import dataclass, field
from datetime import date

from django.db import connection, transaction
from django.db.models import Max

from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.history import load_traced, save_traced
from stations.models import Station
from stations.permissions import can_edit_station
from stations.states import Level

TREE_LOCK = 130529  # any constant number of our own; shared by all writers of the tree

LEVEL_BELOW: dict[str | None, str] = {None: Level.CENTRE, Level.CENTRE: Level.TOWNSHIP, Level.TOWNSHIP: Level.BRANCH}
SUFFIX: dict[str, str] = {Level.CENTRE: "人大常委会网格指挥中心", Level.TOWNSHIP: "人大代表联络站", Level.BRANCH: ""}
EDITABLE = {
    "name", "official_order", "division_code", "host", "address", "phone", "duty_hours", "seats", "opened_on",
    "closed_on",
}  # fmt: skip


def lock_tree() -> None:
    """Make other tree writers wait until this transaction ends. SQLite's IMMEDIATE transactions do so already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TREE_LOCK])


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
    if Station.objects.filter(code=code).exists():
        raise Conflict(f"编号“{code}”已经用过了,编号印在二维码里,不能重复。", fields={"code": "这个编号用过了"})
    station = Station(code=code, name=name, parent=parent, level=level, opened_on=opened_on, **fields)
    station.full_name = _full_name(station)
    station.county = parent.county if parent else None
    station.full_clean(exclude=["depth", "lft", "rght", "tree_id"], validate_constraints=False)
    save_traced(station, actor=actor)
    if parent is None:
        station.county = station
        save_traced(station, actor=actor, update_fields=["county"])
    county_code = parent.county.code if parent and parent.county else code
    audit.record("open_station", actor=actor, target=station, county_code=county_code)
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
    return Station.objects.get(pk=centre.pk)


def _numbered(place: NewPlace, parent: Station | None, left: int, tree_id: int, opened_on: date) -> list[Station]:
    """Return the unsaved rows of `place` and everything below it, with the numbers of the tree from `left` on."""
    level = LEVEL_BELOW[parent.level if parent else None]
    row = Station(
        code=place.code, name=place.name, parent=parent, level=level, opened_on=opened_on,
        tree_id=tree_id, depth=parent.depth + 1 if parent else 0, lft=left, **place.fields,
    )  # fmt: skip
    row.full_name = _full_name(row)
    row.clean_fields(exclude=["parent", "county", "rght"])
    rows = [row]
    for child in sorted(place.below, key=lambda child: child.rank):
        rows += _numbered(child, row, left + 2 * len(rows) - 1, tree_id, opened_on)
    row.rght = left + 2 * len(rows) - 1
    return rows


@transaction.atomic
def edit_station(*, station: Station, actor, **changes) -> Station:
    """Change details of a place. Code, level and parent stay; a new short name renews the full names below."""
    if not can_edit_station(actor, station):
        raise NotAllowed("站点资料由县人大办公室维护,请联系他们修改。")
    unknown = set(changes) - EDITABLE
    if unknown:
        raise DomainError("编号、层级和上级定了就不能改。", fields=dict.fromkeys(unknown, "不能改"))
    lock_tree()
    fresh = Station.objects.select_related("parent", "county").get(pk=station.pk)
    before = {name: str(getattr(fresh, name)) for name in changes}
    for name, value in changes.items():
        setattr(fresh, name, value)
    fresh.full_name = _full_name(fresh)
    fresh.full_clean(exclude=["depth", "lft", "rght", "tree_id"])
    save_traced(fresh, actor=actor)
    _rename_below(fresh)
    audit.record(
        "edit_station", actor=actor, target=fresh, county_code=fresh.county.code,
        before=before, after={name: str(value) for name, value in changes.items()},
    )  # fmt: skip
    return fresh


def _rename_below(station: Station) -> None:
    """Full names below follow; they say nothing that the history of `station` does not."""
    for child in Station.objects.filter(parent=station):
        Station.objects.filter(pk=child.pk).update(full_name=station.full_name + child.name)


@transaction.atomic
def close_station(*, station: Station, closed_on: date, actor) -> Station:
    """Close a branch or station from `closed_on` on; its history stays, it leaves the lists."""
    if Station.objects.filter(parent=station, closed_on=None).exists():
        raise Conflict("下面还有没撤销的分站,请先处理它们。")
    return edit_station(station=station, actor=actor, closed_on=closed_on)


def _full_name(station: Station) -> str:
    """官亭镇 → 官亭镇人大代表联络站; 第一分站 → 官亭镇人大代表联络站第一分站."""
    prefix = station.parent.full_name if station.level == Level.BRANCH else ""
    return prefix + station.name + SUFFIX[station.level]


def check_tree(*, fix: bool = False) -> list[str]:
    """Return what is wrong with the tree, one sentence each; with `fix` the numbers are rebuilt under the lock."""
    with transaction.atomic():
        lock_tree()
        problems = _tree_problems()
        if problems and fix:
            Station.objects.rebuild()
    return problems


def _tree_problems() -> list[str]:
    columns = ("pk", "code", "parent_id", "depth", "lft", "rght", "tree_id")
    rows = list(Station.objects.order_by("tree_id", "lft").values(*columns))
    by_key = {row["pk"]: row for row in rows}
    problems = []
    for row in rows:
        parent = by_key.get(row["parent_id"])
        if row["lft"] >= row["rght"]:
            problems.append(f"{row['code']}: lft {row['lft']} 不小于 rght {row['rght']}")
        if parent is None:
            continue
        inside = row["tree_id"] == parent["tree_id"] and parent["lft"] < row["lft"] and row["rght"] < parent["rght"]
        if not inside:
            problems.append(f"{row['code']}: 不在上级 {parent['code']} 的范围内")
        if row["depth"] != parent["depth"] + 1:
            problems.append(f"{row['code']}: 深度 {row['depth']} 与上级不符")
    return problems + _overlaps(rows)


def _overlaps(rows: list[dict]) -> list[str]:
    """Every lft and rght of one tree is used once and together they run 1 … 2n."""
    problems = []
    for tree in sorted({row["tree_id"] for row in rows}):
        ours = [row for row in rows if row["tree_id"] == tree]
        numbers = sorted([row["lft"] for row in ours] + [row["rght"] for row in ours])
        if numbers != list(range(1, 2 * len(ours) + 1)):
            problems.append(f"第{tree}棵树: 左右值不连续或重复")
    return problems
