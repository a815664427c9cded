"""Reading many scores at once: a station's or a county's rows, with place, levels, grade and what is still open.

Every reader asks for one county, or for a few stations' people of it, so a page costs the same however many counties
there are.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, Q

from deputies.models import Deputy, Mandate, Membership
from deputies.states import LEVEL_ORDER, MembershipRole
from scoring.models import Appeal, BonusClaim, PointEntry, Scheme
from scoring.rules import grade_of
from scoring.rules.order import official_order
from scoring.rules.quarters import year_days
from scoring.services.schemes import BASE
from scoring.services.scores import Score
from scoring.states import Block, Item

MISSED = (Item.CONGRESS_MISSED, Item.STUDY_MISSED, Item.MEETING_MISSED, Item.DUTY_MISSED)
FACTS = (
    "pk", "code", "name", "initials", "sort_key", "memberships__started_on", "memberships__ended_on",
    "memberships__role", "memberships__branch", "memberships__branch__name", "memberships__branch__code",
    "memberships__branch__official_order", "memberships__branch__parent", "memberships__branch__parent__name",
    "memberships__branch__parent__code", "memberships__branch__parent__official_order",
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """A deputy and the place served at last in the year; `branch` is None for somebody who served at none."""

    key: int
    code: str
    name: str
    initials: str
    sort_key: str
    order: tuple
    is_head: bool = False
    branch: int | None = None
    branch_name: str = ""
    branch_code: str = ""
    station: int | None = None
    station_name: str = ""
    station_code: str = ""

    @property
    def place_name(self) -> str:
        return f"{self.station_name}{self.branch_name}"


@dataclass(frozen=True)
class ScoreRow:
    """One deputy's line in a list. `absences` were charged and stand; `questions` are claims and appeals still open."""

    person: Person
    score: Score
    grade: str
    levels: tuple[str, ...] = ()
    absences: int = 0
    questions: int = 0


def people_of(
    *, county: int, year: int, stations: Collection[int] | None = None, besides: Collection[int] = ()
) -> list[Person]:
    """Who served at a branch on a day of the year, in official order; one query.

    With `stations`: whoever served last in the year at one of them. Without: everybody of the county, and at the end
    those of `besides` (deputy keys: a mandate or entries) who served at no branch.
    """
    first, last = year_days(year)
    rows = Deputy.objects.filter(county=county)
    if stations is not None:
        here = Membership.objects.overlapping(first, last).filter(branch__parent__in=stations)
        rows = rows.filter(pk__in=here.values("deputy"))
    found: dict[int, Person] = {}
    for facts in rows.order_by("memberships__started_on", "memberships__pk").values(*FACTS):
        if facts["memberships__started_on"] and _touches(facts, first, last):
            found[facts["pk"]] = _placed(facts)
        elif facts["pk"] in besides:
            found.setdefault(facts["pk"], _unplaced(facts))
    people = sorted(found.values(), key=lambda person: person.order)
    return people if stations is None else [person for person in people if person.station in stations]


def _touches(facts: dict[str, Any], first: date, last: date) -> bool:
    end = facts["memberships__ended_on"]
    return facts["memberships__started_on"] <= last and (end is None or end >= first)


def _unplaced(facts: dict[str, Any]) -> Person:
    return Person(key=facts["pk"], order=official_order(facts["sort_key"], facts["code"], None), **_who(facts))


def _who(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in ("code", "name", "initials", "sort_key")}


def _placed(facts: dict[str, Any]) -> Person:
    branch, parent = "memberships__branch__", "memberships__branch__parent__"
    is_head = facts["memberships__role"] == MembershipRole.HEAD
    place = (
        facts[f"{parent}official_order"], facts[f"{parent}code"], facts[f"{branch}official_order"], facts[f"{branch}code"]
    )  # fmt: skip
    order = official_order(facts["sort_key"], facts["code"], place, is_head=is_head)
    return Person(
        key=facts["pk"], order=order, is_head=is_head, branch=facts["memberships__branch"],
        branch_name=facts[f"{branch}name"], branch_code=facts[f"{branch}code"],
        station=facts["memberships__branch__parent"], station_name=facts[f"{parent}name"],
        station_code=facts[f"{parent}code"], **_who(facts),
    )  # fmt: skip


def score_rows(
    *, scheme: Scheme | None, county: int, year: int, stations: Collection[int] | None = None
) -> list[ScoreRow]:
    """The list of a county or of some stations with all that its columns show; seven queries, whatever the number."""
    levels, entries = levels_of(county=county, year=year), PointEntry.objects.filter(county=county, year=year)
    if stations is None:
        scores = scores_by_key(scheme, year, entries)
        people = people_of(county=county, year=year, besides={*levels, *scores.of})
        keys = None
    else:
        people = people_of(county=county, year=year, stations=stations)
        keys = [person.key for person in people]
        entries = PointEntry.objects.filter(deputy__in=keys, year=year)
        scores = scores_by_key(scheme, year, entries)
    grades, missed, questions = grades_of(scheme), _absences(entries), _questions(county, year, keys)
    found = []
    for person in people:
        score = scores.of.get(person.key, scores.full)
        grade = grade_of(score.total, grades)
        more = (levels.get(person.key, ()), missed.get(person.key, 0), questions.get(person.key, 0))
        found.append(ScoreRow(person, score, grade, *more))
    return found


@dataclass(frozen=True)
class Scores:
    """Scores by deputy key, and that of everybody without any entry."""

    full: Score
    of: dict[int, Score]


def scores_by_key(scheme: Scheme | None, year: int, entries) -> Scores:
    """The scores that `entries` add up to; one query. The scheme is at hand, so it is not read again."""
    base = scheme.base if scheme else BASE
    found = {key: Score.from_sums(year, base, sums) for key, sums in entries.sums().items()}
    return Scores(Score.full(year, base), found)


def grades_of(scheme: Scheme | None) -> list[tuple[str, Decimal]]:
    return list(scheme.grades.values_list("name", "at_least")) if scheme else []


def levels_of(*, county: int, year: int) -> dict[int, tuple[str, ...]]:
    """The levels of mandates held in the year, from 省 to 乡, by deputy key; one query."""
    held: dict[int, set[str]] = {}
    mandates = Mandate.objects.overlapping(*year_days(year)).filter(deputy__county=county)
    for deputy, level in mandates.values_list("deputy", "level"):
        held.setdefault(deputy, set()).add(level)
    return {key: tuple(level for level in LEVEL_ORDER if level in levels) for key, levels in held.items()}


def _absences(entries) -> dict[int, int]:
    """How many absences stand: those charged less those reversed."""
    charged = Count("pk", filter=Q(reverses=None)) - Count("pk", filter=Q(reverses__isnull=False))
    rows = entries.filter(block=Block.BASE, rule__item__in=MISSED).order_by().values_list("deputy")
    return dict(rows.annotate(count=charged))


def _questions(county: int, year: int, keys: Collection[int] | None) -> dict[int, int]:
    found: dict[int, int] = {}
    about = Q(county=county, year=year) if keys is None else Q(deputy__in=keys, year=year)
    for rows in (BonusClaim.objects.open(), Appeal.objects.open()):
        for deputy, count in rows.filter(about).order_by().values_list("deputy").annotate(count=Count("pk")):
            found[deputy] = found.get(deputy, 0) + count
    return found


def mean(values: Iterable[Decimal]) -> Decimal:
    """The average to one decimal, halves up; 0 of none."""
    values = list(values)
    return (sum(values, Decimal(0)) / len(values)).quantize(Decimal("0.1"), ROUND_HALF_UP) if values else Decimal(0)
