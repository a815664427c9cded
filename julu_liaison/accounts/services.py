"""Opening accounts, passwords, API keys."""

import hashlib
import secrets

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from julu_liaison.accounts.models import ApiToken, User
from julu_liaison.common import audit
from julu_liaison.common.errors import DomainError


@transaction.atomic
def open_account(*, username: str, name: str, password: str, actor, must_change: bool = True, phone: str = "") -> User:
    """Open an account; the first password must be changed at the first login unless `must_change` is False."""
    if User.objects.filter(username=username).exists():
        raise DomainError(f"账号“{username}”已经有人用了,请换一个。", fields={"username": "这个账号已经有人用了"})
    user = User(username=username, name=name, phone=phone, must_change_password=must_change)
    _set_password(user, password)
    user.save()
    audit.record("open_account", actor=actor, target=user, username=username)
    return user


@transaction.atomic
def change_password(*, user: User, old: str, new: str) -> None:
    """Change one's own password. Raises DomainError when the old one is wrong or the new one too plain."""
    if not user.check_password(old):
        raise DomainError("现在的密码不对,请重新填写。", fields={"old": "现在的密码不对"})
    if old == new:
        raise DomainError("新密码不能和现在的一样,请换一个。", fields={"new": "不能和现在的密码一样"})
    _set_password(user, new)
    user.must_change_password = False
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])
    ApiToken.objects.filter(user=user).delete()
    audit.record("change_password", actor=user, target=user)


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        sentence = " ".join(error.messages)
        raise DomainError(sentence, fields={"new": sentence}) from error
    user.set_password(password)
    user.password_changed_at = timezone.now()


@transaction.atomic
def issue_token(*, user: User, at=None) -> tuple[str, ApiToken]:
    """Return a fresh API key in plain text (shown once) with its row."""
    at = at or timezone.now()
    key = secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user, digest=token_digest(key), created_at=at, expires_at=at + settings.API_TOKEN_LIFETIME
    )
    audit.record("issue_token", actor=user, target=user, at=at)
    return key, token


@transaction.atomic
def revoke_token(*, token: ApiToken, actor) -> None:
    token.delete()
    audit.record("revoke_token", actor=actor, target=actor)


def token_digest(key: str) -> str:
    """Return what is stored of an API key. The key has 256 random bits, so a plain SHA-256 is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


FIRST_PASSWORD_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105 - none that are mistaken for another on paper


def first_password() -> str:
    """Return a random first password that keeps the rules and can be read out, e.g. `Jl-7kq2-mx4n`."""
    parts = ("".join(secrets.choice(FIRST_PASSWORD_SIGNS) for _ in range(4)) for _ in range(3))
    return "Jl2-" + "-".join(parts)


@transaction.atomic
def edit_account(*, account: User, actor, **changes) -> User:
    """Change name, phone or whether an account is in use. Who may is decided by callers who know the postings."""
    unknown = set(changes) - {"name", "phone", "is_active"}
    if unknown:
        raise DomainError("账号名定了就不能改。", fields=dict.fromkeys(unknown, "不能改"))
    for name, value in changes.items():
        setattr(account, name, value)
    account.full_clean(exclude=["password"])
    account.save(update_fields=list(changes))
    if changes.get("is_active") is False:
        ApiToken.objects.filter(user=account).delete()
    audit.record("edit_account", actor=actor, target=account, username=account.username, columns=sorted(changes))
    return account


@transaction.atomic
def renew_password(*, account: User, actor) -> str:
    """Give an account a fresh first password and return it (shown once); open sessions and API keys end."""
    password = first_password()
    _set_password(account, password)
    account.must_change_password = True
    account.save(update_fields=["password", "password_changed_at", "must_change_password"])
    ApiToken.objects.filter(user=account).delete()
    audit.record("renew_password", actor=actor, target=account, username=account.username)
    return password
