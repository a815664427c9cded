"""API keys."""

import hashlib
import secrets

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from julu_liaison.accounts.models import ApiToken, User
from julu_liaison.common import audit


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
