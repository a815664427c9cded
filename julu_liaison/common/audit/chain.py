"""The chain of the audit trail: rows are put under seals, each of which also says what the seal before it was.

Pure: rows and seals in, digests and sentences out. Digests are HMACs under a key that is not in the database, so whoever has
only the database can neither change a row nor build the chain anew (ADR 27).
"""

import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

SHORT = 16  # hex digits kept of each row's digest, to find the row that was changed; the seal's own is over whole ones


class Row(NamedTuple):
    """What is sealed of one row of the trail."""

    key: int
    at: datetime
    actor: int | None
    standing_in_for: int | None
    action: str
    target_kind: str
    target_key: str
    county_code: str
    detail: Any


class Seal(NamedTuple):
    """One link: `rows` rows, whose keys and short digests stand in `lines`; `digest` covers all of it and `before`."""

    number: int
    before: str
    rows: int
    lines: str
    sealed_at: datetime
    key_mark: str
    digest: str


def key_of(secret: str) -> bytes:
    """The key for digests that a site's secret gives."""
    return sha256(b"audit-seal:" + secret.encode()).digest()


def mark_of(key: bytes) -> str:
    """Eight hex digits that tell keys apart and say nothing of them."""
    return hmac.new(key, b"which key", "sha256").hexdigest()[:8]


def seal_of(rows: Iterable[Row], *, number: int, before: str, sealed_at: datetime, key: bytes) -> Seal:
    """Put `rows`, which are in the order of their keys, under the seal `number` after the one with the digest `before`."""
    digests = [(row.key, _digest_of(row, key)) for row in rows]
    lines = " ".join(f"{one}:{digest[:SHORT]}" for one, digest in digests)
    return Seal(
        number, before, len(digests), lines, sealed_at, mark_of(key), _digest(number, before, sealed_at, digests, key)
    )


def link_problems(seals: Iterable[Seal], *, number: int = 0, digest: str = "") -> Iterator[str]:
    """A sentence for every place where one seal does not follow the other; begins after the seal `number`, `digest`."""
    for seal in seals:
        if seal.number != number + 1:
            yield f"第{number + 1}号封存应该有,却没有,后面是第{seal.number}号"
        elif seal.before != digest:
            yield f"第{seal.number}号封存接不上第{number}号"
        number, digest = seal.number, seal.digest


def row_problems(seal: Seal, rows: Sequence[Row], keys: Mapping[str, bytes]) -> Iterator[str]:
    """A sentence for everything that is not as it was sealed; `rows` are those now under the seal, `keys` are by mark."""
    key = keys.get(seal.key_mark)
    if key is None:
        yield f"第{seal.number}号封存用的密钥现在没有,没法核对"
        return
    known, now = _known(seal.lines), {row.key: _digest_of(row, key) for row in rows}
    found = [
        *(f"第{one}条被改过" for one in sorted(known.keys() & now.keys()) if now[one][:SHORT] != known[one]),
        *(f"第{one}条不见了" for one in sorted(known.keys() - now.keys())),
        *(f"第{one}条是后来放进去的" for one in sorted(now.keys() - known.keys())),
    ]
    yield from (f"{words}(第{seal.number}号封存)" for words in found)
    as_sealed = _digest(seal.number, seal.before, seal.sealed_at, sorted(now.items()), key)
    if not found and (seal.rows != len(now) or not hmac.compare_digest(as_sealed, seal.digest)):
        yield f"第{seal.number}号封存本身被改过"


def _known(lines: str) -> dict[int, str]:
    """Keys and short digests as the seal says them; what cannot be read is no row's."""
    pairs = (line.partition(":") for line in lines.split())
    return {int(one): digest for one, _mark, digest in pairs if one.isascii() and one.isdigit() and len(one) < 20}


def _digest_of(row: Row, key: bytes) -> str:
    words = json.dumps([*row[:1], _in_words(row.at), *row[2:]], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hmac.new(key, words.encode("utf-8", "surrogatepass"), "sha256").hexdigest()


def _digest(number: int, before: str, sealed_at: datetime, digests: Iterable[tuple[int, str]], key: bytes) -> str:
    words = json.dumps([number, before, _in_words(sealed_at), list(digests)])
    return hmac.new(key, words.encode(), "sha256").hexdigest()


def _in_words(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
