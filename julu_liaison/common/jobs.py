"""Background work that a person watches: queued with a row, run by Celery or in place, told line by line.

A run takes the job's lease, a token of its own, and renews it with everything it tells. One that is killed falls silent;
after STALLED_AFTER the job is handed over again and the next run takes the lease. A run that was only slow finds that out
at its next word and stops: LeaseLost. So a job that is delivered twice never runs twice at once.
"""

import logging
import uuid
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from shutil import rmtree

from celery import current_app
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import Error, transaction
from django.db.models import Case, Count, F, Min, Q, QuerySet, When
from django.utils import timezone
from kombu.exceptions import OperationalError

from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotFound
from julu_liaison.common.models import Job
from julu_liaison.common.outages import outage_of
from julu_liaison.common.whole_files import appearing, clear_unfinished

logger = logging.getLogger(__name__)

# Longer than any single step between two signs of life. The longest is a register of thousands of rows, imported in one
# transaction: some minutes. Sheets, reports and statements take seconds each.
STALLED_AFTER = timedelta(minutes=10)
MOST_HANDOVERS = 3  # a job that has its worker killed every time must not do so for ever
MOST_UNFINISHED = 3  # of a kind and a person: all wait in the same queue
PACKED_ALREADY = (".pdf", ".png", ".jpg", ".xlsx", ".docx")

NOT_FINISHED = "没有做完,请再试一次;还不行请联系管理员。"
GIVEN_UP = f"接着做了{MOST_HANDOVERS}次,每次都中途停住,没有做成。请联系管理员看看后台服务,然后再做一次。"
NOT_STALLED = "这项工作没有停住:正在做,或者已经做完了。"
TOO_MANY = "您还有{count}项没有做完,做完再来。"


class LeaseLost(Exception):
    """Another run has taken the job over; this one has nothing more to write."""


# ---- Asking for it ----


@transaction.atomic
def start_job(*, kind: str, title: str, actor, task, has_upload: bool = False, **arguments) -> Job:
    """Write the job's row and hand `task` (a Celery task taking job_id first) to the queue after commit.

    `arguments` are kept as JSON, so that the job can be handed over again. The same work asked for again by the same
    person before it is over is the job there is, unless it `has_upload`: the caller puts a file into its folder, so no
    two are the same. Where the queue can't be reached, the job waits and is handed over once it can (`resume_stalled`).
    Raises Conflict for a person who has too many unfinished ones of the kind.
    """
    get_user_model().objects.select_for_update(no_key=True).get(pk=actor.pk)  # of two presses at once, one finds the other
    unfinished = list(Job.objects.filter(kind=kind, asked_by=actor, state__in=Job.UNFINISHED))
    same = [] if has_upload else [job for job in unfinished if job.arguments == arguments]
    if same:
        return same[0]
    if len(unfinished) >= MOST_UNFINISHED:
        raise Conflict(TOO_MANY.format(count=len(unfinished)))
    at = timezone.now()
    job = Job.objects.create(
        kind=kind, title=title[:120], asked_by=actor, created_at=at, heartbeat_at=at, task=task.name,
        arguments=arguments,
    )  # fmt: skip
    transaction.on_commit(lambda: _hand_over(job, task))
    return job


def _hand_over(job: Job, task) -> None:
    """A queue that takes nothing loses nothing: the job's row stays, without a sign of life, until a later minute."""
    try:
        task.delay(job.pk, **job.arguments)
    except (OperationalError, OSError) as error:  # OSError: the file broker's folder is full or not ours
        logger.warning("job %s waits for the queue (%s)", job.pk, type(error).__name__)
        Job.objects.filter(pk=job.pk, state=Job.State.QUEUED, lease=None).update(heartbeat_at=None)


def job_folder(job: Job) -> Path:
    """Return the folder that holds the job's files, outside the web root, named by its unguessable uid."""
    folder = Path(settings.MEDIA_ROOT) / "jobs" / str(job.uid)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


# ---- Running it ----


