"""The only module that writes the station tree.

MPTT keeps lft/rght numbers in every row; two writers at once, or one stale instance saved, corrupt them silently
(131 inconsistencies in a trial). So every write here goes: transaction → lock → read again → save.
"""

from datetime import date

from django.db import connection, transaction

from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from stations.models import Station
from stations.permissions import can_edit_station
from stations.states import Level

TREE_LOCK = 130529  # any constant number of our own; shared by all writers of the tree

LEVEL_BELOW = {None: Level.CENTRE, Level.CENTRE: Level.TOWNSHIP, Level.TOWNSHIP: Level.BRANCH}
SUFFIX = {Level.CENTRE: "人大常委会网格指挥中心", Level.TOWNSHIP: "人大代表联络站", Level.BRANCH: ""}
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
    or a parent that can have nothing below it.
    """
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
    station.county_id = parent.county_id if parent else None
    station.full_clean(exclude=["depth", "lft", "rght", "tree_id"], validate_constraints=False)
    station.save()
    if parent is None:
        station.county_id = station.pk
        station.save(update_fields=["county"])
    audit.record("open_station", actor=actor, target=station, county_code=station.county.code)
    return station


@transaction.atomic
def edit_station(*, station: Station, actor, **changes) -> Station:
    """Change details of a place. Code, level and parent stay; a new short name renews the full names below."""
    if not can_edit_station(actor, station):
        raise NotAllowed("站点资料由县人大办公室维护,请联系他们修改。")
    unknown = set(changes) - EDITABLE
    if unknown:
        raise DomainError("编号、层级和上级定了就不能改。", fields={name: "不能改" for name in unknown})
    lock_tree()
    fresh = Station.objects.select_related("parent", "county").get(pk=station.pk)
    before = {name: str(getattr(fresh, name)) for name in changes}
    for name, value in changes.items():
        setattr(fresh, name, value)
    fresh.full_name = _full_name(fresh)
    fresh.full_clean(exclude=["depth", "lft", "rght", "tree_id"])
    fresh.save()
    for child in Station.objects.filter(parent=fresh):
        Station.objects.filter(pk=child.pk).update(full_name=fresh.full_name + child.name)
    audit.record(
        "edit_station", actor=actor, target=fresh, county_code=fresh.county.code,
        before=before, after={name: str(value) for name, value in changes.items()},
    )  # fmt: skip
    return fresh


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
    rows = list(Station.objects.order_by("tree_id", "lft").values("pk", "code", "parent_id", "depth", "lft", "rght", "tree_id"))
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
