"""Large registers imported in the background; figures of the overview counted anew; the nightly backup and the check of the
audit trail."""

import logging
from datetime import date
from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from julu_liaison.backup import backups_in, forget_backups, make_backup
from julu_liaison.backup.manifest import Manifest
from julu_liaison.common.audit.sealing import seal_rows
from julu_liaison.common.audit.verifying import verify_trail
from julu_liaison.common.errors import Conflict
from julu_liaison.common.jobs import run_job, tell_line
from julu_liaison.common.models import Job
from julu_liaison.common.uploads import find_upload
from julu_liaison.common.working_days import today_here
from julu_liaison.importing import import_upload
from julu_liaison.overview import Period, Span, count_again
from stations.models import Station
from stations.services.auditing import tell_of_audit_problems

log = logging.getLogger(__name__)


class TrailBroken(RuntimeError):
    """The audit trail is not as it was sealed. Raised so that the page of what runs shows it, too."""


@shared_task
def import_register(job_id: int, *, upload_uid: str, expected: str) -> str:
    """Import the upload as its owner agreed to it; who may is asked anew."""

    def work(job: Job) -> str:
        upload = find_upload(upload_uid, owner=job.asked_by, at=timezone.now())
        if upload.outcome:
            return ""
        county = Station.objects.get(code=upload.county)
        report = import_upload(upload, county=county, actor=job.asked_by, expected=expected)
        if report.errors:
            raise Conflict(f"有{len(report.errors)}处要改,什么都没有导入,请回到核对页面看。")
        counts = report.counts
        tell_line(job, f"新增{counts['created']},变动{counts['updated']},不变{counts['unchanged']}")
        return ""

    return run_job(job_id, work)


@shared_task(ignore_result=True)
def recount_overview(place_id: int, span: str, start: str) -> bool:
    """Count the overview of a place and period anew, unless that has been done meanwhile."""
    place, period = Station.objects.get(pk=place_id), Period.around(Span(span), date.fromisoformat(start))
    return count_again(place=place, period=period, at=timezone.now())


@shared_task
def back_up() -> str:
    """Write the night's backup where `BACKUP_DIR` says and tidy up there; returns its path, empty where none is set."""
    if not settings.BACKUP_DIR:
        return ""
    folder = Path(settings.BACKUP_DIR)
    made = make_backup(folder, at=timezone.now(), recipient=settings.BACKUP_RECIPIENT)
    forget_backups(folder, today=today_here())
    return str(made)


@shared_task
def verify_audit() -> int:
    """Check the audit trail against itself and against what the newest backup says; returns how many rows there are.

    Seals first: on a machine that was off at night both are due at once in the morning, and the evening's last rows would
    be taken for long unsealed. Who audits and who administers is told of problems, the log has each of them. Raises
    TrailBroken.
    """
    at = timezone.now()
    seal_rows(at=at)
    verdict = verify_trail(at=at, part=today_here().toordinal(), known=[_end_in_backup()])
    if not verdict.problems:
        return verdict.rows
    for problem in verdict.problems:
        log.error("audit trail: %s", problem)
    tell_of_audit_problems(number=len(verdict.problems), at=at)
    raise TrailBroken(f"{len(verdict.problems)} problems")


def _end_in_backup() -> str:
    """The end of the trail's chain in the newest backup here that bears our mark; empty where there is none."""
    found = backups_in(Path(settings.BACKUP_DIR)) if settings.BACKUP_DIR else []
    for folder in sorted(found, reverse=True)[:1]:
        manifest = Manifest.read(folder)
        return manifest.audit_end if manifest.is_ours else ""
    return ""
