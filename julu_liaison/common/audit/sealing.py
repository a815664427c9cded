"""Putting the rows of the audit trail under seals, after they have been committed: no act waits for another one's row."""

import logging
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from julu_liaison.common.audit.chain import Row, Seal, key_of, mark_of, seal_of
from julu_liaison.common.models import AuditLog, AuditSeal

trail = logging.getLogger("liaison.audit")

MOST_ROWS = 1000  # under one seal
MOST_SEALS = 200  # in one run; what is left waits for the next minute
COLUMNS = (
    "pk", "at", "actor", "standing_in_for", "action", "target_kind", "target_key", "county_code", "detail",
)  # fmt: skip


class SealLost(RuntimeError):
    """Rows read a moment ago can no longer be sealed, though only this sets seals."""


def seal_rows(*, at: datetime) -> int:
    """Seal what has been committed since; returns how many rows. Repeating it, or two at once, seals nothing twice."""
    total = 0
    for _turn in range(MOST_SEALS):
        number, before = last_link()
        try:
            seal = _seal_some(number + 1, before, at)
        except IntegrityError:
            if last_link()[0] == number:
                raise
            return total  # somebody else has just taken this number, and with it these rows
        if seal is None:
            return total
        total += seal.rows
        # The digest leaves the database with the log: the chain's end can be known elsewhere.
        trail.info(
            "audit trail sealed", extra={"seal": seal.number, "rows": seal.rows, "digest": seal.digest, "mark": seal.key_mark}
        )
    return total


@transaction.atomic
def _seal_some(number: int, before: str, at: datetime) -> Seal | None:
    """The unique number is the lock: of two at once, the second one's seal is refused and all it did undone."""
    rows = list(rows_of(AuditLog.objects.filter(seal=None).order_by("pk")[:MOST_ROWS]))
    if not rows:
        return None
    seal = seal_of(rows, number=number, before=before, sealed_at=at, key=key_of(settings.SECRET_KEY))
    kept = AuditSeal.objects.create(**seal._asdict())
    if AuditLog.objects.filter(pk__in=[row.key for row in rows], seal=None).update(seal=kept) != len(rows):
        raise SealLost(f"seal {number}: rows have been sealed meanwhile")
    return seal


def last_link() -> tuple[int, str]:
    """Number and digest of the chain's last seal; 0 and nothing before the first."""
    return AuditSeal.objects.order_by("-number").values_list("number", "digest").first() or (0, "")


def rows_of(rows) -> Iterator[Row]:
    """The rows of a queryset as the chain reads them."""
    return (Row(*row) for row in rows.values_list(*COLUMNS).iterator(chunk_size=2000))


def keys_of_the_site() -> dict[str, bytes]:
    """Keys by their marks: the present one, and those of earlier secrets (SECRET_KEY_FALLBACKS)."""
    keys = (key_of(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))
    return {mark_of(key): key for key in keys}


def end_of_chain() -> str:
    """The last seal as `number:digest`, what a backup or a paper keeps of it; empty before the first."""
    number, digest = last_link()
    return f"{number}:{digest}" if number else ""
