"""Figures that take long to count: shown as they were kept, and counted anew behind the page when they have grown old.

Who looks never waits, except for the very first. One process counts at a time: it holds a lease, so that a worker that
dies keeps nobody else from it for longer than LEASE.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from kombu.exceptions import OperationalError

from julu_liaison.common.models import KeptFigures

logger = logging.getLogger(__name__)

FRESH_FOR = timedelta(minutes=10)
STALE_AFTER = timedelta(hours=2)  # nobody has counted for so long though somebody looks: the worker is probably down
LEASE = timedelta(minutes=5)
FORGOTTEN_AFTER = timedelta(days=60)


@dataclass(frozen=True)
class Kept:
    """What was counted (JSON), and when."""

    content: dict
    counted_at: datetime

    def is_stale(self, at: datetime) -> bool:
        return at - self.counted_at > STALE_AFTER


def kept_figures(*, key: str, count: Callable[[], dict], recount: Callable[[], None], at: datetime) -> Kept:
    """Return the figures kept under `key`; nothing kept yet: count them now.

    Where they are no longer fresh and nobody is counting, `recount()` is called, which hands the work to a worker.
    """
    row = KeptFigures.objects.filter(key=key).first()
    if row is None:
        return count_anew(key=key, count=count, at=at)
    if _is_due(row.counted_at, at) and _take_turn(key, at):
        _hand_over(key, recount)
    return Kept(row.content, row.counted_at)


def count_if_due(*, key: str, count: Callable[[], dict], at: datetime) -> bool:
    """What the worker does: count anew, unless somebody has done so since it was asked to."""
    counted_at = KeptFigures.objects.filter(key=key).values_list("counted_at", flat=True).first()
    if counted_at is not None and not _is_due(counted_at, at):
        return False
    count_anew(key=key, count=count, at=at)
    return True


def count_anew(*, key: str, count: Callable[[], dict], at: datetime) -> Kept:
    """Count, keep what comes out as of the moment `at`, and forget what nobody has looked at for long."""
    found = Kept(count(), at)
    KeptFigures.objects.update_or_create(
        key=key, defaults={"content": found.content, "counted_at": at, "refreshing_since": None}
    )
    KeptFigures.objects.filter(counted_at__lt=at - FORGOTTEN_AFTER).delete()
    return found


def _is_due(counted_at: datetime, at: datetime) -> bool:
    return abs(at - counted_at) > FRESH_FOR  # from the future: counted while the clock was wrong


def _take_turn(key: str, at: datetime) -> bool:
    """Whether it is ours to have it counted: of two who look at once only one is told so."""
    free = Q(refreshing_since=None) | Q(refreshing_since__lt=at - LEASE) | Q(refreshing_since__gt=at + LEASE)
    return KeptFigures.objects.filter(free, key=key).update(refreshing_since=at) == 1


def _hand_over(key: str, recount: Callable[[], None]) -> None:
    """A queue that can't be reached is no reason to show nothing; the page says how old its figures are."""
    try:
        recount()
    except (OperationalError, OSError):
        logger.warning("no queue to count %s anew", key)
