"""Encryption at rest for villagers' identities (个人信息保护法): AES through Fernet, keys from the environment."""

import base64
import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...], secret: str) -> MultiFernet:
    if not keys:
        digest = hashlib.sha256(b"field-key:" + secret.encode()).digest()
        keys = (base64.urlsafe_b64encode(digest).decode(),)
    return MultiFernet([Fernet(key) for key in keys])


def seal(text: str) -> str:
    """Encrypt `text` with the first key; an empty string stays empty."""
    return _box(tuple(settings.FIELD_KEYS), settings.SECRET_KEY).encrypt(text.encode()).decode() if text else ""


def unseal(token: str) -> str:
    """Decrypt with any of the keys. Raises ValueError for a damaged value or a lost key, never returns it raw."""
    if not token:
        return ""
    try:
        return _box(tuple(settings.FIELD_KEYS), settings.SECRET_KEY).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise ValueError("encrypted field cannot be read with the configured FIELD_KEYS") from error


def reseal(token: str) -> str:
    """Return what `token` says, encrypted with the first key. Raises ValueError where none of the keys opens it."""
    try:
        return _box(tuple(settings.FIELD_KEYS), settings.SECRET_KEY).rotate(token.encode()).decode()
    except InvalidToken as error:
        raise ValueError("encrypted field cannot be read with the configured FIELD_KEYS") from error


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
