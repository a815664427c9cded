"""How a person hears of notices beside the inbox: the own choice, an address that has to be confirmed, turning a kind off
by the link in a mail.

Both links work without signing in: whoever has one confirms an address or turns a kind off, and can do nothing else.
"""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import transaction
from django.db.models import QuerySet, TextChoices
from django.utils.crypto import constant_time_compare, salted_hmac

from julu_liaison.common import audit
from julu_liaison.common.errors import DomainError, NotFound
from julu_liaison.common.secrets import opened, unopened
from julu_liaison.common.texts import squeezed
from julu_liaison.notices.models import Subscription
from julu_liaison.notices.states import MANDATORY, Kind, Pace, SmsChoice

CONFIRMING = timedelta(days=3)  # how long the link of a confirming mail works
LONGEST_EMAIL = 254
MAIL_SALT, STOP_SALT = "notice-mail", "notice-stop"

LINK_GONE = "这个链接不完整,或者已经过期了。请登录平台,在“通知设置”里再发一封确认邮件。"
ANOTHER_SINCE = "这封邮件以后又换过邮箱,这个链接不能用了。请打开最新的一封确认邮件。"
BROKEN_STOP = "这个链接不完整。请从邮件里重新打开,或者登录平台,在“通知设置”里改。"
NO_EMAIL = "这不像邮箱,请填成 name@example.cn 这样"
KEPT = "接待和办理期限一定要通知到本人,不能关。不想收邮件的话,请登录平台,在“通知设置”里去掉“发邮件”。"

is_email = EmailValidator()


@dataclass(frozen=True)
class Stop:
    """What a link in a mail turns off: a kind of one person's notices."""

    user_id: int
    kind: Kind


def subscription_of(user) -> Subscription:
    """Return the person's choice; one who has never chosen has the defaults, unsaved. An address that no key opens is
    none, to be typed in anew."""
    row = unopened(Subscription.objects.filter(user=user), "email").first()
    if row is None:
        return Subscription(user=user)
    row.email = opened(row, "email") or ""
    if not row.email:
        row.email_confirmed_at = None
    return row


@transaction.atomic
def change_subscription(
    *, user, email: str, by_mail: bool, sms: str, pace: str, muted: Collection[str], at: datetime
) -> Subscription:
    """Save the person's own choice. A new e-mail address has to be confirmed before anything is sent there.

    Raises DomainError for something that is no address or no choice, and for muting what has to reach everybody.
    """
    chosen = {
        "email": _checked_email(email), "by_mail": by_mail, "sms": _one_of(SmsChoice, sms, "sms"),
        "pace": _one_of(Pace, pace, "pace"),
    }  # fmt: skip
    row = _locked(user.pk)
    before = {name: getattr(row, name) for name in (*chosen, "muted") if name != "email"} | {"email": opened(row, "email")}
    after = chosen | {"muted": _checked_kinds(muted)}
    if after == before:
        return row
    for name, value in after.items():
        setattr(row, name, value)
    if row.email != before["email"]:
        row.email_confirmed_at = None
    row.save()
    changed = sorted(name for name, value in after.items() if value != before[name])
    _record("change_subscription", row, actor=user, at=at, columns=changed)
    return row


def _checked_email(text: str) -> str:
    """Return the address without the spaces and wide characters of a careless keyboard. Raises DomainError."""
    email = squeezed(unicodedata.normalize("NFKC", text))
    if not email:
        return ""
    try:
        is_email(email)
    except ValidationError as error:
        raise DomainError(f"{NO_EMAIL}。", fields={"email": NO_EMAIL}) from error
    if len(email) > LONGEST_EMAIL:
        raise DomainError(f"{NO_EMAIL}。", fields={"email": NO_EMAIL})
    return email


def _one_of(choices: type[TextChoices], value: str, field: str):
    if value not in choices.values:
        raise DomainError("没有这种选择,请从列出的里面选。", fields={field: "请从列出的里面选"})
    return choices(value)


