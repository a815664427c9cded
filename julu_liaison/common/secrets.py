"""Encryption at rest for villagers' identities (个人信息保护法): AES through Fernet, keys from the environment."""

import base64
import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models
from django.db.models import F, QuerySet, TextField
from django.db.models.functions import Cast

from julu_liaison.common.errors import DomainError

LOST = "这里有加密存着的内容打不开:密钥换过,或者没有带上。内容还在,请系统管理员把原来的密钥加到 FIELD_KEYS 里。"


class KeyLost(DomainError, ValueError):
    """A sealed value that none of FIELD_KEYS opens (503): not the reader's fault, and said instead of a broken page."""

    status, title = 503, "加密的内容打不开"


def _keys() -> MultiFernet:
    """FIELD_KEYS, and after them what is derived from the secrets: sealed with while there are none, and still opened when the
    county has set its first one."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return _box((*settings.FIELD_KEYS, *map(_derived, secrets)))


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


@lru_cache(maxsize=8)
def _derived(secret: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(b"field-key:" + secret.encode()).digest()).decode()


def seal(text: str) -> str:
    """Encrypt `text` with the first key; an empty string stays empty."""
    return _keys().encrypt(text.encode()).decode() if text else ""


def unseal(token: str) -> str:
    """Decrypt with any of the keys. Raises KeyLost for a damaged value or a lost key, never returns it raw."""
    if not token:
        return ""
    try:
        return _keys().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise KeyLost(LOST) from error


def unopened(rows: QuerySet, name: str) -> QuerySet:
    """Rows whose sealed column `name` is left sealed until `opened` asks: a lost key takes no list away."""
    return rows.defer(name).annotate(**{f"sealed_{name}": Cast(F(name), TextField())})


def opened(row: models.Model, name: str) -> str | None:
    """Return what a sealed column says, read by `unopened` or not; None where none of the keys opens it."""
    token = getattr(row, f"sealed_{name}", None)
    try:
        return getattr(row, name) if token is None or name in row.__dict__ else unseal(token)
    except KeyLost:
        return None


def reseal(token: str) -> str:
    """Return what `token` says, encrypted with the first key. Raises KeyLost where none of the keys opens it."""
    try:
        return _keys().rotate(token.encode()).decode()
    except InvalidToken as error:
        raise KeyLost(LOST) from error


class SealedField(models.TextField):
    """A text column whose value is encrypted in the database and plain in Python; it cannot be searched."""

    def get_prep_value(self, value):
        return seal(super().get_prep_value(value) or "")

    def from_db_value(self, value, expression, connection):
        return unseal(value or "")


def masked_phone(phone: str) -> str:
    """Return a phone with its middle hidden, e.g. `199****0001`; short numbers are hidden wholly."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "****" if phone else ""


def masked_name(name: str) -> str:
    """Return a name of which only the first character is left, e.g. `王*`, whatever its length."""
    return f"{name[:1]}*" if name else ""
