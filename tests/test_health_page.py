"""Whether everything runs: each scheduled task by its time, the queue, unfinished work, the disk; who may look."""

import re
import uuid
from collections import namedtuple
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from celery import current_app
from celery.schedules import crontab
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from activities.services import SundayRow, file_log, issue_month
from activities.states import Presence
from julu_liaison import health
from julu_liaison.common.jobs import STALLED_AFTER
from julu_liaison.common.models import Job, TaskRun
from julu_liaison.common.queue import QueueState, queue_state
from julu_liaison.common.schedules import GRACE, is_late, next_due
from julu_liaison.common.working_days import today_here
from julu_liaison.disks import LEAST_FREE
from julu_liaison.health import GIB, KINDS, LABELS, PULSE, health_of, scheduled
from julu_liaison.notices.models import Message
from julu_liaison.notices.states import Channel
from tests.cast import moment

pytestmark = [pytest.mark.once, pytest.mark.django_db]

NIGHTLY = "stations.tasks.check_tree_nightly"  # at 3:10
MONDAY = date(2026, 3, 2)
MAY = ("admin", "staff", "auditor", "system", "security")
MAY_NOT = ("clerk", "stranger", "head", "deputy", "officer", "chief")
PAGE_QUERIES = 24
Usage = namedtuple("Usage", "total used free")


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return moment(day, hour) + timedelta(minutes=minute)


def ran(name: str, start: datetime, *, seconds: int = 5, **fields) -> TaskRun:
    end = start + timedelta(seconds=seconds)
    given = {"started_at": start, "finished_at": end, "succeeded_at": end} | fields
    return TaskRun.objects.update_or_create(task=name, defaults=given)[0]


def all_ran(now: datetime) -> None:
    for name in LABELS:
        ran(name, now - timedelta(seconds=30))


def standing(name: str, now: datetime):
    return next(task for task in scheduled(at=now) if task.name == name)


@pytest.fixture
def recorded_since(monkeypatch):
    """Say since when runs are recorded; the test database is as old as it happens to be."""

    def say(since: datetime) -> None:
        monkeypatch.setattr(health, "_recorded_since", lambda: since)

    return say


# ---- Scheduled tasks ----


def test_every_scheduled_task_has_its_words():
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} == set(LABELS)
    assert len(set(LABELS.values())) == len(LABELS) and PULSE in LABELS


@pytest.mark.parametrize(
    ("schedule", "after", "due"),
    [
        (crontab(hour=3, minute=10), at(MONDAY, 3, 9), at(MONDAY, 3, 10)),
        (crontab(hour=3, minute=10), at(MONDAY, 3, 10), at(MONDAY, 3, 10) + timedelta(days=1)),
        (crontab(hour="7,12,17", minute=30), at(MONDAY, 17, 31), at(MONDAY, 7, 30) + timedelta(days=1)),
        (crontab(), at(MONDAY, 9) + timedelta(seconds=7), at(MONDAY, 9, 1)),
        (crontab(hour=8, minute=0, day_of_month=2, month_of_year="1,4,7,10"), at(MONDAY, 9), at(date(2026, 4, 2), 8)),
    ],
)
def test_when_a_task_runs_next(schedule, after, due):
    assert next_due(schedule, after) == due


@pytest.mark.parametrize(
    ("schedule", "last", "second"),
    [
        (crontab(hour=3, minute=10), at(MONDAY, 3, 10), at(MONDAY, 3, 10) + timedelta(days=2)),
        (crontab(hour="7,12,17", minute=30), at(MONDAY, 12, 30), at(MONDAY, 7, 30) + timedelta(days=1)),
        (crontab(), at(MONDAY, 9), at(MONDAY, 9, 2)),
        (crontab(hour=8, minute=0, day_of_month=2, month_of_year="1,4,7,10"), at(MONDAY, 9), at(date(2026, 7, 2), 8)),
    ],
)
def test_late_is_what_missed_its_time_twice(schedule, last, second):
    last += timedelta(seconds=5)
    assert not is_late(schedule, since=last, at=second + GRACE)
    assert is_late(schedule, since=last, at=second + GRACE + timedelta(seconds=1))


def test_what_never_ran_is_late_only_after_its_time_came_twice(recorded_since):
    recorded_since(at(MONDAY, 9))
    fresh = standing(NIGHTLY, at(MONDAY, 9, 1))
    assert (fresh.outcome, fresh.is_late, fresh.is_bad, fresh.run) == ("还没有运行过", False, False, None)
    assert standing(NIGHTLY, at(MONDAY + timedelta(days=2), 4)).is_late
    assert not standing("scoring.tasks.issue_quarter", at(MONDAY + timedelta(days=2), 4)).is_late


