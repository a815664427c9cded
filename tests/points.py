"""Facts that earn points, for tests of the ledger: rows as the services of other parts leave them."""

from datetime import date
from decimal import Decimal

from activities.models import Activity
from activities.services import record_activity
from activities.states import ActivityKind
from deputies.models import Deputy
from scoring.models import Appeal, BonusClaim, PointEntry, Scheme, SchemeVersion, YearClosing
from scoring.services.schemes import DEFAULT_POINTS, copy_rules, seal
from scoring.services.standings import standings_of
from scoring.services.years.marking import mark_chains
from scoring.states import AppealKind, AppealState, ClaimState, VersionState
from tests.cast import Cast, moment


def meeting(cast: Cast, day: date, presence: dict[Deputy, str], kind: str = ActivityKind.STUDY) -> Activity:
    """A required activity of the station 官亭镇 that was held."""
    return record_activity(
        station=cast.gt, kind=kind, title="学习", held_on=day, attendance=presence, actor=cast.clerk, at=moment(day)
    )


def approved_claim(cast: Cast, person: Deputy, item: str, day: date, text: str = "参加比赛") -> BonusClaim:
    claim = BonusClaim(
        deputy=person, year=day.year, item=item, occurred_on=day, text=text, state=ClaimState.APPROVED,
        claimed_by=cast.deputy, claimed_at=moment(day), checked_by=cast.clerk, checked_at=moment(day),
        decided_by=cast.staff, decided_at=moment(day),
    )  # fmt: skip
    claim.put_at(cast.gt01)
    claim.save()
    return claim


def granted(
    cast: Cast, person: Deputy, at: date, *, entry: PointEntry | None = None, item: str = "", day: date | None = None,
    year: int = 2026, answer: str = "查过原始记录",
) -> Appeal:  # fmt: skip
    """A granted appeal that cancels `entry`, posts `item` on `day`, or both."""
    appeal = Appeal(
        deputy=person, year=year, kind=AppealKind.WRONG if entry else AppealKind.MISSING, entry=entry, text="请查一查",
        state=AppealState.GRANTED, due_on=at, raised_by=cast.deputy, raised_at=moment(at), cancels=entry is not None,
        item=item, occurred_on=day, answer=answer, answered_by=cast.staff, answered_at=moment(at),
    )  # fmt: skip
    appeal.put_at(cast.gt01)
    appeal.save()
    return appeal


def applied_version(cast: Cast, start: date, changed: dict[str, tuple[Decimal, Decimal | None]]) -> SchemeVersion:
    """The next version of the year's scheme, applied: the default values and what is `changed` (points, cap)."""
    scheme = Scheme.objects.get(county=cast.county, year=start.year)
    number = scheme.versions.count() + 1
    version = SchemeVersion.objects.create(
        scheme=scheme, number=number, starts_on=start, base=scheme.base, state=VersionState.APPLIED,
        drafted_by=cast.admin, drafted_at=moment(start, 8), applied_by=cast.admin, applied_at=moment(date(2026, 1, 2), 9),
    )  # fmt: skip
    copy_rules({item: (Decimal(points), None) for item, points in DEFAULT_POINTS.items()} | changed, version)
    seal(version)
    return version


def published(cast: Cast, day: date, year: int = 2026) -> YearClosing:
    """Freeze the year."""
    closing = YearClosing.objects.create(
        scheme=Scheme.objects.get(county=cast.county, year=year), publicity_from=day, publicity_until=day,
        published_by=cast.admin, published_at=moment(day),
    )  # fmt: skip
    mark_chains(closing, standings_of(closing.scheme))
    return closing
