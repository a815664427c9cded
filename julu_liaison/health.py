"""Whether the installation runs as it should: database, queue, background work, scheduled tasks, disk.

It is one for all counties of an installation and names nobody. Words for people who call the administrator, not for logs.
"""

import shutil
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.recorder import MigrationRecorder

from activities.services import months_to_issue
from julu_liaison.common.jobs import STALLED_AFTER, count_unfinished
from julu_liaison.common.models import TaskRun
from julu_liaison.common.queue import QueueState, queue_state
from julu_liaison.common.schedules import is_late, next_due
from julu_liaison.common.task_runs import LATER_AT_MOST

LABELS = {
    "julu_liaison.tasks.back_up": "夜里备份",
    "scoring.tasks.rescore_everything": "夜里核对积分",
    "stations.tasks.check_tree_nightly": "检查站点的上下级",
    "activities.tasks.forget_old_drafts": "清理过期的登记草稿",
    "activities.tasks.issue_months": "生成上月月报",
    "activities.tasks.watch_rosters": "提醒排班的空缺",
    "activities.tasks.remind_of_duties": "提醒接待日",
    "activities.tasks.announce_receptions": "发接待预告",
    "opinions.tasks.sweep_deadlines": "提醒意见建议的期限",
    "opinions.tasks.forget_old_villagers": "去掉到期的群众姓名电话",
    "scoring.tasks.remind_questions": "提醒加分申报和复核",
    "scoring.tasks.watch_absences": "人代会缺席预警",
    "deputies.tasks.watch_boards": "公示牌月初检查",
    "scoring.tasks.issue_quarter": "出季度对账单",
    "julu_liaison.accounts.tasks.forget_old_sign_ins": "清理过期的登录",
    "julu_liaison.common.tasks.forget_old_replays": "清理过期的接口请求",
    "julu_liaison.common.tasks.forget_old_jobs": "清理过期的后台文件",
    "julu_liaison.notices.tasks.deliver_messages": "发送邮件、短信和群消息",
    "julu_liaison.notices.tasks.forget_old_messages": "清理过期的通知",
    "julu_liaison.common.tasks.resume_stalled_jobs": "接着做停住的后台工作",
    "julu_liaison.common.tasks.forget_old_uploads": "清理没有用完的导入文件",
}
PULSE = "julu_liaison.common.tasks.resume_stalled_jobs"  # runs every minute: without it nothing runs
SINCE = ("common", "0004_task_runs_and_kept_figures")  # the migration from which on runs are recorded
GIB = 2**30
LEAST_FREE = 2 * GIB  # a county's boards and the archive of a year take less than one


@dataclass(frozen=True)
class ScheduledTask:
    """One task that runs by the clock, as it stands at the moment `at`."""

    name: str
    next_at: datetime
    run: TaskRun | None
    is_late: bool
    at: datetime

    @property
    def label(self) -> str:
        return LABELS.get(self.name, self.name)

    @property
    def is_running(self) -> bool:
        """Begun and not over. After STALLED_AFTER it is taken for killed."""
        return self._is_open and self.run.started_at > self.at - STALLED_AFTER

    @property
    def is_unfinished(self) -> bool:
        return self._is_open and not self.is_running

    @property
    def is_failed(self) -> bool:
        return self.run is not None and not self._is_open and self.run.is_failed

    @property
    def is_bad(self) -> bool:
        return self.is_late or self.is_unfinished or self.is_failed

    @property
    def outcome(self) -> str:
        if self.run is None:
            return "还没有运行过"
        if self._is_open:
            return "正在做" if self.is_running else "没有做完"
        return "出错了" if self.run.is_failed else "做完了"

    @property
    def _is_open(self) -> bool:
        return self.run is not None and (self.run.finished_at is None or self.run.finished_at < self.run.started_at)


