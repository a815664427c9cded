"""Messages for tests: who wants to hear how, and a network that answers as told."""

from datetime import datetime

from julu_liaison.notices.models import Gateway, Message, Notice, Subscription
from julu_liaison.notices.services import notify
from julu_liaison.notices.services.routing import route_notices
from julu_liaison.notices.states import GatewayKind, Kind
from tests.cast import OPENED, moment

PHONE = "19900000001"
TEXT = "3月8日上午9:00您在官亭镇第一分站接待。"


def wants_mail(user, **fields) -> Subscription:
    """Give the user a confirmed address, `fields` besides."""
    given = {"email": f"{user.username}@example.cn", "email_confirmed_at": moment(OPENED)} | fields
    return Subscription.objects.create(user=user, **given)


def has_phone(*users) -> None:
    for user in users:
        user.phone = PHONE
        user.save(update_fields=["phone"])


def gateway(place: str, kind: str = GatewayKind.SMS, **fields) -> Gateway:
    given = {"name": f"{GatewayKind(kind).label}", "address": "jsons://h.example/{phone}", "created_at": moment(OPENED)}
    return Gateway.objects.create(place_code=place, kind=kind, **given | fields)


def told(*users, at: datetime, kind: str = Kind.DUTY, text: str = TEXT, **facts) -> list[Notice]:
    """Notify the users; returns the rows."""
    before = set(Notice.objects.values_list("pk", flat=True))
    notify(users=users, kind=kind, text=text, at=at, **{"fit_for_outside": True} | facts)
    return list(Notice.objects.exclude(pk__in=before).order_by("pk"))


def routed(*, at: datetime) -> list[Message]:
    """Route everything; returns all messages there are, the oldest first."""
    route_notices(at=at)
    return list(Message.objects.order_by("pk"))
