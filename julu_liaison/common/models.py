"""What every app needs and no app owns: the audit trail, counters, jobs, scheduled runs, the calendar, kept figures."""

import uuid

from django.conf import settings
from django.db import models

from julu_liaison.common.history import Trace


class CalendarDay(models.Model):
    """A public holiday or a make-up working day (调休上班); every other day follows the week."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", "放假"
        WORKDAY = "workday", "调休上班"

    date = models.DateField("日期", unique=True)
    kind = models.CharField("性质", max_length=10, choices=Kind)
    name = models.CharField("名称", max_length=30, blank=True)

    history = Trace()

    class Meta:
        verbose_name = verbose_name_plural = "节假日"
        ordering = ["date"]

    def __str__(self):
        return f"{self.date} {self.get_kind_display()}"


class Counter(models.Model):
    """The last number given out in one register, e.g. `log:GT:2026`; written by `numbering.next_number` only."""

    key = models.CharField(max_length=80, unique=True)
    value = models.PositiveIntegerField(default=0)

    def __str__(self):
        return f"{self.key} = {self.value}"


class AuditSeal(models.Model):
    """One link of the audit trail's chain (封存): so many rows, and what the link before it was. See `common.audit.chain`.

    Written by `common.audit.sealing` only; the database refuses every change.
    """

    number = models.BigIntegerField("编号", primary_key=True)
    before = models.CharField(max_length=64, blank=True)
    rows = models.PositiveIntegerField("条数")
    lines = models.TextField()
    sealed_at = models.DateTimeField("封存时间")
    key_mark = models.CharField(max_length=8)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "操作记录的封存"
        ordering = ["-number"]

    def __str__(self):
        return f"第{self.number}号封存"


class AuditLog(models.Model):
    """Who did what to what, when. Rows are added in the transaction of the act; the database refuses every change but one:
    a row is put under its `seal` once, within a minute or two.
    """

    at = models.DateTimeField("时间", db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="操作人"
    )
    standing_in_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="代管"
    )
    action = models.CharField("操作", max_length=40)
    target_kind = models.CharField("对象", max_length=40, blank=True)
    target_key = models.CharField("对象编号", max_length=80, blank=True)
    county_code = models.CharField("县", max_length=20, blank=True, db_index=True)
    detail = models.JSONField("内容", default=dict, blank=True)
    seal = models.ForeignKey(
        AuditSeal, models.PROTECT, null=True, blank=True, editable=False, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = verbose_name_plural = "操作记录"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["seal", "id"], name="audit_by_seal"),
            models.Index(fields=["target_key", "id"], name="audit_by_target"),
            models.Index(fields=["action", "id"], name="audit_by_action"),
        ]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.target_key}"


class Job(models.Model):
    """One piece of work done in the background and shown to the person who asked for it.

    Who runs it holds its `lease` and shows a sign of life (`heartbeat_at`) with everything told; `task` and `arguments`
    are what it is handed over with again after a stop. Written by `common.jobs` only.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "正在做"
        DONE = "done", "做好了"
        REFUSED = "refused", "没有做成"

    UNFINISHED = (State.QUEUED, State.RUNNING)
    OVER = (State.DONE, State.REFUSED)

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("工作", max_length=40)
    title = models.CharField("名称", max_length=120)
    state = models.CharField("状态", max_length=10, choices=State, default=State.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    lines = models.JSONField(default=list, blank=True)
    error = models.TextField(blank=True)
    file = models.CharField(max_length=200, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    task = models.CharField(max_length=120, blank=True, editable=False)
    arguments = models.JSONField(default=dict, blank=True, editable=False)
    lease = models.UUIDField(null=True, blank=True, editable=False)
    heartbeat_at = models.DateTimeField(null=True, blank=True, editable=False)
    handovers = models.PositiveSmallIntegerField("中途停过", default=0, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "后台工作"
        ordering = ["-id"]

    def __str__(self):
        return self.title

    @property
    def is_over(self) -> bool:
        return self.state in self.OVER


class ReplayedRequest(models.Model):
    """The answer given to a POST with an Idempotency-Key, so that a repeat gets the same answer once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="replayed_request_once")]

    def __str__(self):
        return self.key


class TaskRun(models.Model):
    """The last run of one scheduled task, whoever of the workers it was; one row a task. Written by `common.task_runs` only."""

    task = models.CharField("任务", max_length=120, unique=True)
    started_at = models.DateTimeField("开始")
    finished_at = models.DateTimeField("结束", null=True, blank=True)
    is_failed = models.BooleanField("出错", default=False)
    words = models.CharField("结果", max_length=200, blank=True)
    succeeded_at = models.DateTimeField("上次做成", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "定时任务"
        ordering = ["task"]

    def __str__(self):
        return self.task


class KeptFigures(models.Model):
    """Figures that take long to count, kept with the time they were counted at. Written by `common.kept_figures` only.

    `key` names what was counted, with everything it depends on; `refreshing_since`: somebody is counting anew.
    """

    key = models.CharField(max_length=120, unique=True)
    content = models.JSONField()
    counted_at = models.DateTimeField()
    refreshing_since = models.DateTimeField(null=True, blank=True)

    def __str__(self):
        return self.key
