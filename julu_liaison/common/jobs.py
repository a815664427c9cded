"""Background work that a person watches: queued with a row, run by Celery or in place, told line by line."""

import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from julu_liaison.common import audit
from julu_liaison.common.errors import DomainError, NotFound
from julu_liaison.common.models import Job

NOT_QUEUED = "后台服务没有启动,没有排上队,请联系管理员。"
NOT_FINISHED = "没有做完,请再试一次;还不行请联系管理员。"


def start_job(*, kind: str, title: str, actor, task, **arguments) -> Job:
    """Write the job's row and hand `task` (a Celery task taking job_id first) to the queue after commit.

    Where the queue can't be reached, the job ends with a sentence instead of waiting for ever.
    """
    job = Job.objects.create(kind=kind, title=title[:120], asked_by=actor, created_at=timezone.now())
    transaction.on_commit(lambda: _hand_over(job, task, arguments))
    return job


def _hand_over(job: Job, task, arguments: dict) -> None:
    try:
        task.delay(job.pk, **arguments)
    except (OperationalError, OSError):  # OSError: the file broker's folder is full or not ours
        _finish(job, Job.State.REFUSED, error=NOT_QUEUED)


def job_folder(job: Job) -> Path:
    """Return the folder that holds the job's files, outside the web root, named by its unguessable uid."""
    folder = Path(settings.MEDIA_ROOT) / "jobs" / str(job.uid)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def run_job(job_id: int, work: Callable[[Job], str]) -> str:
    """Run `work(job)`, which returns the name of the finished file in the job's folder (or an empty string).

    A job that is over is left alone, so a task delivered twice does no harm; one whose worker was killed half-way
    starts afresh. A DomainError ends the job with its sentence; anything else ends it with a general one and is
    raised for the worker's log.
    """
    job = Job.objects.get(pk=job_id)
    if job.is_over:
        return job.file
    job.lines = []
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, lines=[], done=0, total=0)
    try:
        name = work(job)
    except DomainError as error:
        _finish(job, Job.State.REFUSED, error=error.message)
        return ""
    except BaseException:  # also a killed worker's SystemExit: the watcher must not wait for ever
        _finish(job, Job.State.REFUSED, error=NOT_FINISHED)
        raise
    _finish(job, Job.State.DONE, file=name)
    return name


def _finish(job: Job, state: str, **fields) -> None:
    Job.objects.filter(pk=job.pk).update(state=state, finished_at=timezone.now(), **fields)


def tell_progress(job: Job, items: Iterable, *, total: int) -> Iterator:
    """Yield `items` while keeping the job's done/total figures, one update an item."""
    Job.objects.filter(pk=job.pk).update(total=total, done=0)
    for count, item in enumerate(items, start=1):
        yield item
        Job.objects.filter(pk=job.pk).update(done=count)


def tell_line(job: Job, text: str, *, state: str = "done") -> None:
    """Add a line to what the watcher reads. `state`: done, unchanged or refused (with the reason in `text`)."""
    job.lines.append({"state": state, "text": text})
    Job.objects.filter(pk=job.pk).update(lines=job.lines)


def write_zip(path: Path, files: Iterable[tuple[str, Path]]) -> None:
    """Pack (name in the archive, file) into one archive, which appears under `path` when it is complete."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in files:
            archive.write(file, name)
    unfinished.replace(path)


def hand_out(*, job: Job, actor, at: datetime) -> Path:
    """Return the finished file and record who took it: it may hold people's phones. Raises NotFound."""
    path = job_folder(job) / job.file
    if job.state != Job.State.DONE or not job.file or not path.is_file():
        raise NotFound("文件还没有做好,或者已经清理掉了,请重新做一次。")
    audit.record("download", actor=actor, target=job, at=at, title=job.title)
    return path


def forget_jobs(before: datetime) -> int:
    """Remove the files and rows of jobs asked for before `before`; returns how many. What they made is kept
    elsewhere (editions of boards) or can be made again from the records (reports)."""
    jobs = list(Job.objects.filter(created_at__lt=before))
    for job in jobs:
        shutil.rmtree(job_folder(job), ignore_errors=True)
    return Job.objects.filter(pk__in=[job.pk for job in jobs]).delete()[0]
