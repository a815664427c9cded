"""A year's terms, what the county looks at, and the names of the bands of scores."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.texts import clean_text
from scoring.models import Grade, Scheme
from scoring.permissions import can_set_rules
from scoring.services.versions import FOREIGN, hold_scheme
from scoring.workflow import is_frozen

MOST_GRADES = 6
LONGEST_NAME = 20
MOST_DAYS = 60
FEWEST_DAYS = {"publicity_days": 5}  # docs/domain.md §5
DAYS = ("check_days", "decide_days", "appeal_days", "publicity_days")
HIGHEST = Decimal(9999)
TENTH = Decimal("0.1")


@transaction.atomic
def set_terms(
    *, scheme: Scheme, check_days: int, decide_days: int, appeal_days: int, publicity_days: int, late_until: date,
    shows_ranking: bool, actor, at: datetime,
) -> Scheme:  # fmt: skip
    """Set a year's terms in working days, until when late evidence is taken, and whether the county looks at a ranking.

    From publicity on the days of publicity and of late evidence are history; the rest may still change.
    """
    row = Scheme.objects.select_for_update(of=("self",)).select_related("county").get(pk=scheme.pk)
    if actor is not None and not can_set_rules(actor, row.county):
        raise NotAllowed(FOREIGN)
    values = {
        "check_days": check_days, "decide_days": decide_days, "appeal_days": appeal_days,
        "publicity_days": publicity_days, "late_until": late_until, "shows_ranking": shows_ranking,
    }  # fmt: skip
    problems = _term_problems(row, values)
    if problems:
        raise DomainError("请改好标出的地方。", fields=problems)
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if {"publicity_days", "late_until"} & changed.keys() and is_frozen(row.county_id, row.year):
        raise Conflict(f"{row.year}年已经公示或结账,公示期和补报截止不能再改。")
    before = {name: str(getattr(row, name)) for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    after = {name: str(value) for name, value in changed.items()}
    audit.record("set_point_terms", actor=actor, target=row.county, at=at, year=row.year, before=before, after=after)
    return row


@transaction.atomic
def set_grades(*, scheme: Scheme, grades: Sequence[tuple[str, Decimal]], actor, at: datetime) -> list[Grade]:
    """Replace all bands (等次) of a year by `grades`: (name, from how many points on). None at all is allowed."""
    row = hold_scheme(scheme, actor)
    cleaned = [(clean_text(name), at_least) for name, at_least in grades]
    problems = _grade_problems(cleaned)
    if problems:
        raise DomainError("请改好标出的地方。", fields=problems)
    row.grades.all().delete()
    rows = Grade.objects.bulk_create(Grade(scheme=row, name=name, at_least=at_least) for name, at_least in cleaned)
    said = [f"{name} {at_least.normalize():f}" for name, at_least in cleaned]
    audit.record("set_grades", actor=actor, target=row.county, at=at, year=row.year, grades=said)
    return rows


def _term_problems(scheme: Scheme, values: dict) -> dict[str, str]:
    problems = {}
    for name in DAYS:
        fewest = FEWEST_DAYS.get(name, 1)
        if not fewest <= values[name] <= MOST_DAYS:
            problems[name] = f"请填{fewest}到{MOST_DAYS}"
    first, last = date(scheme.year, 12, 31), date(scheme.year + 1, 6, 30)
    if not first <= values["late_until"] <= last:
        problems["late_until"] = f"请填{first.year}年12月31日到{last.year}年6月30日之间的一天"
    return problems


def _grade_problems(grades: list[tuple[str, Decimal]]) -> dict[str, str]:
    """By the row's number from 0, as the form has it."""
    problems = {}
    if len(grades) > MOST_GRADES:
        problems["name_0"] = f"最多{MOST_GRADES}个等次"
    names, limits = set(), set()
    for index, (name, at_least) in enumerate(grades):
        if not name or len(name) > LONGEST_NAME:
            problems[f"name_{index}"] = f"请写名称,最多{LONGEST_NAME}个字"
        elif name in names:
            problems[f"name_{index}"] = "这个名称写了两次"
        if not at_least.is_finite() or not 0 <= at_least <= HIGHEST or at_least != at_least.quantize(TENTH):
            problems[f"at_least_{index}"] = "请填0或更大的数,最多一位小数"
        elif at_least in limits:
            problems[f"at_least_{index}"] = "这个分数线写了两次"
        names.add(name)
        limits.add(at_least)
    return problems
