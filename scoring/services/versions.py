"""Changing a year's scheme: a draft of the next version, edited, looked at, applied or dropped."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256

from django.db import transaction
from django.db.models import Max

from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.texts import clean_text
from scoring.models import Rule, Scheme, SchemeVersion
from scoring.permissions import can_set_rules
from scoring.rules.changes import Change, Value, changed_items, is_same, plain
from scoring.services.effects import Effect, effect_of, tell_effect
from scoring.services.ledger import rescore
from scoring.services.ledger.posting import lock_people
from scoring.services.schemes import copy_rules, schedule_of, seal
from scoring.services.scores import scores_of
from scoring.states import BASE_ITEMS, Item, VersionState
from scoring.workflow import is_frozen

LONGEST_WHY = 200
MOST_POINTS, MOST_CAP, MOST_BASE = Decimal(100), Decimal(999), Decimal(999)
TENTH = Decimal("0.1")
FOREIGN = "积分方案由县级管理员设置。"

Values = Mapping[str, tuple[Decimal, Decimal | None]]


@dataclass(frozen=True)
class Applied:
    """An applied version, what it changed in words, how many lines the ledger got by it, and what it did to scores."""

    version: SchemeVersion
    words: list[str]
    entries: int
    effect: Effect


@transaction.atomic
def draft_version(*, scheme: Scheme, starts_on: date, why: str, actor, at: datetime) -> SchemeVersion:
    """Begin the next version (草稿) of a scheme with the values of the one applied last; one draft at a time."""
    scheme = hold_scheme(scheme, actor)
    why = clean_text(why)
    _demand(_problems(scheme, starts_on, why, scheme.base, {}))
    if scheme.versions.filter(state=VersionState.DRAFT).exists():
        raise Conflict("已经有一份草稿了,请接着改那一份,或先放弃它。")
    last = last_applied(scheme)
    number = scheme.versions.aggregate(last=Max("number"))["last"] + 1
    version = SchemeVersion.objects.create(
        scheme=scheme, number=number, starts_on=starts_on, base=last.base, why=why, drafted_by=actor, drafted_at=at
    )
    nothing: dict[str, tuple[Decimal, Decimal | None]] = {item: (Decimal(0), None) for item in Item.values}
    copy_rules(nothing | {item: (value.points, value.cap) for item, value in values_of(last).items()}, version)
    audit.record(
        "draft_version", actor=actor, target=scheme.county, at=at, year=scheme.year, version=number,
        starts_on=str(starts_on), why=why,
    )  # fmt: skip
    return version


@transaction.atomic
def edit_draft(
    *, version: SchemeVersion, base: Decimal, starts_on: date, why: str, values: Values, actor, at: datetime,
    seen: str = "",
) -> SchemeVersion:  # fmt: skip
    """Write what a draft says: `values` of all items as (points, cap), deductions negative.

    `seen` is the `mark_of` what the person had before them; StaleVersion if somebody else wrote meanwhile.
    """
    scheme = hold_scheme(version.scheme, actor)
    version = _draft(version, seen)
    why = clean_text(why)
    _demand(_problems(scheme, starts_on, why, base, values) | _missing_problems(values))
    version.base, version.starts_on, version.why = base, starts_on, why
    version.save(update_fields=["base", "starts_on", "why"])
    rules = list(version.rules.all())
    for rule in rules:
        rule.points, rule.cap = values[rule.item]
    Rule.objects.bulk_update(rules, ["points", "cap"])
    audit.record("edit_draft", actor=actor, target=scheme.county, at=at, year=scheme.year, version=version.number)
    return version


@transaction.atomic
def drop_draft(*, version: SchemeVersion, actor, at: datetime) -> SchemeVersion:
    """Give a draft up; it stays to be read."""
    scheme = hold_scheme(version.scheme, actor)
    version = _draft(version)
    version.state = VersionState.DROPPED
    version.save(update_fields=["state"])
    audit.record("drop_draft", actor=actor, target=scheme.county, at=at, year=scheme.year, version=version.number)
    return version


@transaction.atomic
def apply_version(*, version: SchemeVersion, actor, at: datetime, seen: str = "") -> Applied:
    """Let a draft count from its first day on, and make the year's ledger equal to it in the same transaction.

    At once, not announced: what was shown before is what is there after, and no page shows the old points under the
    new values. Deputies are locked before the scheme, so whoever scores one meanwhile reads the new values after us.
    """
    keys = list(lock_people(version.scheme.county))
    scheme = hold_scheme(version.scheme, actor)
    version = _draft(version, seen)
    before = scores_of(county=scheme.county, year=scheme.year, deputies=keys)
    words = words_of(version)
    if version.base == scheme.base and is_same(schedule_of(scheme), schedule_of(scheme, version)):
        raise DomainError("草稿和正在执行的方案完全一样,没有要执行的改动。请先改草稿,或放弃它。")
    version.state, version.applied_by, version.applied_at = VersionState.APPLIED, actor, at
    version.save(update_fields=["state", "applied_by", "applied_at"])
    seal(version)
    scheme.base = version.base
    scheme.save(update_fields=["base"])
    entries = rescore(county=scheme.county, year=scheme.year, at=at)
    effect = effect_of(before, scores_of(county=scheme.county, year=scheme.year, deputies=keys))
    tell_effect(version, effect, at)
    audit.record(
        "apply_version", actor=actor, target=scheme.county, at=at, year=scheme.year, version=version.number,
        starts_on=str(version.starts_on), why=version.why, changes=words, entries=entries, people=len(effect.differences),
    )  # fmt: skip
    return Applied(version, words, entries, effect)


def hold_scheme(scheme: Scheme, actor) -> Scheme:
    """Lock a scheme that `actor` may set and whose year is still open. Raises NotAllowed, Conflict."""
    scheme = Scheme.objects.select_for_update(of=("self",)).select_related("county").get(pk=scheme.pk)
    if actor is not None and not can_set_rules(actor, scheme.county):
        raise NotAllowed(FOREIGN)
    demand_open(scheme)
    return scheme


def demand_open(scheme: Scheme) -> None:
    """Raise Conflict for a year in publicity or closed."""
    if is_frozen(scheme.county_id, scheme.year):
        raise Conflict(f"{scheme.year}年已经公示或结账,方案不能再改。个别记错的,请按复核更正。")


def last_applied(scheme: Scheme) -> SchemeVersion:
    return scheme.versions.filter(state=VersionState.APPLIED).latest("number")


def values_of(version: SchemeVersion) -> dict[str, Value]:
    """What every item is worth in one version."""
    return {rule.item: Value(rule.points, rule.cap) for rule in version.rules.all()}


def changes_of(version: SchemeVersion) -> list[Change]:
    """What a draft changes of the version applied last."""
    return changed_items(values_of(last_applied(version.scheme)), values_of(version))


def words_of(version: SchemeVersion) -> list[str]:
    """A draft's changes as sentences without a full stop."""
    before = last_applied(version.scheme)
    base = [f"基础分{plain(before.base)}分,改为{plain(version.base)}分"] if before.base != version.base else []
    return base + [change.words() for change in changes_of(version)]


