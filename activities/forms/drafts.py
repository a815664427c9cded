"""What the sheet's script sends to be kept: one row as JSON."""

import json
from dataclasses import dataclass

from julu_liaison.common.errors import DomainError

MOST_BYTES = 1_000_000


@dataclass
class SentDraft:
    """`{"branch": "GT01", "version": 3, "typed": {"GT01-n": ["4"], …}}`; only fields of that branch are taken."""

    branch: str
    version: int
    typed: dict[str, list[str]]

    @classmethod
    def read(cls, body: bytes) -> "SentDraft":
        """Raises DomainError for anything of another shape."""
        try:
            sent = json.loads(body) if len(body) <= MOST_BYTES else None
            return cls(_text(sent["branch"]), _version(sent["version"]), _typed(sent["typed"], sent["branch"]))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise DomainError("草稿没有传完整,请随时点“下一步”,填的内容还在。") from error


def _text(value) -> str:
    if not isinstance(value, str):
        raise TypeError
    # Half a surrogate pair can't be stored, and NUL not in PostgreSQL.
    return value.replace("\0", "").encode("utf-8", "ignore").decode()


def _version(value) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value


def _typed(fields, code: str) -> dict[str, list[str]]:
    return {
        _text(name): [_text(value) for value in values]
        for name, values in fields.items()
        if name.startswith(f"{code}-") and isinstance(values, list)
    }
