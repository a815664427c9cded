"""A year's rules as data, and the append-only ledger."""

import uuid

from django.db import models
from django.db.models import Q

from deputies.models import Deputy
from scoring.querysets import PointEntryQuerySet
from scoring.states import Block, Item, Source
from stations.models import Station


class Scheme(models.Model):
    """One county's way of counting one calendar year (积分方案)."""

    county = models.ForeignKey(Station, models.PROTECT, related_name="schemes", verbose_name="县")
    year = models.PositiveSmallIntegerField("年度")
    base = models.DecimalField("基础分", max_digits=6, decimal_places=1, default=60)

    class Meta:
        verbose_name = verbose_name_plural = "积分方案"
        ordering = ["-year"]
        constraints = [models.UniqueConstraint(fields=["county", "year"], name="scheme_once_a_year")]

    def __str__(self):
        return f"{self.county.name}{self.year}年"


class Rule(models.Model):
    """What one kind of fact is worth in a scheme (积分规则). Deductions are negative."""

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="rules", verbose_name="方案")
    item = models.CharField("项目", max_length=30, choices=Item)
    block = models.CharField("类别", max_length=5, choices=Block)
    points = models.DecimalField("分值", max_digits=5, decimal_places=1)

    class Meta:
        verbose_name = verbose_name_plural = "积分规则"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "item"], name="rule_once_in_scheme"),
            models.CheckConstraint(
                name="rule_base_deducts_bonus_adds",
                condition=Q(block=Block.BASE, points__lte=0) | Q(block=Block.BONUS, points__gte=0),
                violation_error_message="基础项目只扣分(填负数或0),加分项目只加分。",
            ),
        ]

    def __str__(self):
        return f"{self.get_item_display()} {self.points}"


class PointEntry(models.Model):
    """One line of a deputy's ledger (积分流水). Never changed or deleted; a mistake is reversed by a new line."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="point_entries", verbose_name="代表")
    year = models.PositiveSmallIntegerField("年度")
    rule = models.ForeignKey(Rule, models.PROTECT, related_name="entries", verbose_name="规则")
    block = models.CharField("类别", max_length=5, choices=Block)
    points = models.DecimalField("分值", max_digits=5, decimal_places=1)
    occurred_on = models.DateField("日期")
    reason = models.CharField("事由", max_length=200)
    source = models.CharField("来源", max_length=10, choices=Source)
    source_key = models.CharField("来源编号", max_length=60)
    fact_key = models.CharField(max_length=120, help_text="同一事实同一键;冲正后可以再记")
    turn = models.PositiveSmallIntegerField(default=1, help_text="这个事实第几次入账")
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name="冲正"
    )
    posted_at = models.DateTimeField("入账时间")

    objects = PointEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "积分流水"
        ordering = ["occurred_on", "pk"]
        indexes = [models.Index(fields=["deputy", "year", "block", "points"], name="entry_sums")]
        constraints = [
            models.UniqueConstraint(
                fields=["deputy", "fact_key", "turn"], condition=Q(reverses=None), name="entry_once_a_turn"
            )
        ]

    def __str__(self):
        return f"{self.deputy} {self.points} {self.reason}"
