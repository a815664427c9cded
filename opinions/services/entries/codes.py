"""The code of an entry (查询码): twelve signs that are shown once, typed from paper and found by their digest alone.

It follows from the entry's form and the site's key, so that a form sent twice shows the same one; without the key no
backup gives it away. One key of SECRET_KEY_FALLBACKS is as good as the first.
"""

import unicodedata
from collections.abc import Iterator
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

from opinions.models import Opinion, VillagerEntry

SIGNS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # none that is taken for another: no 0 O, 1 I L, U V
LENGTH, GROUP = 12, 4  # 30 ** 12: 58 bits
LONGEST_TYPED = 60


def new_code(form_key: UUID) -> tuple[str, str]:
    """Return the code of the entry that `form_key` makes, and the digest by which it is found."""
    code = _code(form_key, settings.SECRET_KEY)
    return code, _digest(code, settings.SECRET_KEY)


def code_of(entry: VillagerEntry) -> str:
    """Return the code again. Raises ValueError where the key that it was made with is gone."""
    for secret in _secrets():
        code = _code(entry.form_key, secret)
        if _digest(code, secret) == entry.code_digest:
            return code
    raise ValueError("the SECRET_KEY of this entry's code is not among SECRET_KEY_FALLBACKS")


def find_by_code(typed: str) -> Opinion | None:
    """Return the ticket of a code, in whatever case, width and grouping it was typed; None for a wrong one."""
    code = _bare(typed)
    if len(code) != LENGTH:
        return None
    digests = [_digest(code, secret) for secret in _secrets()]
    return Opinion.objects.filter(entry__code_digest__in=digests).first()


def printed_code(code: str) -> str:
    """In groups of four, as it is read out: ABCD-EFGH-JKMN."""
    return "-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def _bare(typed: str) -> str:
    plain = unicodedata.normalize("NFKC", typed[:LONGEST_TYPED]).upper()
    return "".join(sign for sign in plain if sign.isalnum())


def _secrets() -> Iterator[str | bytes]:
    yield settings.SECRET_KEY
    yield from settings.SECRET_KEY_FALLBACKS


def _code(form_key: UUID, secret: str | bytes) -> str:
    number = int.from_bytes(
        salted_hmac("opinions.entry-code", form_key.hex, secret=secret, algorithm="sha256").digest()
    )
    signs = []
    for _ in range(LENGTH):
        number, place = divmod(number, len(SIGNS))
        signs.append(SIGNS[place])
    return "".join(signs)


def _digest(code: str, secret: str | bytes) -> str:
    return salted_hmac("opinions.entry-code-digest", code, secret=secret, algorithm="sha256").hexdigest()
