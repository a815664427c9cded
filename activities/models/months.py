"""Months whose records are complete."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from activities.querysets import CompleteMonthQuerySet
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
