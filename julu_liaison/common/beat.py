"""Beat's scheduler for a machine whose clock jumps, that is switched off at night, whose Redis goes away, or that has two beats.

Why, see docs/adr/0029-faults.md.
"""

import logging
import time
from datetime import datetime

from celery.beat import SchedulingError
from celery.schedules import crontab
from django.db import DatabaseError
from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry

from julu_liaison.common.schedules import next_due

logger = logging.getLogger(__name__)

CLOCK_SET = 30.0  # seconds by which the clock must go astray between two looks to have been set
SENT_AGAIN = 10.0  # seconds between two tries to send what the queue did not take


def last_run_as_of(schedule: crontab, last: datetime, at: datetime) -> datetime:
    """When the task ran last, for a clock that shows `at`.

    A run "in the future" tells that the clock was set back. Within one period of the schedule it still counts: a night's
    work is not done twice because of two hours. Beyond that it would keep the task from running until the wrong time
    has come, perhaps for years: it counts as now.
    """
    first = next_due(schedule, at)
    period = next_due(schedule, first) - first
    return at if last > at + period else last


class Entry(ModelEntry):
    """One scheduled task with its last run, kept in the database."""

    last_run_at: datetime

    def is_due(self):
        if isinstance(self.schedule, crontab):
            self._correct(last_run_as_of(self.schedule, self.last_run_at, self._default_now()))
        return super().is_due()

    def _correct(self, last: datetime) -> None:
        """In the database, too: read again in a minute, "now" would be a minute later, and the task's time passed over."""
        if last != self.last_run_at:
            self.last_run_at = self.model.last_run_at = last
            type(self.model).objects.filter(pk=self.model.pk).update(last_run_at=last)


class Scheduler(DatabaseScheduler):
    """Knows all its tasks at any hour, sees the clock set, sends later what the queue did not take and never what another sent.

    The base class loads only tasks of the hours around now, so that a machine switched on in the morning would never do what
    it missed at night; it waits for moments of the wall clock; and what it could not send it forgets.
    """

    Entry = Entry

    def __init__(self, *args, **kwargs):
        self._unsent: dict[str, ModelEntry] = {}
        self._claimed: set[str] = set()  # of these the names of those that are ours to send
        self._tried = time.monotonic()
        self._ahead = _wall_ahead()
        super().__init__(*args, **kwargs)

    def enabled_models_qs(self):
        return self.Model.objects.enabled()

    def all_as_schedule(self):
        try:
            return super().all_as_schedule()
        except DatabaseError:
            if self._schedule is None:
                raise  # beat has only just started and knows nothing to go on with
            logger.warning("no database, going on with the schedule as it was")
            return self._schedule

    def tick(self, *args, **kwargs):
        self._look_at_the_clock()
        if self._unsent and time.monotonic() - self._tried > SENT_AGAIN:
            for entry in list(self._unsent.values()):
                self.apply_entry(entry, producer=self.producer)
        wait = super().tick(*args, **kwargs)
        return min(wait, SENT_AGAIN) if self._unsent else wait

    def apply_entry(self, entry, producer=None):
        """Send it, unless another beat has; what can't be sent or looked up now is tried again in a while."""
        try:
            is_ours = entry.name in self._claimed or self._claim(entry)
            if is_ours:
                self._claimed.add(entry.name)
                self.apply_async(entry, producer=producer, advance=False)
        except (SchedulingError, DatabaseError) as error:
            logger.warning("%s waits for the queue: %s", entry.name, error)
            self._unsent[entry.name] = entry
            self._tried = time.monotonic()
        else:
            self._unsent.pop(entry.name, None)
            self._claimed.discard(entry.name)

    def _claim(self, entry: ModelEntry) -> bool:
        """Whether the task is due still, by the last run that the database knows of; of several beats one gets it."""
        row = self.Model.objects.filter(pk=entry.model.pk)
        last = row.values_list("last_run_at", flat=True).get()
        if last is not None and not entry.schedule.is_due(last.astimezone(self.app.timezone)).is_due:
            return False
        return row.filter(last_run_at=last).update(last_run_at=entry.model.last_run_at) == 1

    def _look_at_the_clock(self) -> None:
        """After a jump what is due is worked out anew: the moments waited for are those of the old time."""
        ahead = _wall_ahead()
        if abs(ahead - self._ahead) > CLOCK_SET:
            logger.warning("the clock was set by %d seconds", ahead - self._ahead)
            self.sync()
            self._schedule = self.all_as_schedule()  # its entries know their last run as of when they were read
            self._heap = None
        self._ahead = ahead


def _wall_ahead() -> float:
    """How far the clock on the wall is ahead of one that is never set, in seconds."""
    return time.time() - time.monotonic()
