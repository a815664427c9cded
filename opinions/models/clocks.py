"""The time a ticket has: the county's terms, the clocks that run by them, their pauses and extensions."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from activities.states import Category
from opinions.models.tickets import Opinion
from opinions.querysets import ClockQuerySet
from opinions.states import Alert, Kind, Stage, Unit
from stations.models import Department, Station


class Term(models.Model):
    """How long a stage may last (办理期限), as the county sets it: for all categories or one, from a day on.

    The term of a clock is that of its category if there is one, else the general one, of the latest `starts_on` that
    is not after the day the clock started.
    """

    county = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name="县")
    kind = models.CharField("性质", max_length=10, choices=Kind)
    stage = models.CharField("环节", max_length=15, choices=Stage)
    category = models.CharField("类别", max_length=12, choices=Category, blank=True, help_text="不选就是各类通用")
    starts_on = models.DateField("从哪天起执行")
    amount = models.PositiveSmallIntegerField("时间")
    unit = models.CharField("单位", max_length=12, choices=Unit, default=Unit.WORKING_DAY)
    longest_extension = models.PositiveSmallIntegerField("最多延长", default=0, help_text="单位同上;0就是不能延期")
    statutory = models.BooleanField("法定", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "办理期限"
        ordering = ["kind", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["county", "kind", "stage", "category", "starts_on"], name="term_once"),
            models.CheckConstraint(
                name="term_at_least_one", condition=Q(amount__gte=1), violation_error_message="时间至少是1。"
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.get_stage_display()} {self.amount}{self.get_unit_display()}"


class Clock(models.Model):
    """The time that runs for one stage of a ticket (计时). `is_main`: the ticket's own term; others run beside it.

    `amount` and `extended` count in `unit`. A paused clock stands still since `paused_on`. `alert` is how far it has
    been warned of, `alert_on` the day of the next warning; none for stages that are nobody's deadline.
    """

    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="clocks")
    stage = models.CharField("环节", max_length=15, choices=Stage)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="部门"
    )
    is_main = models.BooleanField(default=True)
    started_on = models.DateField("起算日")
    amount = models.PositiveSmallIntegerField("时间")
    unit = models.CharField("单位", max_length=12, choices=Unit)
    extended = models.PositiveSmallIntegerField("延长", default=0)
    statutory = models.BooleanField("法定", default=False)
    due_on = models.DateField("期限")
    paused_on = models.DateField("暂停自", null=True, blank=True)
    stopped_on = models.DateField("停止", null=True, blank=True)
    alert = models.PositiveSmallIntegerField("已提醒", choices=Alert, default=Alert.NONE)
    alert_on = models.DateField("下次提醒", null=True, blank=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "计时"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["opinion"], condition=Q(is_main=True, stopped_on=None), name="clock_one_main_runs"
            ),
            models.CheckConstraint(
                name="clock_never_negative", condition=Q(stopped_on=None) | Q(stopped_on__gte=F("started_on"))
            ),
        ]
        indexes = [
            models.Index(fields=["alert_on"], condition=Q(stopped_on=None), name="clock_by_alert"),
            models.Index(fields=["department", "stage", "stopped_on"], name="clock_by_department"),
        ]

    def __str__(self):
        return f"{self.opinion} {self.get_stage_display()} {self.due_on}"


class Pause(models.Model):
    """A time in which a clock stood still: the days after `started_on` up to `ended_on` are not counted."""

    clock = models.ForeignKey(Clock, models.CASCADE, related_name="pauses")
    started_on = models.DateField("暂停")
    ended_on = models.DateField("恢复", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "暂停"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["clock"], condition=Q(ended_on=None), name="pause_one_at_a_time"),
            models.CheckConstraint(
                name="pause_ends_after_start", condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on"))
            ),
        ]

    def __str__(self):
        return f"{self.clock} {self.started_on}"


class Extension(models.Model):
    """A department asks for more time (延期) and the county decides. `amount` counts in the clock's unit."""

    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="extensions")
    clock = models.ForeignKey(Clock, models.CASCADE, related_name="extensions")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", verbose_name="部门")
    amount = models.PositiveSmallIntegerField("延长")
    reason = models.TextField("原因")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间")
    granted = models.BooleanField("同意", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批人"
    )
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "延期申请"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["opinion"], condition=Q(granted=None), name="extension_one_undecided")
        ]

    def __str__(self):
        return f"{self.opinion} 延期"
