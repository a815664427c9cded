"""Large registers imported in the background; figures of the overview counted anew; the nightly backup."""

from datetime import date
from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from julu_liaison.backup import forget_backups, make_backup
from julu_liaison.common.errors import Conflict
from julu_liaison.common.jobs import run_job, tell_line
from julu_liaison.common.models import Job
from julu_liaison.common.uploads import find_upload
from julu_liaison.common.working_days import today_here
from julu_liaison.importing import import_upload
from julu_liaison.overview import Period, Span, count_again
from stations.models import Station


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