def run_job(job_id: int, work: Callable[[Job], str], *, upload: str = "") -> str:
    """Run `work(job)`, which returns the name of the finished file in the job's folder (or an empty string).

    A job that is over, or that another run is at, is left alone; one whose run was killed half-way starts afresh, so
    `work` must come to the same when it finds its own traces. A DomainError ends the job with its sentence; any other
    error ends it with a general one and is raised for the worker's log. A worker that is told to stop at once gives
    the job back instead; a database that is away leaves it silent, to be gone on with as after a kill.
    `upload`: a file in the job's folder that is deleted when the job is over, never before.
    """
    job = _taken(job_id)
    if job is None:
        return Job.objects.values_list("file", flat=True).get(pk=job_id)
    name, error = "", ""
    try:
        clear_unfinished(job_folder(job), before=timezone.now())
        name = work(job)
    except LeaseLost:
        logger.warning("job %s went on elsewhere", job.pk)
        return ""
    except DomainError as refusal:
        error = refusal.message
    except Exception as failure:
        outage = outage_of(failure)
        if not (outage and isinstance(failure, Error)):
            _finish(job, Job.State.REFUSED, upload=upload, error=outage.sentence if outage else NOT_FINISHED)
        raise
    except BaseException:  # SystemExit of a worker that does not wait for its tasks
        _own(job).update(state=Job.State.QUEUED, lease=None)
        raise
    _finish(job, Job.State.REFUSED if error else Job.State.DONE, upload=upload, file=name, error=error)
    return name


def _taken(job_id: int) -> Job | None:
    """The job with a fresh lease, or None when it is over or another run holds it."""
    at = timezone.now()
    free = Q(lease=None) | _silent(at)
    taken = Job.objects.filter(free, pk=job_id, state__in=Job.UNFINISHED).update(
        state=Job.State.RUNNING, lease=uuid.uuid4(), heartbeat_at=at, lines=[], done=0, total=0
    )
    return Job.objects.select_related("asked_by").get(pk=job_id) if taken else None


def _own(job: Job) -> QuerySet[Job]:
    """The job's row as long as nobody else has taken it over."""
    return Job.objects.filter(pk=job.pk, lease=job.lease)


def _finish(job: Job, state: str, *, upload: str = "", **fields) -> None:
    finished = _own(job).exclude(state__in=Job.OVER).update(
        state=state, finished_at=timezone.now(), lease=None, **fields
    )
    if finished and upload:
        (job_folder(job) / upload).unlink(missing_ok=True)


def _tell(job: Job, **fields) -> None:
    """Write what a run has to say; it is the sign of life, too. Raises LeaseLost."""
    if not _own(job).update(heartbeat_at=timezone.now(), **fields):
        raise LeaseLost


def tell_progress(job: Job, items: Iterable, *, total: int) -> Iterator:
    """Yield `items` while keeping the job's done/total figures, one update an item. Raises LeaseLost."""
    _tell(job, total=total, done=0)
    for count, item in enumerate(items, start=1):
        yield item
        _tell(job, done=count)


def tell_alive(job: Job, items: Iterable) -> Iterator:
    """Yield `items` with a sign of life before each: for long steps that have no figures. Raises LeaseLost."""
    for item in items:
        _tell(job)
        yield item


def tell_line(job: Job, text: str, *, state: str = "done") -> None:
    """Add a line to what the watcher reads. `state`: done, unchanged, refused (with the reason in `text`) or remark.

    Raises LeaseLost.
    """
    job.lines.append({"state": state, "text": text})
    _tell(job, lines=job.lines)


def write_zip(path: Path, files: Iterable[tuple[str, Path]]) -> None:
    """Pack (name in the archive, file) into one archive, which appears under `path` when it is complete."""
    with appearing(path) as unfinished, zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in files:
            archive.write(file, name, zipfile.ZIP_STORED if name.endswith(PACKED_ALREADY) else None)


# ---- Going on after a stop ----


def is_stalled(job: Job, at: datetime) -> bool:
    """Whether an unfinished job has shown no sign of life for too long: its message or its worker is gone."""
    return not job.is_over and abs(at - (job.heartbeat_at or job.created_at)) > STALLED_AFTER


