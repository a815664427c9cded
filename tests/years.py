"""A year that is over, for tests: made public, with claims, appeals and results."""

from datetime import date

from scoring.models import Appeal, BonusClaim, PointEntry, Scheme, YearClosing
from scoring.services.years import close_year, publish_year
from scoring.states import AppealKind, AppealState, ClaimState, Item
from tests.cast import Cast, moment

READY = moment(date(2027, 2, 1))
CLOSING = moment(date(2027, 2, 9))
AFTER = moment(date(2027, 3, 1))


def year_of(cast: Cast, year: int = 2026) -> Scheme:
    return Scheme.objects.select_related("county").get(county=cast.county, year=year)


def published(cast: Cast) -> YearClosing:
    return publish_year(scheme=year_of(cast), actor=cast.admin, at=READY)


def closed(cast: Cast) -> YearClosing:
    published(cast)
    return close_year(scheme=year_of(cast), actor=cast.admin, at=CLOSING)


def claim_of(cast: Cast, state: str, *, year: int = 2026, item: str = Item.COURSE) -> BonusClaim:
    """A claim in any state, past its service."""
    claim = BonusClaim(
        deputy=cast.deputy_person, year=year, item=item, occurred_on=date(year, 5, 1), text="完成课程", evidence="第1号",
        state=state, claimed_by=cast.deputy, claimed_at=READY, checked_by=cast.clerk,
    )  # fmt: skip
    claim.put_at(cast.gt01)
    claim.save()
    return claim


def granted(cast: Cast, entry: PointEntry | None, *, item: str = "", state: str = AppealState.GRANTED) -> Appeal:
    """An appeal as it lies in the table after its answer, past its service."""
    appeal = Appeal(
        deputy=entry.deputy if entry else cast.deputy_person, year=2026, entry=entry,
        kind=AppealKind.WRONG if entry else AppealKind.MISSING, text="那天我去了", state=state, due_on=date(2027, 3, 1),
        raised_by=cast.deputy, raised_at=READY, cancels=bool(entry) and state == AppealState.GRANTED, item=item,
        occurred_on=date(2026, 5, 1) if item else None, answer="签到表上有", answered_by=cast.staff, answered_at=AFTER,
    )  # fmt: skip
    appeal.put_at(cast.gt01)
    appeal.save()
    return appeal


__all__ = ["AFTER", "CLOSING", "READY", "ClaimState", "claim_of", "closed", "granted", "published", "year_of"]
