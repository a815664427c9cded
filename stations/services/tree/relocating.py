"""Moving a branch to another station, merging one branch into another: one transaction, told to every app.

docs/adr/0006-moving-branches.md says what follows the branch and what stays.
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError
from julu_liaison.common.history import save_traced
from julu_liaison.common.rehearsing import rehearsed
from stations.models import Station
from stations.rules import Effect
from stations.services.tree.closing import demand_keeper, demand_open, demand_past_day, shut
from stations.services.tree.editing import TREE_COLUMNS
from stations.services.tree.locking import lock_tree
from stations.services.tree.naming import full_name
from stations.services.tree.outcome import Outcome, effects_of
from stations.signals import branch_merged, branch_moved
from stations.states import Level

LONGEST_VILLAGE = 40  # as the column has it


@transaction.atomic
def move_branch(
    *, branch: Station, to: Station, on: date, actor, at: datetime, name: str = "", expected: str | None = None
) -> Outcome:  # fmt: skip
    """Put a branch under another township station of its county (迁移); its code and its whole past go with it.

    `on`: since when, for the record. `name`: the new short name, where the old one is taken there. `expected`: the
    digest of the preview that was confirmed. Raises DomainError, or Conflict where things have changed meanwhile.
    """
    demand_keeper(actor, branch)
    lock_tree()
    moved, source, target = _read(branch), _read(branch).parent, _read(to)
    _demand_fit_target(moved, target)
    demand_past_day(on, at, moved, target)
    before = moved.full_name
    _put_below(moved, target, name.strip() or moved.name, actor)
    effects = effects_of(branch_moved, branch=moved, source=source, target=target, on=on, actor=actor, at=at)
    outcome = Outcome(moved, (*_villages_that_follow(moved), *effects))
    outcome.demand_expected(expected)
    audit.record(
        "move_branch", actor=actor, target=moved, at=at, county_code=moved.county_code, on=str(on),
        before=before, after=moved.full_name, counts=_counts(outcome),
    )  # fmt: skip
    return outcome


@transaction.atomic
def merge_branches(
    *, branch: Station, into: Station, on: date, actor, at: datetime, expected: str | None = None
) -> Outcome:
    """Merge a branch into another one of its county (合并); `on` is the first day on which only `into` is there.

    Members, villages and open tickets go over; logs, ended tickets and boards stay with the old branch, which is
    closed and points to the new one for good. `expected` and errors as in `move_branch`.
    """
    demand_keeper(actor, branch)
    lock_tree()
    old, new = _read(branch), _read(into)
    _demand_fit_successor(old, new)
    demand_past_day(on, at, old, new)
    effects = _hand_over_villages(old, new, actor)
    effects += effects_of(branch_merged, branch=old, into=new, on=on, actor=actor, at=at)
    effects += shut(old, on=on, actor=actor, at=at, into=new)
    outcome = Outcome(old, effects)
    outcome.demand_expected(expected)
    audit.record(
        "merge_branches", actor=actor, target=old, at=at, county_code=old.county_code, on=str(on), into=new.code,
        counts=_counts(outcome),
    )  # fmt: skip
    return outcome


def preview_move(**facts) -> Outcome:
    """Return what `move_branch` would do; the same arguments, the same refusals."""
    return rehearsed(move_branch, **facts)


def preview_merger(**facts) -> Outcome:
    """Return what `merge_branches` would do; the same arguments, the same refusals."""
    return rehearsed(merge_branches, **facts)


def _read(place: Station) -> Station:
    return Station.objects.select_related("parent", "county", "merged_into").get(pk=place.pk)


def _demand_fit_target(branch: Station, target: Station) -> None:
    if branch.level != Level.BRANCH:
        raise DomainError("只有分站可以迁到别的联络站。")
    demand_open(branch)
    demand_open(target)
    if target.level != Level.TOWNSHIP or target.county_id != branch.county_id:
        raise DomainError("请选本县的乡镇联络站。", fields={"to": "请选本县的乡镇联络站"})
    if target.pk == branch.parent_id:
        raise Conflict(f"{branch.full_name}已经在{target.name}了。", fields={"to": "请选另一个联络站"})


def _demand_fit_successor(old: Station, new: Station) -> None:
    if old.level != Level.BRANCH or new.level != Level.BRANCH or new.county_id != old.county_id:
        raise DomainError("只能并入本县的另一个分站。", fields={"into": "请选本县的另一个分站"})
    demand_open(old)
    demand_open(new)
    if old.pk == new.pk:
        raise DomainError("分站不能并入自己,请选另一个分站。", fields={"into": "请选另一个分站"})


def _put_below(branch: Station, target: Station, name: str, actor) -> None:
    """The branch becomes the last of its new station, under a name that is free there."""
    siblings = Station.objects.filter(parent=target)
    if siblings.filter(name=name).exists():
        raise Conflict(
            f"{target.name}已经有叫“{name}”的分站(也可能已经撤销),请填迁过去以后的名称。",
            fields={"name": "这个名称那边已经有了,请另起一个"},
        )
    branch.official_order = (siblings.aggregate(last=Max("official_order"))["last"] or 0) + 1
    branch.name, branch.parent = name, target
    branch.full_name = full_name(branch)
    branch.full_clean(exclude=TREE_COLUMNS)
    save_traced(branch, actor=actor)


def _villages_that_follow(branch: Station) -> tuple[Effect, ...]:
    names = tuple(branch.villages.order_by("name").values_list("name", flat=True))
    return (Effect("联系的村和社区,一起过去", len(names), "个", names),) if names else ()


def _hand_over_villages(old: Station, new: Station, actor) -> tuple[Effect, ...]:
    """A village whose name is taken in the new branch keeps apart by the old branch's name."""
    taken = set(new.villages.values_list("name", flat=True))
    villages = list(old.villages.order_by("name"))
    renamed = []
    for village in villages:
        if village.name in taken:
            renamed.append(village.name)
            village.name = _name_apart(village.name, old, taken)
        village.branch = new
        save_traced(village, actor=actor)
        taken.add(village.name)
    if not villages:
        return ()
    moved = Effect("联系的村和社区,改由新站联系", len(villages), "个", tuple(village.name for village in villages))
    clash = f"两边都有{'、'.join(renamed)},过去的注明了原来的分站;其实是同一个的话,请到资料维护里改。"
    return (moved, Effect(clash, is_warning=True)) if renamed else (moved,)


def _name_apart(name: str, old: Station, taken: set[str]) -> str:
    """安家庄村 → 安家庄村(官亭镇第一分站), or with the code where that is taken or too long."""
    first = f"{name}(原{old.parent.name}{old.name})"
    if len(first) <= LONGEST_VILLAGE and first not in taken:
        return first
    return f"{name[: LONGEST_VILLAGE - len(old.code) - 2]}({old.code})"


def _counts(outcome: Outcome) -> dict[str, int]:
    return {effect.words: effect.count for effect in outcome.figures}
