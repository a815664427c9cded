"""The last run of every scheduled task: kept from Celery's signals, for the tasks of the schedule only."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from julu_liaison.common import task_runs, tasks
from julu_liaison.common.models import ReplayedRequest, TaskRun
from julu_liaison.common.task_runs import NOTHING, record_end, record_start, words_of
from scoring.tasks import rescore_year
from tests.cast import SUNDAY, moment

pytestmark = pytest.mark.django_db

NAME = "julu_liaison.common.tasks.forget_old_replays"
AT = moment(SUNDAY, 3)
LATER = AT + timedelta(minutes=1)
LAST = AT + timedelta(minutes=2)


def row() -> TaskRun:
    return TaskRun.objects.get(task=NAME)


def raising(error: BaseException):
    def fail(*_arguments):
        raise error

    return fail


def test_a_run_leaves_its_start_its_end_and_what_it_did(cast):
    ReplayedRequest.objects.create(user=cast.clerk, key="1", fingerprint="", created_at=moment(SUNDAY))
    before = timezone.now()
    assert tasks.forget_old_replays.delay().get() == 1
    run = row()
    assert before <= run.started_at <= run.finished_at == run.succeeded_at <= timezone.now()
    assert (run.is_failed, run.words) == (False, "处理1项")
    tasks.forget_old_replays.delay()
    again = row()
    assert again.started_at > run.finished_at and again.words == NOTHING and TaskRun.objects.count() == 1


def test_a_failed_run_keeps_the_last_success_and_says_nothing_of_anybody(monkeypatch):
    tasks.forget_old_replays.delay()
    success = row().succeeded_at
    monkeypatch.setattr(tasks, "forget_replays", raising(ValueError("张三 19900000001")))
    assert tasks.forget_old_replays.delay().failed()
    run = row()
    assert (run.is_failed, run.words, run.succeeded_at) == (True, "ValueError", success)
    assert run.finished_at > success


def test_a_run_given_back_by_a_worker_that_is_told_to_stop_has_not_ended(monkeypatch):
    tasks.forget_old_replays.delay()
    monkeypatch.setattr(tasks, "forget_replays", raising(SystemExit()))
    with pytest.raises(SystemExit):
        tasks.forget_old_replays.delay()
    run = row()
    assert run.started_at > run.finished_at and not run.is_failed


def test_what_nobody_scheduled_leaves_no_trace():
    assert rescore_year.name not in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert rescore_year.delay(0, 2026).failed()
    assert not TaskRun.objects.exists()


@pytest.mark.parametrize("step", ["record_start", "record_end"])
def test_what_cannot_be_recorded_is_logged_and_stops_no_task(cast, monkeypatch, caplog, step):
    """Also when the database refuses in the middle of a transaction that the task runs in."""

    def refused(**_facts):
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM nowhere_at_all")

    ReplayedRequest.objects.create(user=cast.clerk, key="1", fingerprint="", created_at=moment(SUNDAY))
    monkeypatch.setattr(task_runs, step, refused)
    assert tasks.forget_old_replays.delay().get() == 1
    assert not ReplayedRequest.objects.exists()
    assert f"the run of {NAME} could not be recorded" in caplog.text


def test_of_two_runs_at_once_the_row_follows_the_one_that_began_last():
    record_start(task=NAME, at=AT)
    record_start(task=NAME, at=LATER)
    record_end(task=NAME, started_at=AT, at=LAST, is_failed=False, words="处理3项")
    run = row()
    assert (run.started_at, run.finished_at, run.words, run.succeeded_at) == (LATER, None, "", LAST)
    record_end(task=NAME, started_at=LATER, at=LAST + timedelta(minutes=1), is_failed=True, words="OSError")
    run = row()
    assert (run.is_failed, run.words, run.succeeded_at) == (True, "OSError", LAST)


def test_a_start_that_is_told_late_does_not_hide_a_later_run():
    record_start(task=NAME, at=LATER)
    record_start(task=NAME, at=AT)
    assert row().started_at == LATER
    record_end(task=NAME, started_at=LATER, at=LAST, is_failed=False, words="")
    record_end(task=NAME, started_at=AT, at=LATER, is_failed=False, words="")
    assert (row().finished_at, row().succeeded_at) == (LAST, LAST)


@pytest.mark.once
@pytest.mark.parametrize(
    ("result", "words"),
    [(3, "处理3项"), (0, NOTHING), ([2, 1], "处理3项"), ((0, 0), NOTHING), (None, ""), ("张三", ""), (["张三"], ""),
     ({"张三": 1}, ""), (True, ""), ([], "")],
)  # fmt: skip
def test_only_counts_are_told(result, words):
    assert words_of(result) == words
