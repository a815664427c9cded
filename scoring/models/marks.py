"""What is kept of a year's chains outside the ledger."""

from django.db import models

from deputies.models import Deputy
from scoring.models.years import YearClosing


class ChainMark(models.Model):
    """How long a deputy's chain was, and its last digest, when publicity began. Without a mark it was empty.

    What comes after it may be the work of granted appeals alone, so a line put in or taken out by force shows.
    """

    closing = models.ForeignKey(YearClosing, models.PROTECT, related_name="marks")
    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="+", verbose_name="代表")
    number = models.PositiveIntegerField("流水笔数")
    digest = models.CharField("最后一笔的校验码", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "公示时的流水"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["closing", "deputy"], name="chain_mark_once")]

    def __str__(self):
        return f"{self.deputy} {self.number}"
