"""Housekeeping of what no app owns: nightly, and stalled background work every minute."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from julu_liaison.common.audit.sealing import seal_rows
from julu_liaison.common.idempotency import forget_replays
from julu_liaison.common.jobs import forget_jobs, resume_stalled
from julu_liaison.common.uploads import KEPT_FOR, forget_uploads

REPLAYS_KEPT = timedelta(days=7)
JOBS_KEPT = timedelta(days=30)


@shared_task
def forget_old_replays() -> int:
    """Forget answers to Idempotency-Keys that no client repeats any more."""
    return forget_replays(timezone.now() - REPLAYS_KEPT)


@shared_task
def forget_old_jobs() -> int:
    """Clear away the files of background work that were handed out long ago."""
    return forget_jobs(timezone.now() - JOBS_KEPT)


@shared_task(ignore_result=True)  # every minute: its results would be all there is
def resume_stalled_jobs() -> int:
    """Hand over again what a killed worker or a lost message has left lying."""
    return resume_stalled(timezone.now())


@shared_task
def forget_old_uploads() -> int:
    """Clear away uploaded registers and first passwords nobody came back for."""
    return forget_uploads(timezone.now() - KEPT_FOR)


@shared_task(ignore_result=True)
def seal_audit() -> int:
    """Put under a seal what the audit trail has got since the minute before."""
    return seal_rows(at=timezone.now())
