"""Duty logs with attendance, their versions, photos and time limits; the Sunday sheet's drafts."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from activities.models.placed import AttachedFile, Serial
from activities.querysets import AttendanceQuerySet, DutyLogQuerySet
from activities.states import Form, LogState, Presence
from deputies.models import Deputy
from deputies.states import ServiceRole
from julu_liaison.common.secrets import SealedField
from stations.models import Station


class DutyLog(Serial):
    """Numbered record of one session at a branch (工作日志)."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    date = models.DateField("日期")
    form = models.CharField("形式", max_length=10, choices=Form, default=Form.ONSITE)
    service_role = models.CharField("角色", max_length=10, choices=ServiceRole, default=ServiceRole.LIAISON)
    summary = models.TextField("内容", blank=True)
    received = models.PositiveIntegerField("接待人数", default=0)
    households = models.PositiveIntegerField("走访户数", default=0)
    leaflets = models.PositiveIntegerField("发放资料份数", default=0)
    state = models.CharField("状态", max_length=10, choices=LogState, default=LogState.FILED)
    void_reason = models.CharField("作废原因", max_length=200, blank=True)
    recorder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人")
    filed_at = models.DateTimeField("登记时间")
    filing_key = models.CharField(max_length=100, unique=True, null=True, blank=True, editable=False)
    version = models.PositiveIntegerField("版次", default=1, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认人"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)

    objects = DutyLogQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "工作日志"
        ordering = ["-date", "-pk"]
        constraints = [models.UniqueConstraint(fields=["register", "year", "serial"], name="duty_log_number_once")]
        indexes = [
            models.Index(fields=["branch", "date"]),
            models.Index(fields=["station", "date"]),
            models.Index(fields=["county", "date"]),
        ]

    def __str__(self):
        return f"{self.branch} {self.number}"


class Attendance(models.Model):
    """What one deputy did in one session (出席). A substitute stands in for `stands_in_for`, or for whoever was away."""

    log = models.ForeignKey(DutyLog, models.CASCADE, related_name="attendance")
    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="attendance", verbose_name="代表")
    status = models.CharField("到岗情况", max_length=20, choices=Presence)
    expected = models.BooleanField("应到", default=False)
    stands_in_for = models.ForeignKey(
        Deputy, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="替谁"
    )

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "到岗"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["log", "deputy"], name="attendance_once_a_log")]

    def __str__(self):
        return f"{self.deputy} {self.get_status_display()}"


class LogVersion(models.Model):
    """What a log said before a correction (更正), with who corrected it, when and why."""

    log = models.ForeignKey(DutyLog, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField("版次")
    content = models.JSONField("更正前的内容")
    reason = models.CharField("更正原因", max_length=200)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="更正人")
    at = models.DateTimeField("更正时间")

    class Meta:
        verbose_name = verbose_name_plural = "日志的旧版"
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["log", "version"], name="log_version_once")]

    def __str__(self):
        return f"{self.log} 第{self.version}版"


class LogPhoto(AttachedFile):
    """A photo of one session; optional, without place or camera data."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    log = models.ForeignKey(DutyLog, models.PROTECT, related_name="photos")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "日志照片"
        ordering = ["pk"]

    def __str__(self):
        return self.name


PROMPT_DAYS = 7  # before the next reception; the county's own choice where it has made one


class FilingLimit(models.Model):
    """Until which day of the next month a county lets logs be filed and corrected (补录期限); no day: without limit.

    `prompt_days`: within how many days of a session its log counts as filed in time (按时登记); it refuses nothing.
    """

    county = models.OneToOneField(Station, models.PROTECT, related_name="filing_limit", verbose_name="县")
    day = models.PositiveSmallIntegerField("次月几日", null=True, blank=True)
    prompt_days = models.PositiveSmallIntegerField("几天内登记算按时", default=PROMPT_DAYS)

    class Meta:
        verbose_name = verbose_name_plural = "补录期限"
        constraints = [
            models.CheckConstraint(name="filing_limit_a_day_of_every_month", condition=Q(day=None) | Q(day__range=(1, 28))),
            models.CheckConstraint(name="filing_limit_prompt_within_a_month", condition=Q(prompt_days__range=(1, 31))),
        ]

    def __str__(self):
        return f"{self.county.name} 次月{self.day or '不限'}日"


class FilingException(models.Model):
    """The county lets one place file or correct logs of some days until `open_until` (补录许可)."""

    place = models.ForeignKey(Station, models.PROTECT, related_name="filing_exceptions", verbose_name="站点")
    started_on = models.DateField("从哪天的日志")
    ended_on = models.DateField("到哪天的日志")
    open_until = models.DateField("可以补到哪天", help_text="含当天")
    reason = models.CharField("原因", max_length=100)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="谁批的")
    granted_at = models.DateTimeField("批准时间")

    class Meta:
        verbose_name = verbose_name_plural = "补录许可"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="filing_exception_ends_after_start", condition=Q(ended_on__gte=F("started_on")))
        ]

    def __str__(self):
        return f"{self.place} {self.started_on}–{self.ended_on}"


class SheetDraft(models.Model):
    """What was typed for one branch and day and not filed yet, shared by all who may file it (草稿).

    `version` grows with every saving, so that nobody overwrites what they have not seen. `typed` is the row's fields
    as JSON, sealed because villagers' own words are in it; who the villager is never leaves the browser before filing.
    """

    branch = models.ForeignKey(Station, models.CASCADE, related_name="+")
    date = models.DateField("日期")
    version = models.PositiveIntegerField(default=1)
    typed = SealedField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "登记草稿"
        constraints = [models.UniqueConstraint(fields=["branch", "date"], name="sheet_draft_once_a_day")]

    def __str__(self):
        return f"{self.branch} {self.date}"