def _checked_kinds(kinds: Collection[str]) -> list[str]:
    """Return the kinds in the order of their table. Raises DomainError for one that is none, or that may not be muted."""
    if set(kinds) - set(Kind.values):
        raise DomainError("没有这一类通知,请从列出的里面选。", fields={"muted": "请从列出的里面选"})
    if MANDATORY & set(kinds):
        raise DomainError(KEPT, fields={"muted": KEPT})
    return [kind for kind in Kind.values if kind in kinds]


def _locked(user_id: int) -> Subscription:
    """The person's row, made where there is none, for this transaction alone."""
    Subscription.objects.defer("email").get_or_create(user_id=user_id)
    return unopened(Subscription.objects.select_for_update(), "email").get(user_id=user_id)


def _record(action: str, row: Subscription, *, actor, at: datetime, **detail) -> None:
    """Never with the address in it."""
    county = get_user_model().objects.values_list("county_code", flat=True).get(pk=row.user_id)
    audit.record(action, actor=actor, target=row, county_code=county, at=at, **detail)


# --- Confirming an address ------------------------------------------------------------------------------------------


def mail_token(subscription: Subscription) -> str:
    """Return the confirming link's last part; it says whose address which is, readable to nobody."""
    return signing.dumps([subscription.user_id, _mark(subscription)], salt=MAIL_SALT)


def _mark(subscription: Subscription) -> str:
    return salted_hmac(MAIL_SALT, f"{subscription.user_id} {subscription.email}").hexdigest()[:20]


def subscription_behind(token: str, rows: QuerySet | None = None) -> Subscription:
    """Return whose address the link confirms, of `rows`. Raises NotFound for a link that is broken, three days old or
    overtaken by another address."""
    try:
        user_id, mark = signing.loads(token, salt=MAIL_SALT, max_age=CONFIRMING)
    except signing.BadSignature as error:
        raise NotFound(LINK_GONE) from error
    rows = Subscription.objects.all() if rows is None else rows
    row = rows.filter(user=user_id, user__is_active=True).first()
    if row is None or not row.email or not constant_time_compare(_mark(row), mark):
        raise NotFound(ANOTHER_SINCE)
    return row


@transaction.atomic
def confirm_email(*, token: str, at: datetime) -> Subscription:
    """Mails go to the address from now on. Whoever opens the link twice confirms once. Raises NotFound."""
    row = subscription_behind(token, Subscription.objects.select_for_update(of=("self",)))
    if row.email_confirmed_at is None:
        row.email_confirmed_at = at
        row.save(update_fields=["email_confirmed_at"])
        _record("confirm_email", row, actor=None, at=at)
    return row


# --- Turning a kind off ---------------------------------------------------------------------------------------------


def stop_token(*, user, kind: str) -> str:
    """Return the last part of the link that turns `kind` off; it never ends, as mails are read years later."""
    return signing.Signer(salt=STOP_SALT).sign_object([user.pk, str(kind)])


def stop_behind(token: str) -> Stop:
    """Return what the link turns off. Raises NotFound for a broken one."""
    try:
        user_id, kind = signing.Signer(salt=STOP_SALT).unsign_object(token)
    except signing.BadSignature as error:
        raise NotFound(BROKEN_STOP) from error
    if kind not in Kind.values or not get_user_model().objects.filter(pk=user_id).exists():
        raise NotFound(BROKEN_STOP)
    return Stop(user_id, Kind(kind))


def is_stopped(stop: Stop) -> bool:
    """Whether the link, or the person, has turned this off already."""
    row = Subscription.objects.filter(user=stop.user_id).first()
    return row is not None and stop.kind in row.muted


@transaction.atomic
def stop_mail(*, token: str, at: datetime) -> Stop:
    """Send no more notices of this kind by mail or text message; the inbox has them anyway. Returns what was stopped.

    Raises NotFound for a broken link, DomainError for a kind that has to reach everybody.
    """
    stop = stop_behind(token)
    if stop.kind in MANDATORY:
        raise DomainError(KEPT)
    row = _locked(stop.user_id)
    if stop.kind not in row.muted:
        row.muted = _checked_kinds([*row.muted, stop.kind])
        row.save(update_fields=["muted"])
        _record("stop_mail", row, actor=None, at=at, kind=stop.kind)
    return stop
