"""Whether the installation runs as it should: database, queue, background work, scheduled tasks, disk.

It is one for all counties of an installation and names nobody. Words for people who call the administrator, not for logs.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.recorder import MigrationRecorder

from activities.services import months_to_issue
from julu_liaison.common.jobs import STALLED_AFTER, Backlog, backlogs
from julu_liaison.common.models import TaskRun
from julu_liaison.common.queue import QueueState, queue_state
from julu_liaison.common.schedules import is_late, next_due
from julu_liaison.common.task_runs import LATER_AT_MOST
from julu_liaison.common.working_days import today_here
from julu_liaison.disks import Disk, LastBackup, database_size, disks, last_backup
from julu_liaison.notices.services.backlog import messages_behind

LABELS = {
    "julu_liaison.tasks.back_up": "夜里备份",
    "scoring.tasks.rescore_everything": "夜里补记积分",
    "scoring.tasks.verify_points": "夜里核对积分流水",
    "julu_liaison.common.tasks.seal_audit": "封存操作记录",
    "julu_liaison.tasks.verify_audit": "夜里核对操作记录",
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
KINDS = {
    "print_editions": "公示牌和海报", "monthly_report": "报表", "import_register": "导入名册", "put_photos": "批量照片",
    "bundle_archives": "履职档案", "make_year_archive": "年度存档",
}  # fmt: skip
GIB = 2**30


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
class Health:
    """Everything the page shows.

    `owed`: how many months of counties lack reports; each is tried again every hour. `behind`: how many messages are due
    and not sent, and how many of them for long. `size`: of the database in bytes, if it tells.
    """

    at: datetime
    database: bool
    size: int | None
    queue: QueueState
    backlogs: list[Backlog]
    tasks: list[ScheduledTask]
    disks: list[Disk]
    backup: LastBackup
    behind: tuple[int, int]
    owed: int

    @property
    def unfinished(self) -> int:
        return sum(backlog.count for backlog in self.backlogs)

    @property
    def stalled(self) -> int:
        return sum(backlog.stalled for backlog in self.backlogs)

    @property
    def disk(self) -> Disk:
        """The one with the data."""
        return self.disks[0]

    @property
    def work(self) -> list[tuple[str, Backlog]]:
        """The unfinished work by what it is called."""
        return [(KINDS.get(backlog.kind, "其他"), backlog) for backlog in self.backlogs]

    @property
    def size_words(self) -> str:
        return f"{self.size / GIB:.1f} GB" if self.size else ""

    @property
    def problems(self) -> list[str]:
        """What is wrong and what to do, the gravest first; empty when all is well."""
        found = [
            (not self.database, "数据库没有回答,请马上联系管理员。"),
            (not self.queue.answers, "后台服务连不上:排队的地方没有回答。报表、公示牌和导入暂时做不了,请联系管理员。"),
            (self.is_stopped, "后台服务没有启动,或者停住了,请联系管理员。"),
            *self._task_problems(),
            (self.stalled, f"有{self.stalled}项后台工作停住了,后台服务会自动接着做。过半小时还停着,请联系管理员。"),
            (self.behind[1], f"有{self.behind[1]}条外发消息过了时间还没有发出去,请看“外发消息”里的原因。"),
            (any(disk.is_low for disk in self.disks), "硬盘快满了,请联系管理员清理或者扩容。"),
            (self.backup.is_late, "两天没有做成备份了,请联系管理员。"),
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
    return Health(
        at, _database_answers(), database_size(), queue_state(), backlogs(at), scheduled(at=at), disks(),
        last_backup(today=today_here(at)), messages_behind(at), len(months_to_issue(at)),
    )  # fmt: skip


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