def test_success_is_what_counts_not_a_start(recorded_since):
    recorded_since(at(MONDAY, 9))
    now = at(MONDAY + timedelta(days=4), 4)
    ran(NIGHTLY, now - timedelta(minutes=50), is_failed=True, words="OSError", succeeded_at=at(MONDAY, 3, 10))
    task = standing(NIGHTLY, now)
    assert (task.outcome, task.is_failed, task.is_late) == ("出错了", True, True)
    ran(NIGHTLY, now - timedelta(minutes=50), is_failed=False)
    task = standing(NIGHTLY, now)
    assert (task.outcome, task.is_bad) == ("做完了", False)


def test_a_run_that_never_ended_is_told_as_not_finished(recorded_since):
    now = at(MONDAY, 4)
    recorded_since(now)
    ran(NIGHTLY, now - timedelta(minutes=1), finished_at=None, succeeded_at=None)
    assert standing(NIGHTLY, now).outcome == "正在做"
    ran(NIGHTLY, now - STALLED_AFTER, finished_at=now - timedelta(days=1))
    task = standing(NIGHTLY, now)
    assert (task.outcome, task.is_unfinished, task.is_failed) == ("没有做完", True, False)


def test_what_went_wrong_stands_first(recorded_since):
    now = at(MONDAY, 9)
    recorded_since(now)
    all_ran(now)
    ran("scoring.tasks.issue_quarter", now, is_failed=True)
    names = [task.name for task in scheduled(at=now)]
    assert names[0] == "scoring.tasks.issue_quarter" and PULSE in names[1:3]  # both tasks of every minute come next


# ---- The rest of it ----


def test_the_queue_says_how_many_wait_or_that_it_does_not_answer(monkeypatch):
    name = f"test-{uuid.uuid4()}"
    monkeypatch.setitem(current_app.conf, "task_default_queue", name)
    assert queue_state() == QueueState(True, 0)
    with current_app.connection_for_write() as broker:
        line = broker.SimpleQueue(name)
        for number in (1, 2):
            line.put({"number": number})
        assert queue_state() == QueueState(True, 2)
        line.clear()
        line.close()
    assert queue_state("redis://127.0.0.1:1/0") == QueueState(False, None)


def test_all_is_well(recorded_since, monkeypatch):
    now = at(MONDAY, 9)
    recorded_since(now)
    all_ran(now)
    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage(40 * GIB, 0, LEAST_FREE))
    found = health_of(at=now)
    assert (found.problems, found.database, found.unfinished, found.stalled) == ([], True, 0, 0)
    assert found.disk.words == "还剩2.0 GB,共40 GB"


def test_each_trouble_says_what_to_do(cast, recorded_since, monkeypatch):
    now = at(MONDAY, 9)
    recorded_since(now)
    all_ran(now)
    monkeypatch.setattr(health, "queue_state", lambda: QueueState(False))
    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage(40 * GIB, 0, LEAST_FREE - 1))
    for age in (timedelta(minutes=1), STALLED_AFTER * 2):
        Job.objects.create(kind="x", title="名单", asked_by=cast.staff, created_at=now - age)
    ran(NIGHTLY, now - timedelta(minutes=1), succeeded_at=now - timedelta(days=3), is_failed=True)
    found = health_of(at=now)
    assert (found.unfinished, found.stalled) == (2, 1)
    words = [sentence[:8] for sentence in found.problems]
    assert words == ["后台服务连不上:", "有1项定时任务没", "有1项定时任务上", "有1项后台工作停", "硬盘快满了,请联"]
    assert all("请联系管理员" in sentence for sentence in found.problems)


def test_a_service_that_is_not_there_is_said_once(recorded_since):
    """Not fourteen times: the task of every minute tells."""
    recorded_since(at(MONDAY, 9))
    later = at(MONDAY + timedelta(days=3), 9)
    found = health_of(at=later)
    assert found.is_stopped and sum(task.is_late for task in found.tasks) == len(LABELS) - 1
    assert [sentence for sentence in found.problems if "硬盘" not in sentence] == [
        "后台服务没有启动,或者停住了,请联系管理员。"
    ]


def test_what_waits_is_counted_by_kind(cast, recorded_since):
    now = at(MONDAY, 9)
    recorded_since(now)
    for kind, age, state, silent in (
        ("monthly_report", 3, Job.State.QUEUED, 3), ("monthly_report", 1, Job.State.RUNNING, 0),
        ("print_editions", 30, Job.State.RUNNING, 30), ("print_editions", 90, Job.State.DONE, 90),
    ):  # fmt: skip
        Job.objects.create(
            kind=kind, title="报表", asked_by=cast.staff, state=state, created_at=now - timedelta(minutes=age),
            heartbeat_at=now - timedelta(minutes=silent),
        )  # fmt: skip
    found = [(name, one.queued, one.running, one.stalled, one.since) for name, one in health_of(at=now).work]
    assert found == [
        ("公示牌和海报", 0, 1, 1, now - timedelta(minutes=30)), ("报表", 1, 1, 0, now - timedelta(minutes=3)),
    ]  # fmt: skip


