"""What is kept of a year: the closing with everybody's result, quarterly statements, statutory alerts."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from activities.models import Activity
from deputies.models import Deputy
from scoring.models.questions import Appeal
from scoring.models.schemes import Scheme
from scoring.querysets import QuarterStatementQuerySet, YearResultQuerySet


class YearClosing(models.Model):
    """From publicity to closed (公示、结账). From `published_at` on facts no longer change the year, only appeals do.

    `digest` is made of everybody's results as closed; `archive` is the kept file below MEDIA_ROOT, once it is made.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    scheme = models.OneToOneField(Scheme, models.PROTECT, related_name="closing", verbose_name="方案")
    publicity_from = models.DateField("公示开始")
    publicity_until = models.DateField("公示结束", help_text="最后一天,含当天")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="谁公示的")
    published_at = models.DateTimeField("公示时间")
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="谁结的账"
    )
    closed_at = models.DateTimeField("结账时间", null=True, blank=True)
    digest = models.CharField("校验码", max_length=64, blank=True)
    archive = models.CharField("存档", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "年度结账"
        constraints = [
            models.CheckConstraint(
                name="publicity_ends_after_start", condition=Q(publicity_until__gte=models.F("publicity_from"))
            )
        ]

    def __str__(self):
        return f"{self.scheme}结账"


class Figures(models.Model):
    """A deputy's figures of a year as they were at one moment. `deductions` is at most 0."""

    base = models.DecimalField("基础分", max_digits=6, decimal_places=1)
    deductions = models.DecimalField("扣分", max_digits=7, decimal_places=1)
    bonus = models.DecimalField("加分", max_digits=7, decimal_places=1)
    total = models.DecimalField("总分", max_digits=7, decimal_places=1)
    entries = models.PositiveIntegerField("流水笔数")
    last_digest = models.CharField("最后一笔的校验码", max_length=64, blank=True)
    made_at = models.DateTimeField("生成时间")

    class Meta:
        abstract = True


class YearResult(Figures):
    """A deputy's result of a closed year (年度结果). A further edition is the work of an approved `appeal`, for all to see."""

    closing = models.ForeignKey(YearClosing, models.PROTECT, related_name="results")
    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="year_results", verbose_name="代表")
    edition = models.PositiveSmallIntegerField("第几版", default=1)
    grade = models.CharField("等次", max_length=20, blank=True)
    branch_name = models.CharField("分站", max_length=60, blank=True)
    appeal = models.ForeignKey(Appeal, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核")

    objects = YearResultQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度结果"
        ordering = ["deputy__sort_key", "deputy__code", "-edition"]
        constraints = [
            models.UniqueConstraint(fields=["closing", "deputy", "edition"], name="year_result_edition_once"),
            models.CheckConstraint(
                name="year_result_changes_by_appeal", condition=Q(edition=1) | Q(appeal__isnull=False)
            ),
        ]

    def __str__(self):
        return f"{self.deputy} {self.total}"


class QuarterStatement(Figures):
    """What a deputy was told at the end of a quarter (季度对账单)."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="statements", verbose_name="代表")
    year = models.PositiveSmallIntegerField("年度")
    quarter = models.PositiveSmallIntegerField("季度")

    objects = QuarterStatementQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "季度对账单"
        ordering = ["-year", "-quarter"]
        constraints = [
            models.UniqueConstraint(fields=["deputy", "year", "quarter"], name="statement_once_a_quarter"),
            models.CheckConstraint(name="statement_quarter_of_four", condition=Q(quarter__range=(1, 4))),
        ]

    def __str__(self):
        return f"{self.deputy} {self.year}年第{self.quarter}季度"


class AbsenceAlert(models.Model):
    """That the county was told of an unapproved absence from a congress session (缺席预警); once a deputy and day."""

    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="absence_alerts", verbose_name="代表")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="+", verbose_name="会议")
    told_at = models.DateTimeField("提醒时间")

    class Meta:
        verbose_name = verbose_name_plural = "缺席预警"
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["deputy", "activity"], name="absence_alert_once")]

    def __str__(self):
        return f"{self.deputy} {self.activity}"
