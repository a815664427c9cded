"""The append-only ledger."""

import uuid

from django.db import models
from django.db.models import Q

from deputies.models import Deputy
from julu_liaison.common.working_days import today_here
from scoring.models.schemes import Rule
from scoring.querysets import PointEntryQuerySet
from scoring.states import Block, Source
from stations.models import Station


class PointEntry(models.Model):
    """One line of a deputy's ledger (积分流水). Never changed or deleted, which the database itself refuses; a mistake
    is reversed by a new line on the day of the correction.

    `fact_key` names the fact for ever and is made by `scoring.rules`; `turn` counts how often it was posted after
    being reversed. `number` is the line's place in the chain of one deputy's year, `digest` is made of the line and
    the digest before it (`scoring.rules.chain`), so a changed or missing line shows.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    county = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name="县")
    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="point_entries", verbose_name="代表")
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveIntegerField("第几笔")
    rule = models.ForeignKey(Rule, models.PROTECT, related_name="entries", verbose_name="规则")
    block = models.CharField("类别", max_length=5, choices=Block)
    points = models.DecimalField("分值", max_digits=5, decimal_places=1)
    occurred_on = models.DateField("日期")
    reason = models.CharField("事由", max_length=300)
    source = models.CharField("来源", max_length=10, choices=Source)
    source_key = models.CharField("来源编号", max_length=60)
    fact_key = models.CharField(max_length=120, help_text="同一事实同一键;冲正后可以再记")
    turn = models.PositiveSmallIntegerField(default=1, help_text="这个事实第几次入账")
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name="冲正"
    )
    posted_at = models.DateTimeField("入账时间")
    digest = models.CharField("校验码", max_length=64)

    objects = PointEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "积分流水"
        ordering = ["occurred_on", "pk"]
        indexes = [
            models.Index(fields=["deputy", "year", "block", "points"], name="entry_sums"),
            models.Index(fields=["county", "year", "deputy", "block", "points"], name="entry_sums_of_county"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["deputy", "year", "fact_key", "turn"], condition=Q(reverses=None), name="entry_once_a_turn"
            ),
            models.UniqueConstraint(fields=["deputy", "year", "number"], name="entry_number_once"),
        ]

    def __str__(self):
        return f"{self.deputy} {self.points} {self.reason}"

    @property
    def is_late(self) -> bool:
        """Whether it was posted after the year was over (逾期补报)."""
        return today_here(self.posted_at).year > self.year
