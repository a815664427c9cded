"""A year's scheme: opened with the values of the year before or the defaults, read as a schedule."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from julu_liaison.common import audit
from julu_liaison.common.errors import NotAllowed
from scoring.models import Grade, Rule, Scheme, SchemeVersion
from scoring.permissions import can_set_rules
from scoring.rules import Schedule, Tariff
from scoring.rules.seals import digest_of_version
from scoring.states import BASE_ITEMS, Block, Item, VersionState
from stations.models import Station

BASE = Decimal(60)
# docs/domain.md §5: what a county starts with; it sets its own values in versions of its scheme.
DEFAULT_POINTS: dict[str, int | Decimal] = {
    Item.CONGRESS_MISSED: -5, Item.STUDY_MISSED: -3, Item.MEETING_MISSED: -2, Item.DUTY_MISSED: -2,
    Item.IDLE_MONTH: -2, Item.PRIVATE_LEAVE: -1, Item.SICK_LEAVE: 0, Item.OFFICIAL_LEAVE: 0, Item.MATERNITY_LEAVE: 0,
    Item.OTHER_LEAVE: 0, Item.LATE_OR_EARLY: -1,
    Item.MOTION_LED: 10, Item.MOTION_SIGNED: 3, Item.SUGGESTION_LED: 5, Item.SUGGESTION_SIGNED: 1,
    Item.SUGGESTION_SUPERVISED: 5, Item.SUGGESTION_EXCELLENT: 5, Item.SPOKE: 2, Item.COURSE: 1,
    Item.OPINION_ENTERED: 1, Item.HONOUR_NATIONAL: 10, Item.HONOUR_PROVINCE: 8, Item.HONOUR_CITY: 6,
    Item.HONOUR_COUNTY: 4, Item.MEDIA_NATIONAL: 5, Item.MEDIA_PROVINCE: 3, Item.MEDIA_CITY: 2, Item.MEDIA_COUNTY: 1,
}  # fmt: skip
SETTINGS = ("check_days", "decide_days", "appeal_days", "publicity_days", "shows_ranking")


@transaction.atomic
def open_scheme(*, county: Station, year: int, actor, at: datetime | None = None) -> Scheme:
    """Open a year's scheme (积分方案) for a county: the last version, grades and terms of the year before, or the defaults."""
    if actor is not None and not can_set_rules(actor, county):
        raise NotAllowed("积分方案由县级管理员设置。")
    before = Scheme.objects.filter(county=county, year__lt=year).order_by("-year").first()
    settings = {name: getattr(before, name) for name in SETTINGS} if before else {}
    scheme, created = Scheme.objects.get_or_create(
        county=county, year=year,
        defaults={"base": before.base if before else BASE, "late_until": date(year + 1, 1, 31), **settings},
    )  # fmt: skip
    if not created:
        return scheme
    version = SchemeVersion.objects.create(
        scheme=scheme, number=1, starts_on=date(year, 1, 1), base=scheme.base, state=VersionState.APPLIED,
        drafted_by=actor, drafted_at=at or timezone.now(), applied_by=actor, applied_at=at or timezone.now(),
    )  # fmt: skip
    copy_rules(_values_before(before), version)
    seal(version)
    if before:
        Grade.objects.bulk_create(
            Grade(scheme=scheme, name=row.name, at_least=row.at_least) for row in before.grades.all()
        )
    audit.record("open_scheme", actor=actor, target=county, year=year)
    return scheme


def _values_before(scheme: Scheme | None) -> dict[str, tuple[Decimal, Decimal | None]]:
    values: dict[str, tuple[Decimal, Decimal | None]] = {
        item: (Decimal(points), None) for item, points in DEFAULT_POINTS.items()
    }
    if scheme is None:
        return values
    last = scheme.versions.filter(state=VersionState.APPLIED).order_by("number").last()
    return values | {row.item: (row.points, row.cap) for row in last.rules.all()}  # type: ignore[union-attr]


def copy_rules(values: dict[str, tuple[Decimal, Decimal | None]], version: SchemeVersion) -> None:
    """Write the rules of a new version: (points, cap) by item, in the order of `Item`."""
    Rule.objects.bulk_create(
        Rule(
            version=version, item=item, points=values[item][0], cap=values[item][1],
            block=Block.BASE if item in BASE_ITEMS else Block.BONUS,
        )
        for item in Item.values
        if item in values
    )  # fmt: skip


def seal(version: SchemeVersion) -> None:
    """Keep the digest of what a version says at the moment in which it is applied."""
    version.digest = current_digest(version)
    version.save(update_fields=["digest"])


def current_digest(version: SchemeVersion) -> str:
    values = [(rule.pk, rule.item, rule.block, rule.points, rule.cap) for rule in version.rules.all()]
    return digest_of_version(version.number, version.starts_on, version.base, values)


def schedule_of(scheme: Scheme, draft: SchemeVersion | None = None) -> Schedule:
    """Read a scheme's applied versions, and `draft` as if it were applied (two queries).

    There is one draft at a time, so numbers are the order of applying, whatever the clock said.
    """
    versions = list(scheme.versions.filter(state=VersionState.APPLIED).order_by("number"))
    versions += [draft] if draft else []
    tariffs: dict[int, dict[str, Tariff]] = {version.pk: {} for version in versions}
    rows = Rule.objects.filter(version__in=versions)
    for key, version, item, block, points, cap in rows.values_list("pk", "version", "item", "block", "points", "cap"):
        tariffs[version][item] = Tariff(key, block, points, cap)
    return Schedule([(version.starts_on, tariffs[version.pk]) for version in versions])
