"""Waivers (免扣): days on which somebody, or everybody with a mandate of a level, is not charged."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.urls import reverse

from activities.services.addressees import tell_deputies
from deputies.models import Deputy, Mandate
from deputies.permissions import is_oneself
from deputies.states import MandateLevel
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.rehearsing import rehearsed
from julu_liaison.common.texts import clean_text, long_day
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.states import Kind
from scoring.models import Scheme, Waiver
from scoring.permissions import can_set_rules
from scoring.services.ledger import rescore
from scoring.services.ledger.posting import lock_people
from scoring.services.previews import posted_sums
from scoring.states import BASE_ITEMS, Item
from stations.models import Station

LONGEST_REASON = 100
MOST_YEARS = 5  # back and ahead
FOREIGN = "免扣由县级管理员批准。"
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Relief:
    """A waiver, and what it gives back by deputy key: more than 0 is charged less."""

    waiver: Waiver
    given: dict[int, Decimal] = field(default_factory=dict)

    @property
    def people(self) -> int:
        return len(self.given)

    @property
    def points(self) -> Decimal:
        return sum(self.given.values(), NOTHING)


@transaction.atomic
def grant_waiver(
    *, county: Station, started_on: date, reason: str, actor, at: datetime, deputy: Deputy | None = None,
    level: str = "", items: Collection[str] = (), ended_on: date | None = None,
) -> Relief:  # fmt: skip
    """Charge nothing from `started_on` to `ended_on` (None: until it is ended) for `items` (none: all deductions).

    Either `deputy` or `level`. The ledgers concerned follow at once. Waivers of a person and of a level may overlap;
    two for the same would leave one standing unseen when the other ends.
    """
    _demand_right(actor, county)
    _demand_others(actor, deputy)
    reason = clean_text(reason)
    _demand(
        _problems(county, deputy, level, items, started_on, ended_on, reason) or _far_days(at, started_on, ended_on)
    )
    row = Waiver(
        county=county, deputy=deputy, level=level, items=[item for item in Item.values if item in items],
        started_on=started_on, ended_on=ended_on, reason=reason, granted_by=actor, granted_at=at,
    )  # fmt: skip
    keys = _locked(row)
    _demand_no_overlap(row)
    relief = _scored(row, keys, row.save, at)
    _record("grant_waiver", relief, actor, at)
    if deputy:
        words = f"县里批准您免扣积分:{words_of(row)},{period_of(row)}。该参加的仍要参加,只是不扣分。"
        tell_deputies([deputy], words, reverse("my-score"), at, kind=Kind.POINTS)
    return relief


@transaction.atomic
def end_waiver(*, waiver: Waiver, ended_on: date, actor, at: datetime) -> Relief:
    """Set the last day, earlier or later than was said."""
    row = _held(waiver, actor)
    if ended_on < row.started_on:
        raise DomainError("最后一天不能早于开始日期。", fields={"ended_on": "不能早于开始日期"})
    _demand(_far_days(at, None, ended_on))
    first_changed = min(row.ended_on or date.max - timedelta(days=1), ended_on) + timedelta(days=1)
    _demand_open(row.county, first_changed, "ended_on")
    before, row.ended_on = str(row.ended_on or ""), ended_on
    keys = _locked(row, whole=True)
    _demand_no_overlap(row)
    relief = _scored(row, keys, lambda: row.save(update_fields=["ended_on"]), at)
    _record("end_waiver", relief, actor, at, before=before)
    return relief


@transaction.atomic
def drop_waiver(*, waiver: Waiver, actor, at: datetime) -> Relief:
    """Take a waiver away that was never meant; the record of acts keeps what it said."""
    row = _held(waiver, actor)
    _demand_open(row.county, row.started_on, "")
    relief = _scored(row, _locked(row), lambda: Waiver.objects.filter(pk=row.pk).delete(), at)
    _record("drop_waiver", relief, actor, at)
    return relief


def preview_granting(**facts) -> Relief:
    """What `grant_waiver` with the same facts would do."""
    return rehearsed(grant_waiver, **facts)


def preview_ending(**facts) -> Relief:
    return rehearsed(end_waiver, **facts)


def words_of(row: Waiver) -> str:
    """Which items it is about."""
    return "、".join(Item(item).label for item in row.items) or "所有扣分项目"


def period_of(row: Waiver) -> str:
    until = f"到{long_day(row.ended_on)}" if row.ended_on else "到另行通知为止"
    return f"从{long_day(row.started_on)}{until}"


def _demand_right(actor, county: Station) -> None:
    if actor is not None and not can_set_rules(actor, county):
        raise NotAllowed(FOREIGN)


def _demand_others(actor, deputy: Deputy | None) -> None:
    """Nobody grants, ends or drops their own. One for a level that they are of, too, is for everybody: the record of
    acts says so.
    """
    if actor is not None and deputy is not None and is_oneself(actor, deputy):
        raise NotAllowed("自己的免扣不能自己办,请县里另一位管理员批准。")


def _far_days(at: datetime, start: date | None, end: date | None) -> dict[str, str]:
    """A typing error such as 9999 for “open end”; no term lasts longer."""
    year, days = today_here(at).year, {"started_on": start, "ended_on": end}
    sentence = f"请填{year - MOST_YEARS}年到{year + MOST_YEARS}年里的日期"
    return {name: sentence for name, day in days.items() if day and abs(day.year - year) > MOST_YEARS}


def _held(waiver: Waiver, actor) -> Waiver:
    """The waiver, read anew under a lock of its deputies: locks go deputies first."""
    _demand_right(actor, waiver.county)
    _demand_others(actor, waiver.deputy)
    _locked(waiver, whole=True)
    row = Waiver.objects.select_for_update(of=("self",)).select_related("county", "deputy").filter(pk=waiver.pk).first()
    if row is None:
        raise Conflict("这条免扣刚被去掉了。")
    return row


def _locked(row: Waiver, *, whole: bool = False) -> list[int]:
    """Lock whom it concerns; `whole`: on any day from its first on."""
    return list(lock_people(row.county, _concerned(row, None if whole else row.ended_on)))


def _concerned(row: Waiver, last: date | None) -> list[int]:
    if row.deputy_id:
        return [row.deputy_id]
    mandates = Mandate.objects.filter(level=row.level, deputy__county=row.county_id)
    mandates = mandates.overlapping(row.started_on, last or date.max)
    return sorted(set(mandates.values_list("deputy", flat=True)))


def _scored(row: Waiver, keys: list[int], write: Callable[[], object], at: datetime) -> Relief:
    """Write, score the years it touches again, and say what that gave back."""
    schemes = Scheme.objects.open().filter(county=row.county_id, year__gte=row.started_on.year)
    years = list(schemes.order_by("year").values_list("year", flat=True))
    before = {year: posted_sums(keys, year) for year in years}
    write()
    given: dict[int, Decimal] = {}
    for year in years:
        rescore(county=row.county, year=year, at=at, deputies=keys)
        after = posted_sums(keys, year)
        for key in keys:
            difference = sum(after[key].values(), NOTHING) - sum(before[year][key].values(), NOTHING)
            if difference:
                given[key] = given.get(key, NOTHING) + difference
    return Relief(row, given)


def _record(action: str, relief: Relief, actor, at: datetime, **more) -> None:
    row = relief.waiver
    audit.record(
        action, actor=actor, target=row, county_code=row.county.code, at=at,
        deputy=row.deputy.code if row.deputy else "", level=row.level, items=row.items,
        started_on=str(row.started_on), ended_on=str(row.ended_on or ""), reason=row.reason, people=relief.people,
        points=f"{relief.points:.1f}", own=_covers(row, actor), **more,
    )  # fmt: skip


def _covers(row: Waiver, actor) -> bool:
    keys = _concerned(row, row.ended_on)
    return actor is not None and Deputy.objects.filter(pk__in=keys, user=actor.pk).exists()


def _demand(problems: dict[str, str]) -> None:
    if problems:
        raise DomainError("、".join(problems.values()) + "。", fields=problems)


def _problems(
    county: Station, deputy: Deputy | None, level: str, items: Collection[str], start: date, end: date | None,
    reason: str,
) -> dict[str, str]:  # fmt: skip
    problems = {}
    if (deputy is None) == (not level):
        problems["deputy"] = "请写一位代表,或选一个代表层级,只能选一样"
    elif (deputy and deputy.county_id != county.pk) or (level and level not in MandateLevel.values):
        problems["deputy" if deputy else "level"] = "请重新选"
    if set(items) - BASE_ITEMS:
        problems["items"] = "只有扣分的项目可以免扣"
    if end and end < start:
        problems["ended_on"] = "不能早于开始日期"
    if not reason or len(reason) > LONGEST_REASON:
        problems["reason"] = f"请写原因,最多{LONGEST_REASON}个字"
    if not problems:
        _demand_open(county, start, "started_on")
    return problems


def _demand_open(county: Station, first: date, name: str) -> None:
    """The days concerned begin after the last year that is in publicity or closed."""
    closed = Scheme.objects.frozen().filter(county=county, year__gte=first.year)
    year = closed.order_by("-year").values_list("year", flat=True).first()
    if year:
        sentence = f"{year}年已经公示或结账,那一年的免扣不能再改"
        raise Conflict(f"{sentence}。", fields={name: sentence} if name else {})


def _demand_no_overlap(row: Waiver) -> None:
    others = Waiver.objects.filter(county=row.county_id, deputy=row.deputy_id, level=row.level).exclude(pk=row.pk)
    others = others.filter(started_on__lte=row.ended_on or date.max).exclude(ended_on__lt=row.started_on)
    for other in others:
        if not row.items or not other.items or set(row.items) & set(other.items):
            whom = row.deputy.name if row.deputy else f"{row.get_level_display()}代表"
            sentence = f"{whom}{period_of(other)}已经免扣{words_of(other)},请改日期,或先结束那一次"
            raise Conflict(f"{sentence}。", fields={"started_on": sentence})