@dataclass(frozen=True)
class Disk:
    """Bytes where all data of the installation lie."""

    free: int
    total: int

    @property
    def is_low(self) -> bool:
        return self.free < LEAST_FREE

    @property
    def words(self) -> str:
        return f"还剩{self.free / GIB:.1f} GB,共{self.total / GIB:.0f} GB"


@dataclass(frozen=True)
class Health:
    """Everything the page shows. `owed`: how many months of counties lack reports; each is tried again every hour."""

    at: datetime
    database: bool
    queue: QueueState
    unfinished: int
    stalled: int
    tasks: list[ScheduledTask]
    disk: Disk
    owed: int

    @property
    def problems(self) -> list[str]:
        """What is wrong and what to do, the gravest first; empty when all is well."""
        found = [
            (not self.database, "数据库没有回答,请马上联系管理员。"),
            (not self.queue.answers, "后台服务连不上:排队的地方没有回答。报表、公示牌和导入暂时做不了,请联系管理员。"),
            (self.is_stopped, "后台服务没有启动,或者停住了,请联系管理员。"),
            *self._task_problems(),
            (self.stalled, f"有{self.stalled}项后台工作停住了,后台服务会自动接着做。过半小时还停着,请联系管理员。"),
            (self.disk.is_low, "硬盘快满了,请联系管理员清理或者扩容。"),
        ]
        return [sentence for is_so, sentence in found if is_so]

    @property
    def is_stopped(self) -> bool:
        return any(task.is_late for task in self.tasks if task.name == PULSE)

    def _task_problems(self) -> list[tuple[int, str]]:
        late = sum(task.is_late for task in self.tasks)
        failed = sum(task.is_failed for task in self.tasks)
        unfinished = sum(task.is_unfinished for task in self.tasks)
        return [
            (late and not self.is_stopped, f"有{late}项定时任务没按时,请联系管理员。"),
            (failed, f"有{failed}项定时任务上次出错了,下次到点会再做。还出错请联系管理员。"),
            (unfinished, f"有{unfinished}项定时任务没有做完就停了,下次到点会再做。还做不完请联系管理员。"),
        ]


def health_of(*, at: datetime) -> Health:
    """Look at everything once; the broker is given a few seconds, nothing is changed."""
    unfinished, stalled = count_unfinished(at)
    return Health(at, _database_answers(), queue_state(), unfinished, stalled, scheduled(at=at), _disk(), len(months_to_issue(at)))


def scheduled(*, at: datetime) -> list[ScheduledTask]:
    """The scheduled tasks, what went wrong before what went well, then by when they run next (two queries)."""
    runs = {run.task: run for run in TaskRun.objects.all()}
    since = _recorded_since() or at
    found = [_standing(entry, runs.get(entry["task"]), since, at) for entry in settings.CELERY_BEAT_SCHEDULE.values()]
    return sorted(found, key=lambda task: (not task.is_bad, task.next_at))


def count_late(*, at: datetime) -> int:
    """How many scheduled tasks have missed their time: what the console says in red."""
    return sum(task.is_late for task in scheduled(at=at))


def _standing(entry: dict, run: TaskRun | None, since: datetime, at: datetime) -> ScheduledTask:
    schedule = entry["schedule"]
    # A success in the future was recorded while the clock was wrong, and is none.
    last = run.succeeded_at if run and run.succeeded_at and run.succeeded_at <= at + LATER_AT_MOST else since
    return ScheduledTask(entry["task"], next_due(schedule, at), run, is_late(schedule, since=last, at=at), at)


def _recorded_since() -> datetime | None:
    """Since when runs are recorded: what has never run is late only after its time has come twice since then."""
    app, name = SINCE
    applied = MigrationRecorder.Migration.objects.filter(app=app, name=name)
    return applied.values_list("applied", flat=True).first()


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except Error:
        return False


def _disk() -> Disk:
    usage = shutil.disk_usage(settings.DATA_DIR)
    return Disk(usage.free, usage.total)
