"""When a task that runs by the clock is due, and whether it has missed its time."""

from datetime import datetime, timedelta

from celery.schedules import crontab

# A worker that is busy with a long piece of work starts the next one so much later.
GRACE = timedelta(minutes=15)


def next_due(schedule: crontab, after: datetime) -> datetime:
    """The first moment after `after` at which the task is to run."""
    since, step, _now = schedule.remaining_delta(after)
    return since + step


def is_late(schedule: crontab, *, since: datetime, at: datetime) -> bool:
    """Whether, with the last success at `since`, two runs in a row have not come to an end by `at`."""
    return next_due(schedule, next_due(schedule, since)) + GRACE < at
