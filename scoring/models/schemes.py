"""A year's rules as data: the scheme, its versions with what each kind of fact is worth, waivers, grades."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from deputies.models import Deputy
from deputies.states import MandateLevel
from scoring.querysets import SchemeQuerySet, WaiverQuerySet
from scoring.states import Block, Item, VersionState
from stations.models import Station


class Scheme(models.Model):
    """One county's way of counting one calendar year (积分方案). Its values are those of its applied versions.

    `base` is the base of the version applied last. Terms count in working days.
    """

    county = models.ForeignKey(Station, models.PROTECT, related_name="schemes", verbose_name="县")
    year = models.PositiveSmallIntegerField("年度")
    base = models.DecimalField("基础分", max_digits=6, decimal_places=1, default=60)
    late_until = models.DateField("补报截止", help_text="上一年的证明材料最晚交到哪天")
    check_days = models.PositiveSmallIntegerField("联络站核对期限", default=5, help_text="工作日")
    decide_days = models.PositiveSmallIntegerField("县里审定期限", default=10, help_text="工作日")
    appeal_days = models.PositiveSmallIntegerField("复核答复期限", default=10, help_text="工作日")
    publicity_days = models.PositiveSmallIntegerField("公示期", default=5, help_text="工作日")
    shows_ranking = models.BooleanField("县里看排名", default=False, help_text="只有县级工作人员看得到,从不公开")

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "积分方案"
        ordering = ["-year"]
        constraints = [models.UniqueConstraint(fields=["county", "year"], name="scheme_once_a_year")]

    def __str__(self):
        return f"{self.county.name}{self.year}年"


class SchemeVersion(models.Model):
    """What a scheme says from `starts_on` on (方案版本). A draft counts for nothing; an applied one is never changed.

    `digest` is made of what it says when it is applied (`scoring.rules.seals`), so that a later change shows.
    """

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="versions", verbose_name="方案")
    number = models.PositiveSmallIntegerField("第几版")
    starts_on = models.DateField("从哪天起执行")
    base = models.DecimalField("基础分", max_digits=6, decimal_places=1)
    why = models.CharField("为什么改", max_length=200, blank=True)
    state = models.CharField("状态", max_length=10, choices=VersionState, default=VersionState.DRAFT)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    drafted_at = models.DateTimeField("起草时间")
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="谁批准执行"
    )
    applied_at = models.DateTimeField("执行时间", null=True, blank=True)
    digest = models.CharField("执行时的校验码", max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "方案版本"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "number"], name="scheme_version_number_once"),
            models.UniqueConstraint(
                fields=["scheme"], condition=Q(state=VersionState.DRAFT), name="scheme_one_draft",
                violation_error_message="已经有一份草稿了,请接着改那一份。",
            ),
            models.CheckConstraint(
                name="scheme_base_not_negative", condition=Q(base__gte=0),
                violation_error_message="基础分不能是负数。",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.scheme}第{self.number}版"


class Rule(models.Model):
    """What one kind of fact is worth in a version (积分规则). Deductions are negative.

    `cap`: at most so many points of the item count in a year, as a positive number; none: no limit.
    """

    version = models.ForeignKey(SchemeVersion, models.CASCADE, related_name="rules", verbose_name="方案版本")
    item = models.CharField("项目", max_length=30, choices=Item)
    block = models.CharField("类别", max_length=5, choices=Block)
    points = models.DecimalField("分值", max_digits=5, decimal_places=1)
    cap = models.DecimalField("全年上限", max_digits=5, decimal_places=1, null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "积分规则"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "item"], name="rule_once_in_version"),
            models.CheckConstraint(
                name="rule_base_deducts_bonus_adds",
                condition=Q(block=Block.BASE, points__lte=0) | Q(block=Block.BONUS, points__gte=0),
                violation_error_message="基础项目只扣分(填负数或0),加分项目只加分。",
            ),
            models.CheckConstraint(
                name="rule_cap_not_negative", condition=Q(cap=None) | Q(cap__gte=0),
                violation_error_message="全年上限不能是负数。",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.get_item_display()} {self.points}"


class Waiver(models.Model):
    """Days on which somebody, or everybody with a mandate of a level, is not charged (免扣): of all items or of some.

    Unlike an exemption (免除) the person is still expected, and counted as absent; it only costs no points.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    county = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name="县")
    deputy = models.ForeignKey(
        Deputy, models.PROTECT, null=True, blank=True, related_name="waivers", verbose_name="代表"
    )
    level = models.CharField("代表层级", max_length=10, choices=MandateLevel, blank=True)
    items = models.JSONField("哪些项目", default=list, blank=True, help_text="不选就是所有扣分项目")
    started_on = models.DateField("从哪天")
    ended_on = models.DateField("到哪天", null=True, blank=True, help_text="最后一天,含当天")
    reason = models.CharField("原因", max_length=100)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField("批准时间")

    objects = WaiverQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "免扣"
        ordering = ["-started_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="waiver_of_a_person_or_a_level",
                condition=Q(deputy=None) & ~Q(level="") | Q(deputy__isnull=False, level=""),
            ),
            models.CheckConstraint(
                name="waiver_ends_after_start", condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on"))
            ),
        ]

    def __str__(self):
        return f"{self.deputy or self.get_level_display()} {self.started_on}"


class Grade(models.Model):
    """A band of scores and its name in a scheme (等次), from `at_least` points up to the next one."""

    scheme = models.ForeignKey(Scheme, models.CASCADE, related_name="grades", verbose_name="方案")
    name = models.CharField("等次", max_length=20)
    at_least = models.DecimalField("从多少分起", max_digits=6, decimal_places=1)

    class Meta:
        verbose_name = verbose_name_plural = "等次"
        ordering = ["-at_least"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "name"], name="grade_name_once"),
            models.UniqueConstraint(fields=["scheme", "at_least"], name="grade_limit_once"),
        ]

    def __str__(self):
        return self.name