def waits_for_queue(job: Job) -> bool:
    """Whether the queue did not take it; it is offered again every minute."""
    return job.state == Job.State.QUEUED and job.heartbeat_at is None and bool(job.task)


def _silent(at: datetime) -> Q:
    """No sign of life for too long. One from the future tells of a clock that was wrong, not of life."""
    return Q(heartbeat_at__lt=at - STALLED_AFTER) | Q(heartbeat_at__gt=at + STALLED_AFTER)


def _stalled(at: datetime) -> QuerySet[Job]:
    silent = _silent(at) | Q(heartbeat_at=None, created_at__lt=at - STALLED_AFTER)
    return Job.objects.filter(silent, state__in=Job.UNFINISHED)


def _unsent() -> QuerySet[Job]:
    """As `waits_for_queue`."""
    return Job.objects.filter(state=Job.State.QUEUED, lease=None, heartbeat_at=None).exclude(task="")


@dataclass(frozen=True)
class Backlog:
    """The unfinished jobs of one kind: how many wait, are being done, have stalled, and since when the oldest waits."""

    kind: str
    queued: int
    running: int
    stalled: int
    since: datetime

    @property
    def count(self) -> int:
        return self.queued + self.running


def backlogs(at: datetime) -> list[Backlog]:
    """What is not over, by kind, what waits longest first (one query)."""
    silent = _silent(at) | Q(heartbeat_at=None, created_at__lt=at - STALLED_AFTER)
    running = Count("pk", filter=Q(state=Job.State.RUNNING))
    rows = Job.objects.filter(state__in=Job.UNFINISHED).order_by().values("kind").annotate(
        all=Count("pk"), running=running, stalled=Count("pk", filter=silent), since=Min("created_at")
    )  # fmt: skip
    found = [Backlog(row["kind"], row["all"] - row["running"], row["running"], row["stalled"], row["since"]) for row in rows]
    return sorted(found, key=lambda backlog: backlog.since)


def resume_stalled(at: datetime) -> int:
    """Hand over again what has stalled or was never taken; returns how many jobs. What was stopped at work too often ends
    with a sentence.

    A job that only waits is handed over, too, as its message may be lost, but behind a long queue that is no stop.
    """
    jobs = list(_stalled(at) | _unsent())
    return sum(_handed_over_again(job, at) for job in jobs)


def _handed_over_again(job: Job, at: datetime) -> bool:
    known = job.task in current_app.tasks  # an update may have renamed it
    if known and (job.state == Job.State.QUEUED or job.handovers < MOST_HANDOVERS):
        stopped = Case(When(state=Job.State.RUNNING, then=1), default=0)
        return _reclaim(job, at, handovers=F("handovers") + stopped)
    (_stalled(at) | _unsent()).filter(pk=job.pk, state=job.state).update(
        state=Job.State.REFUSED, error=GIVEN_UP if known else NOT_FINISHED, finished_at=at, lease=None
    )
    return False


@transaction.atomic
def resume_job(*, job: Job, actor, at: datetime) -> None:
    """Hand a stalled job over again because a person asks for it. Raises Conflict for one that has not stalled."""
    if job.task not in current_app.tasks or not _reclaim(job, at, handovers=0):
        raise Conflict(NOT_STALLED)
    audit.record("resume_job", actor=actor, target=job, at=at, title=job.title)


@transaction.atomic
def _reclaim(job: Job, at: datetime, handovers) -> bool:
    """Take the lease from whoever had it and queue the job; False when somebody else was faster."""
    reclaimed = (_stalled(at) | _unsent()).filter(pk=job.pk).update(
        state=Job.State.QUEUED, lease=None, heartbeat_at=at, handovers=handovers
    )
    if reclaimed:
        job.lease = None
        transaction.on_commit(lambda: _hand_over(job, current_app.tasks[job.task]))
    return bool(reclaimed)


# ---- The finished file ----


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
        rmtree(job_folder(job), ignore_errors=True)
    return Job.objects.filter(pk__in=[job.pk for job in jobs]).delete()[0]
