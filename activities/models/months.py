"""Months whose records are complete, and their reports with every edition."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from activities.models.logs import FilingException
from activities.querysets import CompleteMonthQuerySet, MonthReportQuerySet
from activities.states import ReportState
from stations.models import Station


class CompleteMonth(models.Model):
    """A station says that everything of a month is recorded (当月记录齐全): from then on an empty month says something
    about a deputy, not about the typing. Taken back with a reason, the row stays.
    """

    station = models.ForeignKey(Station, models.PROTECT, related_name="complete_months", verbose_name="联络站")
    county = models.ForeignKey(Station, models.PROTECT, related_name="+", editable=False)
    month = models.DateField("月份", help_text="当月1日")
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="谁确认的")
    declared_at = models.DateTimeField("确认时间")
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="谁取消的"
    )
    taken_back_at = models.DateTimeField("取消时间", null=True, blank=True)
    why_taken_back = models.CharField("取消原因", max_length=100, blank=True)

    objects = CompleteMonthQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "月度记录确认"
        ordering = ["-month", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "month"], condition=Q(taken_back_at=None), name="complete_month_once"
            )
        ]

    def __str__(self):
        return f"{self.station} {self.month:%Y-%m}"


class MonthReport(models.Model):
    """The report of one place and month (月报): made when the month is over, confirmed by the branch's head, accepted by
    the station, locked by the county. `branch` and `station` are empty above their level.
    """

    place = models.ForeignKey(Station, models.PROTECT, related_name="month_reports", verbose_name="站点")
    branch = models.ForeignKey(Station, models.PROTECT, null=True, related_name="+", editable=False)
    station = models.ForeignKey(Station, models.PROTECT, null=True, related_name="+", editable=False)
    county = models.ForeignKey(Station, models.PROTECT, related_name="+", editable=False)
    month = models.DateField("月份", help_text="当月1日")
    state = models.CharField("状态", max_length=10, choices=ReportState, default=ReportState.DRAFT)

    objects = MonthReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "月报"
        ordering = ["-month", "pk"]
        constraints = [models.UniqueConstraint(fields=["place", "month"], name="month_report_once")]
        indexes = [models.Index(fields=["county", "month"])]

    def __str__(self):
        return f"{self.place} {self.month:%Y-%m}"

    @property
    def month_words(self) -> str:
        return f"{self.month.year}年{self.month.month}月"


class MonthEdition(models.Model):
    """What a report said (第几版): the figures as they were read, never changed. `exception`: what let a locked month change."""

    report = models.ForeignKey(MonthReport, models.PROTECT, related_name="editions")
    number = models.PositiveSmallIntegerField("版次")
    figures = models.JSONField("数字", help_text="见 activities.rules.months.keeping")
    made_at = models.DateTimeField("生成时间")
    exception = models.ForeignKey(FilingException, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "月报的版次"
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="month_edition_once")]

    def __str__(self):
        return f"{self.report} 第{self.number}版"


class ReportStep(models.Model):
    """One act with a report: who, when, why, and which edition it was about. `move` is of MONTH_MOVES."""

    report = models.ForeignKey(MonthReport, models.PROTECT, related_name="steps")
    move = models.CharField("步骤", max_length=10)
    to_state = models.CharField("之后的状态", max_length=10, choices=ReportState)
    edition = models.ForeignKey(MonthEdition, models.PROTECT, related_name="+")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办人"
    )
    at = models.DateTimeField("时间")
    reason = models.CharField("原因", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "月报的经过"
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.report} {self.move}"
