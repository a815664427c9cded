"""Ranking (排名): for the county's eyes only, where its scheme shows it at all, and each look is recorded."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from deputies.states import LEVEL_ORDER, MandateLevel
from julu_liaison.common import audit
from julu_liaison.common.errors import NotAllowed, NotFound
from scoring.models import PointEntry, Scheme
from scoring.permissions import can_see_ranking
from scoring.rules.ranks import ranked
from scoring.services.lists import Person, levels_of, mean, people_of, scores_by_key
from scoring.services.scores import Score

FIGURES: dict[str, Callable[[Score], Decimal]] = {
    "total": lambda score: score.total,
    "base": lambda score: score.base_left,
    "bonus": lambda score: score.bonus,
}


@dataclass(frozen=True)
class Ranked:
    """One deputy in the running."""

    person: Person
    score: Score
    figure: Decimal


@dataclass(frozen=True)
class Group:
    """A branch, a station or a level: how many people, and what they have on average."""

    code: str
    name: str
    count: int
    average: Decimal


@dataclass(frozen=True)
class Ranking:
    """`groups` and `people` with their places; `people` are everybody, or those of the group that was asked for."""

    groups: list[tuple[int, Group]]
    people: list[tuple[int, Ranked]]
    inside: Group | None = None


@transaction.atomic
def look_at_ranking(
    *, scheme: Scheme, by: str, figure: str, inside: str, actor, at: datetime
) -> Ranking:
    """Return the ranking of a county's year `by` branch, station, county or level, and record who looked at it.

    Raises NotAllowed for whoever does not serve at the county, NotFound where the scheme shows none.
    """
    if not can_see_ranking(actor, scheme.county):
        raise NotAllowed("排名只供县人大查看。要了解总体情况,请看“得分分布”。")
    if not scheme.shows_ranking:
        raise NotFound("这个年度没有开启排名。需要的话,由县级管理员在积分方案里开启。")
    found = read_ranking(scheme, by, figure, inside)
    audit.record(
        "look_at_ranking", actor=actor, target=scheme, at=at, year=scheme.year, by=by, figure=figure, inside=inside
    )
    return found


def read_ranking(scheme: Scheme, by: str, figure: str, inside: str = "") -> Ranking:
    """Three queries, whatever the number."""
    entries = PointEntry.objects.filter(county=scheme.county_id, year=scheme.year)
    scores = scores_by_key(scheme, scheme.year, entries)
    levels = levels_of(county=scheme.county_id, year=scheme.year)
    people = people_of(county=scheme.county_id, year=scheme.year, besides={*levels, *scores.of})
    value = FIGURES[figure]
    rows = [Ranked(one, score, value(score)) for one in people for score in (scores.of.get(one.key, scores.full),)]
    if by == "county":
        return Ranking([], ranked(rows, _figure))
    parts = _by_level(rows, levels) if by == "level" else _by_place(rows, by)
    groups = {code: Group(code, name, len(part), mean(map(_figure, part))) for (code, name), part in parts.items()}
    if inside and inside not in groups:
        raise NotFound("没有这个分组,请从列表里选。")
    chosen = [row for (code, _name), part in parts.items() if code == inside for row in part]
    return Ranking(ranked(groups.values(), lambda group: group.average), ranked(chosen, _figure), groups.get(inside))


def _figure(row: Ranked) -> Decimal:
    return row.figure


def _by_place(rows: Iterable[Ranked], by: str) -> dict[tuple[str, str], list[Ranked]]:
    """People without a branch are in no place's average."""
    parts: dict[tuple[str, str], list[Ranked]] = {}
    for row in rows:
        one = row.person
        if one.branch is not None:
            key = (one.branch_code, one.place_name) if by == "branch" else (one.station_code, one.station_name)
            parts.setdefault(key, []).append(row)
    return parts


def _by_level(rows: Iterable[Ranked], levels: dict[int, tuple[str, ...]]) -> dict[tuple[str, str], list[Ranked]]:
    """Whoever holds mandates of several levels is in each of them."""
    rows, parts = list(rows), {}
    for level in LEVEL_ORDER:
        held = [row for row in rows if level in levels.get(row.person.key, ())]
        if held:
            parts[level.value, f"{MandateLevel(level).label}人大代表"] = held
    return parts
