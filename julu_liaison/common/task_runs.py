"""The last run of every scheduled task, kept from Celery's signals, whichever worker it was.

Only what settings.CELERY_BEAT_SCHEDULE names leaves a trace. A run that was killed never ends: its row keeps a start later
than its end. What goes wrong here is logged and never stops a task.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from celery.signals import task_postrun, task_prerun
from celery.states import FAILURE, SUCCESS
from django.conf import settings
from django.db import Error, transaction
from django.db.models import Q
from django.utils import timezone

from julu_liaison.common.models import TaskRun

logger = logging.getLogger(__name__)

NOTHING = "没有要处理的"
LATER_AT_MOST = timedelta(hours=1)  # what is further in the future was recorded while the clock was wrong


def scheduled_tasks() -> set[str]:
    """Names of the tasks that run by the clock."""
    return {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}


def record_start(*, task: str, at: datetime) -> None:
    """A run has begun. Of two at once the row follows the later one."""
    if not TaskRun.objects.filter(_known_before("started_at", at), task=task).update(started_at=at):
        TaskRun.objects.get_or_create(task=task, defaults={"started_at": at})


def record_end(*, task: str, started_at: datetime, at: datetime, is_failed: bool, words: str) -> None:
    """The run that began at `started_at` is over. What became of a later one is not for this one to say."""
    TaskRun.objects.filter(task=task, started_at=started_at).update(finished_at=at, is_failed=is_failed, words=words)
    if not is_failed:
        TaskRun.objects.filter(_known_before("succeeded_at", at), task=task).update(succeeded_at=at)


def _known_before(column: str, at: datetime) -> Q:
    """What the row says is older than `at`, or of a time that cannot be."""
    return Q(**{column: None}) | Q(**{f"{column}__lte": at}) | Q(**{f"{column}__gt": at + LATER_AT_MOST})


def words_of(result) -> str:
    """Say how much was done: `处理3项`. Nothing but counts is told: all else that a task returns might name somebody."""
    given = result if isinstance(result, (list, tuple)) else [result]
    counts = [one for one in given if isinstance(one, int) and not isinstance(one, bool)]
    if not counts:
        return ""
    return f"处理{sum(counts)}项" if sum(counts) else NOTHING


@task_prerun.connect(dispatch_uid="task_runs.begun")
def _begun(sender, **_facts) -> None:
    if sender.name not in scheduled_tasks():
        return
    sender.request.run_started_at = at = timezone.now()  # each run has a request of its own
    with _never_stopping(sender.name):
        record_start(task=sender.name, at=at)


@task_postrun.connect(dispatch_uid="task_runs.over")
def _over(sender, retval=None, state=None, **_facts) -> None:
    """A run that is to be repeated, or was given back by a worker told to stop, is not over."""
    started_at = getattr(sender.request, "run_started_at", None)
    if started_at is None or state not in (SUCCESS, FAILURE):
        return
    is_failed = state == FAILURE
    words = type(retval).__name__ if is_failed else words_of(retval)  # an error's own words might name somebody
    with _never_stopping(sender.name):
        record_end(task=sender.name, started_at=started_at, at=timezone.now(), is_failed=is_failed, words=words[:200])


@contextmanager
def _never_stopping(task: str) -> Iterator[None]:
    try:
        with transaction.atomic():  # an error must not spoil the transaction of a task that runs in place
            yield
    except Error:
        logger.exception("the run of %s could not be recorded", task)
