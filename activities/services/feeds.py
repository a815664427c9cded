"""Secret addresses under which a calendar program reads duties (日历订阅): made, made anew, revoked."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from activities.models import CalendarFeed
from activities.permissions import can_keep_feed
from deputies.models import Deputy
from julu_liaison.common import audit
from julu_liaison.common.errors import NotAllowed
from stations.models import Station
from stations.services import hold_place

NOT_YOURS = "日历订阅地址由本人办理;分站的由站长、联络站和县人大办公室办理。"


@transaction.atomic
def open_feed(*, of: Deputy | Station, actor, at: datetime) -> CalendarFeed:
    """Make a new secret address for a deputy's own duties or a branch's; an earlier one stops working.

    The address itself is never written into the audit: whoever knows it can read.
    """
    _demand_keeper(actor, of)
    _hold(of)
    _live(of).update(revoked_at=at)
    feed = CalendarFeed.objects.create(**_whose(of), made_by=actor, made_at=at)
    audit.record("open_feed", actor=actor, target=of, county_code=_county_code(of), at=at)
    return feed


@transaction.atomic
def revoke_feed(*, of: Deputy | Station, actor, at: datetime) -> int:
    """Make the address of a deputy or a branch stop working at once; returns how many did (0: there was none)."""
    _demand_keeper(actor, of)
    _hold(of)
    revoked = _live(of).update(revoked_at=at)
    if revoked:
        audit.record("revoke_feed", actor=actor, target=of, county_code=_county_code(of), at=at)
    return revoked


def live_feed(token: UUID, on: date) -> CalendarFeed | None:
    """The feed of an address that works on the day `on`; asked at each reading, for nobody comes to revoke it.

    A deputy's works while the deputy serves somewhere and the account is in use; a branch's while the branch is open
    and whoever had the address made could have it made again.
    """
    feeds = CalendarFeed.objects.filter(revoked_at=None, token=token)
    feed = feeds.select_related("deputy__user", "branch__parent", "branch__county", "made_by").first()
    if feed is None:
        return None
    if feed.branch:
        works = feed.branch.is_open(on) and can_keep_feed(feed.made_by, feed.branch)
    else:
        works = feed.deputy is not None and _is_on_duty(feed.deputy, on)
    return feed if works else None


def _is_on_duty(deputy: Deputy, on: date) -> bool:
    account = deputy.user
    return account is not None and account.is_active and deputy.memberships.in_force(on).exists()


def _demand_keeper(actor, of: Deputy | Station) -> None:
    if not can_keep_feed(actor, of):
        raise NotAllowed(NOT_YOURS)


def _hold(of: Deputy | Station) -> None:
    """Two addresses made at once come one after the other; the second one is the one that works."""
    if isinstance(of, Station):
        hold_place(of)
    else:
        Deputy.objects.select_for_update(no_key=True).get(pk=of.pk)


def _whose(of: Deputy | Station) -> dict:
    return {"branch": of} if isinstance(of, Station) else {"deputy": of}


def _county_code(of: Deputy | Station) -> str:
    return of.county.code if of.county else ""


def _live(of: Deputy | Station):
    return CalendarFeed.objects.filter(revoked_at=None, **_whose(of))
