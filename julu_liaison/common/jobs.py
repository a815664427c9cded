"""Background work that a person watches: queued with a row, run by Celery or in place, told line by line."""

from collections.abc import Callable, Iterable
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from julu_liaison.common.errors import DomainError
from julu_liaison.common.models import Job


def start_job(*, kind: str, title: str, actor, task, **arguments) -> Job:
    """Write the job's row and hand `task` (a Celery task taking job_id first) to the queue after commit."""
    job = Job.objects.create(kind=kind, title=title, asked_by=actor, created_at=timezone.now())
    transaction.on_commit(lambda: task.delay(job.pk, **arguments))
    return job


def job_folder(job: Job) -> Path:
    """Return the folder that holds the job's files, outside the web root, named by its unguessable uid."""
    folder = Path(settings.MEDIA_ROOT) / "jobs" / str(job.uid)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def run_job(job_id: int, work: Callable[[Job], str]) -> str:
    """Run `work(job)`, which returns the name of the finished file in the job's folder (or an empty string).

    A job that is over is left alone, so a task delivered twice does no harm. A DomainError ends the job with
    its sentence; anything else ends it with a general one and is raised for the worker's log.
    """
    job = Job.objects.get(pk=job_id)
    if job.is_over:
        return job.file
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING)
    try:
        name = work(job)
    except DomainError as error:
        _finish(job, Job.State.REFUSED, error=error.message)
        return ""
    except BaseException:  # also a killed worker's SystemExit: the watcher must not wait for ever
        _finish(job, Job.State.REFUSED, error="没有做完,请再试一次;还不行请联系管理员。")
        raise
    _finish(job, Job.State.DONE, file=name)
    return name


def _finish(job: Job, state: str, **fields) -> None:
    Job.objects.filter(pk=job.pk).update(state=state, finished_at=timezone.now(), **fields)


def tell_progress(job: Job, items: Iterable, *, total: int):
    """Yield `items` while keeping the job's done/total figures, one update an item."""
    Job.objects.filter(pk=job.pk).update(total=total, done=0)
    for count, item in enumerate(items, start=1):
        yield item
        Job.objects.filter(pk=job.pk).update(done=count)
