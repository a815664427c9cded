"""Checking the tree's numbers against the parents."""

from django.db import transaction

from stations.models import Station
from stations.services.tree.locking import lock_tree


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
