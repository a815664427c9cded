"""Two beats, as after a move to another machine where the old one was forgotten, and two workers: everything is done once.

The machine was off for two days: all tasks of the county are due, at the same moment for both.
"""

from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from activities.models import MonthReport
from activities.services import Matter, SundayRow, draft_roster, file_log, publish_roster
from activities.states import Presence
from julu_liaison.backup import backups_in
from julu_liaison.celery import app
from julu_liaison.common.beat import Scheduler
from julu_liaison.common.models import AuditLog, TaskRun
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.models import Notice
from tests.cast import Cast, moment
from tests.servers.own_servers import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("machine")]

SCHEDULED = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}


def a_county_with_work(cast: Cast) -> None:
    """Something for the tasks: a month without reports, a matter overdue, receptions to come."""
    today = today_here()
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT}, matters=[Matter("村西的路塌了")])
    file_log(row=row, on=month, actor=cast.clerk, at=moment(month, 18))
    for first in {today.replace(day=1), (today + timedelta(days=7)).replace(day=1)}:
        roster = draft_roster(station=cast.gt, month=first, actor=cast.clerk, at=moment(first)).roster
        publish_roster(roster=roster, actor=cast.clerk, at=moment(first))


def everything_is_due() -> None:
    scheduler = Scheduler(app=app, lazy=False)  # it writes the tasks of settings into the database
    scheduler._finalize.cancel()
    PeriodicTask.objects.exclude(task="celery.backend_cleanup").update(last_run_at=timezone.now() - timedelta(days=200))


def done_runs(log: str) -> Counter:
    return Counter(line.partition("Task ")[2].partition("[")[0] for line in log.splitlines() if " succeeded in " in line)


def test_everything_due_is_done_once(machine):
    a_county_with_work(machine.cast)
    everything_is_due()
    told, log = Notice.objects.count(), machine.folder / "celery.log"
    if machine.has_worker:
        machine.kill_worker()
    before, backups = log.read_text() if log.exists() else "", machine.folder / "backups"
    processes = [machine.another_worker(BACKUP_DIR=str(backups)) for _number in range(2)]
    processes += [machine.start_beat(number) for number in range(2)]
    try:
        until(lambda: set(TaskRun.objects.exclude(finished_at=None).values_list("task", flat=True)) >= SCHEDULED, machine.said)
        until(lambda: machine.redis.waiting() == 0, machine.said)
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert not TaskRun.objects.filter(is_failed=True).exists(), machine.said()
    runs = done_runs(log.read_text().removeprefix(before))
    nightly = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values() if "options" not in entry}
    assert {task: runs[task] for task in nightly} == dict.fromkeys(nightly, 1)

    assert MonthReport.objects.count() == 6 and AuditLog.objects.filter(action="issue_month").count() == 1
    assert len(backups_in(backups)) == 1
    notices = list(Notice.objects.values_list("user", "text"))[told:]
    assert notices and len(notices) == len(set(notices))
    for command in ("check_data", "verify_ledger", "check_tree"):
        call_command(command)
