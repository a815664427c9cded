"""From the outbox to messages: who hears of a notice on which ways, and when."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from julu_liaison.common.working_days import Calendar
from julu_liaison.notices.models import Gateway, Message, Notice, Subscription
from julu_liaison.notices.rules import (
    is_for_digest,
    is_for_text_message,
    is_stale,
    is_wanted,
    next_allowed,
    next_digest,
)
from julu_liaison.notices.states import Channel, GatewayKind, MessageState, Pace

LOOKED_AHEAD = timedelta(days=60)  # no row of public holidays is longer


@dataclass(frozen=True)
class Way:
    """Where one or several notices go together. `notice_id` keeps posts to a group apart."""

    channel: Channel
    user_id: int | None = None
    place_code: str = ""
    gateway: Gateway | None = None
    urgent: bool = False
    is_digest: bool = False
    notice_id: int | None = None


class Gateways:
    """The gateways that are on, of the places concerned; one query."""

    def __init__(self, places: Iterable[str]):
        self.rows: dict[str, list[Gateway]] = defaultdict(list)
        for row in Gateway.objects.filter(is_active=True, place_code__in=set(places)).defer("address"):
            self.rows[row.place_code].append(row)

    def of_group(self, place: str) -> list[Gateway]:
        return [row for row in self.rows[place] if row.kind != GatewayKind.SMS]

    def of_text_messages(self, places: Iterable[str]) -> Gateway | None:
        return next((row for place in places for row in self.rows[place] if row.kind == GatewayKind.SMS), None)


def calendar_from(at: datetime) -> Calendar:
    """The public holidays that matter for what is sent from `at` on; one query."""
    today = timezone.localdate(at)
    return Calendar.load(today, today + LOOKED_AHEAD)


@transaction.atomic
def route_notices(*, at: datetime, limit: int = 500) -> int:
    """Make messages of the oldest notices that none were made of; returns how many notices were looked at.

    A person's notices of one run go out together; whoever wants one message a day has theirs joined to the one that
    waits. What is older than three days goes nowhere: it was left lying by a machine that was off.
    """
    notices = _unrouted(limit)
    fresh = [notice for notice in notices if not is_stale(notice.created_at, at)]
    if fresh:
        _write(_ways(fresh, at), at)
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(routed_at=at)
    return len(notices)


def _unrouted(limit: int) -> list[Notice]:
    # Nobody's address is opened here: one that can't be would hold up everybody's.
    rows = Notice.objects.filter(routed_at=None).select_related("user__subscription").defer("user__subscription__email")
    rows = rows.order_by("pk")
    return list(rows.select_for_update(skip_locked=True, of=("self",))[:limit])


# ---- On which ways ----


def _ways(notices: list[Notice], at: datetime) -> dict[Way, list[Notice]]:
    keys = {notice.user_id for notice in notices if notice.user_id}
    counties = import_string(settings.NOTICE_PLACES)(keys, timezone.localdate(at)) if keys else {}
    groups = {notice.place_code for notice in notices if notice.place_code}
    gateways = Gateways(groups.union(*counties.values()))
    found: dict[Way, list[Notice]] = defaultdict(list)
    for notice in notices:
        for way in _ways_of(notice, counties.get(notice.user_id, []), gateways):
            found[way].append(notice)
    return found


def _ways_of(notice: Notice, counties: list[str], gateways: Gateways) -> list[Way]:
    if notice.user is None:
        code = notice.place_code
        return [
            Way(Channel.GROUP, place_code=code, gateway=gateway, urgent=notice.urgent, notice_id=notice.pk)
            for gateway in gateways.of_group(code)
        ]
    if not notice.user.is_active:
        return []
    choice = choice_of(notice.user)
    facts = {
        "user_id": notice.user_id, "urgent": notice.urgent, "is_digest": is_for_digest(choice.pace, urgent=notice.urgent),
    }  # fmt: skip
    found = []
    if has_mail(choice) and is_wanted(notice.kind, choice.muted):
        found.append(Way(Channel.MAIL, **facts))
    gateway = gateways.of_text_messages(counties) if notice.user.phone else None
    if gateway and is_for_text_message(notice.kind, urgent=notice.urgent, choice=choice.sms, muted=choice.muted):
        found.append(Way(Channel.SMS, gateway=gateway, **facts))
    return found


def choice_of(user) -> Subscription:
    """Return the choice of a user read with `user__subscription`; who has never chosen has the defaults."""
    return getattr(user, "subscription", None) or Subscription(user=user)


def has_mail(choice: Subscription) -> bool:
    """Whether mail goes to the person: an address is confirmed, and mail is wanted."""
    return choice.by_mail and choice.email_confirmed_at is not None


def mail_address(choice: Subscription) -> str:
    """Return where the person's mail goes; empty where none does. Raises ValueError where it cannot be opened."""
    return choice.email if has_mail(choice) else ""


# ---- As messages ----


def _write(ways: dict[Way, list[Notice]], at: datetime) -> None:
    calendar = calendar_from(at)
    waiting = _waiting_digests({way.user_id for way in ways if way.is_digest})
    messages = {way: waiting.get(_digest_key(way)) or _message(way, at, calendar) for way in ways}
    Message.objects.bulk_create([message for message in messages.values() if message.pk is None])
    link = Message.notices.through
    link.objects.bulk_create(
        link(message=messages[way], notice=notice) for way, notices in ways.items() for notice in notices
    )


def _waiting_digests(users: set[int | None]) -> dict[tuple, Message]:
    """The digests that have not begun to go out, held until ours are written; their readers are held first, so that of
    two runs at once the second finds what the first has made."""
    if not users:
        return {}
    list(Subscription.objects.filter(user__in=users, pace=Pace.DAILY).order_by("pk").select_for_update())
    rows = Message.objects.filter(user__in=users, is_digest=True, state=MessageState.WAITING).order_by("pk")
    return {(row.user_id, row.channel, row.gateway_id): row for row in rows.select_for_update()}


def _digest_key(way: Way) -> tuple | None:
    return (way.user_id, way.channel, way.gateway and way.gateway.pk) if way.is_digest else None


def _message(way: Way, at: datetime, calendar: Calendar) -> Message:
    allowed = next_digest(at, calendar) if way.is_digest else next_allowed(at, calendar)
    return Message(
        channel=way.channel, user_id=way.user_id, place_code=way.place_code, gateway=way.gateway, urgent=way.urgent,
        is_digest=way.is_digest, created_at=at, due_at=at if way.urgent else allowed,
    )  # fmt: skip