def test_every_kind_of_work_has_its_name():
    """As the code orders it: `kind=` of start_job, or the constant it names."""
    sources = [path.read_text() for path in Path(settings.BASE_DIR).glob("*/**/*.py") if "tests" not in path.parts]
    ordering = [text for text in sources if " = start_job(" in text or "return start_job(" in text]
    kinds = {kind for text in ordering for kind in re.findall(r'^(?:JOB_)?KIND = "(\w+)"', text, re.M)}
    imported = {"make_year_archive"}  # scoring.tasks.archives.KIND
    assert len(ordering) == len(kinds | imported) and kinds | imported == set(KINDS)


def test_messages_that_are_due_and_those_that_are_late(cast, recorded_since):
    now = at(MONDAY, 9)
    recorded_since(now)
    for minutes, state in ((-5, "waiting"), (1, "waiting"), (20, "on_wire"), (60, "sent")):
        Message.objects.create(
            channel=Channel.MAIL, user=cast.clerk, state=state, created_at=now, due_at=now - timedelta(minutes=minutes)
        )
    found = health_of(at=now)
    assert found.behind == (2, 1) and any(one.startswith("有1条外发消息过了时间") for one in found.problems)


def test_backups_and_disks(cast, recorded_since, settings, tmp_path, monkeypatch, signed_in):
    now = timezone.now()
    recorded_since(now)
    page = reverse("health")
    assert "没有设,夜里不会备份" in signed_in(cast.staff).get(page).text
    settings.BACKUP_DIR = str(tmp_path / "backups")
    late = "两天没有做成备份了,请联系管理员。"
    for days, is_stale in ((None, True), (3, True), (2, False), (-1, False)):
        if days is not None:
            (tmp_path / "backups" / f"liaison-{today_here() - timedelta(days=days):%Y%m%d}-013000").mkdir(parents=True)
        assert (late in health_of(at=now).problems) == is_stale, days
    assert "最近一份是" in signed_in(cast.staff).get(page).text
    assert health_of(at=now).disks[0].what.startswith("数据、备份")  # on one file system
    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage(40 * GIB, 0, LEAST_FREE - 1))
    assert "硬盘快满了,请联系管理员清理或者扩容。" in health_of(at=now).problems


# ---- Pages ----


def test_who_may_look(cast, signed_in, client):
    address = reverse("health")
    assert client.get(address).status_code == 302
    for who in MAY:
        answer = signed_in(getattr(cast, who)).get(address)
        assert answer.status_code == 200 and "定时任务" in answer.text, who
    for who in MAY_NOT:
        assert signed_in(getattr(cast, who)).get(address).status_code == 403, who


def test_the_page_says_it_in_words_and_names_nobody(cast, signed_in, recorded_since):
    now = timezone.now()
    recorded_since(now)
    all_ran(now)
    Job.objects.create(kind="x", title="赵站长的档案", asked_by=cast.staff, created_at=now)
    ran(NIGHTLY, now - timedelta(days=4), words="处理7项")
    text = signed_in(cast.staff).get(reverse("health")).text
    assert text.count("没按时</span>") == 1 and "检查站点的上下级" in text and "处理7项" in text
    assert "没有做完的1项" in text and "赵站长" not in text and str(settings.DATA_DIR) not in text


def test_the_console_counts_what_is_late_and_is_silent_otherwise(cast, signed_in, recorded_since):
    now = timezone.now()
    recorded_since(now)
    all_ran(now)
    client = signed_in(cast.staff)
    assert "定时任务没按时" not in client.get(reverse("console")).text
    for name in (NIGHTLY, "scoring.tasks.rescore_everything"):
        ran(name, now - timedelta(days=4))
    task = next(one for one in client.get(reverse("console")).context["tasks"] if one.label == "定时任务没按时")
    assert (task.number, task.is_hot, task.url) == (2, True, reverse("health"))
    assert sum(one.is_late for one in client.get(task.url).context["health"].tasks) == task.number


def test_the_page_costs_the_same_with_one_run_and_with_three(cast, signed_in, django_assert_num_queries):
    client = signed_in(cast.staff)
    for name in (NIGHTLY, PULSE, "scoring.tasks.issue_quarter"):
        ran(name, timezone.now())
        Job.objects.create(kind="x", title="名单", asked_by=cast.staff, created_at=timezone.now())
        with django_assert_num_queries(PAGE_QUERIES):
            client.get(reverse("health"))


def test_months_that_are_owed_are_counted(cast, signed_in):
    """A county's own task is not scheduled by the clock; what it failed to make is seen here."""
    on = today_here().replace(day=1) - timedelta(days=1)
    people = {cast.head_person: Presence.PRESENT}
    file_log(row=SundayRow(branch=cast.gt01, attendance=people), on=on, actor=cast.clerk, at=moment(today_here(), 0))
    client = signed_in(cast.staff)
    assert "还有1个县月没有生成" in client.get(reverse("health")).text
    issue_month(county=cast.county, month=on, at=moment(today_here()))
    assert "都生成了" in client.get(reverse("health")).text