def mark_of(version: SchemeVersion) -> str:
    """A short mark of all that a draft says, to see whether somebody changed it."""
    said = [version.number, version.starts_on, plain(version.base), version.why]
    rules = sorted((item, plain(value.points), value.cap and plain(value.cap)) for item, value in values_of(version).items())
    return sha256(repr((said, rules)).encode()).hexdigest()[:16]


def _draft(version: SchemeVersion, seen: str = "") -> SchemeVersion:
    row = SchemeVersion.objects.select_for_update(of=("self",)).select_related("scheme__county").get(pk=version.pk)
    if row.state != VersionState.DRAFT:
        raise Conflict(f"第{row.number}版{row.get_state_display()},不能再改。")
    if seen and seen != mark_of(row):
        raise StaleVersion("草稿刚被别人改过。")
    return row


def _demand(problems: dict[str, str]) -> None:
    if problems:
        raise DomainError("请改好标出的地方。", fields=problems)


def _problems(scheme: Scheme, starts_on: date, why: str, base: Decimal, values: Values) -> dict[str, str]:
    problems = {}
    if starts_on.year != scheme.year:
        problems["starts_on"] = f"请填{scheme.year}年里的一天"
    if not why or len(why) > LONGEST_WHY:
        problems["why"] = f"请写为什么改,最多{LONGEST_WHY}个字"
    if not _is_number(base, MOST_BASE):
        problems["base"] = f"请填0到{MOST_BASE}的数,最多一位小数"
    for item, (points, cap) in values.items():
        problems |= _value_problems(item, points, cap)
    return problems


def _value_problems(item: str, points: Decimal, cap: Decimal | None) -> dict[str, str]:
    problems = {}
    if not _is_number(points.copy_abs(), MOST_POINTS):
        problems[f"points_{item}"] = f"请填0到{MOST_POINTS}的数,最多一位小数"
    elif (points > 0 and item in BASE_ITEMS) or (points < 0 and item not in BASE_ITEMS):
        problems[f"points_{item}"] = "这一项只能扣分" if item in BASE_ITEMS else "这一项只能加分"
    if cap is not None and not _is_number(cap, MOST_CAP):
        problems[f"cap_{item}"] = f"请填0到{MOST_CAP}的数,不限就空着"
    return problems


def _missing_problems(values: Values) -> dict[str, str]:
    strange = set(values) ^ set(Item.values)
    return {f"points_{item}": "请填分值" for item in sorted(strange)}


def _is_number(number: Decimal, most: Decimal) -> bool:
    return number.is_finite() and 0 <= number <= most and number == number.quantize(TENTH)
