"""Activities with sign-up and attendance; the yearly work plans and projects they belong to."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models

from activities.models.placed import AttachedFile
from activities.querysets import (
    ActivityAttendanceQuerySet,
    ActivityQuerySet,
    LivelihoodProjectQuerySet,
    PlanItemQuerySet,
    WorkPlanQuerySet,
)
from activities.states import ActivityKind, ActivityState, FileKind, Presence, SignUp
from deputies.models import Deputy
from deputies.states import ServiceRole
from stations.models import Department, Station


class LivelihoodProject(models.Model):
    """One of the county's projects for people's livelihood of a year (民生实事), which activities inspect."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    county = models.ForeignKey(Station, models.PROTECT, related_name="projects", verbose_name="县")
    year = models.PositiveSmallIntegerField("年度")
    title = models.CharField("名称", max_length=80)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="projects", verbose_name="责任部门"
    )
    note = models.CharField("内容", max_length=300, blank=True)
    finished_on = models.DateField("完成日期", null=True, blank=True)

    objects = LivelihoodProjectQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "民生实事"
        ordering = ["-year", "pk"]
        constraints = [models.UniqueConstraint(fields=["county", "year", "title"], name="project_once_a_year")]

    def __str__(self):
        return self.title


class WorkPlan(models.Model):
    """A station's yearly documents (目标、计划、方案) with the activities they promise."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    station = models.ForeignKey(Station, models.PROTECT, related_name="work_plans", verbose_name="站点")
    county = models.ForeignKey(Station, models.PROTECT, related_name="+", editable=False)
    year = models.PositiveSmallIntegerField("年度")
    goals = models.TextField("工作目标", blank=True)
    plan = models.TextField("工作计划", blank=True)
    scheme = models.TextField("工作方案", blank=True)
    adopted_on = models.DateField("通过日期", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = WorkPlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "工作计划"
        ordering = ["-year", "station"]
        constraints = [models.UniqueConstraint(fields=["station", "year"], name="work_plan_once_a_year")]

    def __str__(self):
        return f"{self.station.name}{self.year}年工作计划"


class PlanItem(models.Model):
    """One promise of a work plan: an activity to be held `times` times, by the month `due_on` lies in."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey(WorkPlan, models.PROTECT, related_name="items")
    kind = models.CharField("类别", max_length=12, choices=ActivityKind)
    title = models.CharField("活动", max_length=80)
    due_on = models.DateField("最晚哪天")
    times = models.PositiveSmallIntegerField("几次", default=1)
    dropped_reason = models.CharField("不再举办的原因", max_length=100, blank=True)

    # Filled by `with_progress(on)`: how often it was held, and the next day announced.
    held: int
    next_on: date | None

    objects = PlanItemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "计划的活动"
        ordering = ["due_on", "pk"]

    def __str__(self):
        return self.title


class PlanFile(AttachedFile):
    """A file of a work plan."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey(WorkPlan, models.PROTECT, related_name="files")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "计划的文件"
        ordering = ["pk"]

    def __str__(self):
        return self.name


class Activity(models.Model):
    """Study, training, inspection, research, meeting … held by a place (活动), alone or with `partners`.

    Announced beforehand with a notice and sign-up, or recorded afterwards; `held_on` is the day it is (to be) held.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    station = models.ForeignKey(Station, models.PROTECT, related_name="activities", verbose_name="组织单位")
    county = models.ForeignKey(Station, models.PROTECT, related_name="+", editable=False)
    partners = models.ManyToManyField(Station, related_name="+", blank=True, verbose_name="联合举办")
    kind = models.CharField("类别", max_length=12, choices=ActivityKind)
    title = models.CharField("名称", max_length=120)
    held_on = models.DateField("日期")
    hours = models.CharField("时间", max_length=40, blank=True)
    venue = models.CharField("地点", max_length=80, blank=True)
    state = models.CharField("状态", max_length=10, choices=ActivityState, default=ActivityState.HELD)
    cancel_reason = models.CharField("取消原因", max_length=100, blank=True)
    required = models.BooleanField("应当参加", default=True)
    notice = models.TextField("通知内容", blank=True)
    sign_up_until = models.DateField("报名截止", null=True, blank=True)
    project = models.ForeignKey(
        LivelihoodProject, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name="民生实事"
    )
    plan_item = models.ForeignKey(
        PlanItem, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name="计划里的活动"
    )
    service_role = models.CharField("角色", max_length=10, choices=ServiceRole, blank=True)
    minutes = models.TextField("纪要", blank=True)
    leaflets = models.PositiveIntegerField("发放资料份数", default=0)
    households = models.PositiveIntegerField("走访户数", default=0)
    reached = models.PositiveIntegerField("覆盖群众人数", default=0)
    recorder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人")
    recorded_at = models.DateTimeField("记录时间")
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "活动"
        ordering = ["-held_on", "-pk"]
        indexes = [models.Index(fields=["county", "held_on"])]

    def __str__(self):
        return self.title


class ActivityAttendance(models.Model):
    """One deputy asked to one activity: whether they said they'd come, and what they did (活动出席).

    `status` is empty until it is recorded. `expected` is false for somebody who need not come (`not_expected_because`),
    or who came unasked; such a row never costs anything.
    """

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="attendance")
    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="activity_attendance", verbose_name="代表")
    expected = models.BooleanField("应到", default=True)
    not_expected_because = models.CharField("不计应到的原因", max_length=60, blank=True)
    sign_up = models.CharField("报名", max_length=10, choices=SignUp, blank=True)
    signed_up_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField("出席情况", max_length=20, choices=Presence, blank=True)
    stands_in_for = models.ForeignKey(
        Deputy, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="替谁"
    )

    objects = ActivityAttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "活动出席"
        constraints = [models.UniqueConstraint(fields=["activity", "deputy"], name="activity_attendance_once")]

    def __str__(self):
        return f"{self.deputy} {self.get_status_display()}"


class ActivityFile(AttachedFile):
    """A file of an activity: notice, material, minutes, photo."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="files")
    kind = models.CharField("性质", max_length=10, choices=FileKind, default=FileKind.MATERIAL)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "活动的文件"
        ordering = ["pk"]

    def __str__(self):
        return self.name
