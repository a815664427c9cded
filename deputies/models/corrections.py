"""What somebody says is wrong in what is held of them, and what became of it (更正申请)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from deputies.models.people import Deputy
from deputies.querysets import CorrectionQuerySet
from deputies.states import CorrectionState
from stations.models import Station


class CorrectionRequest(models.Model):
    """A person's request to correct a column of the register of personal data (个人信息保护法 art. 46).

    `topic` and `column` are the register's and the model's names, with the words they had then; `column` is empty for
    what has no single column, `row_key` is 0 where the person has one row only. `old_value` is what stood there when it
    was asked for, in words. `state` is written by `deputies.services.corrections` only.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    asker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="correction_requests", verbose_name="申请人"
    )
    deputy = models.ForeignKey(
        Deputy, models.PROTECT, null=True, blank=True, related_name="correction_requests", verbose_name="代表"
    )
    county = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name="县")
    topic = models.CharField("哪一类", max_length=40)
    topic_title = models.CharField("哪一类", max_length=200)
    row_key = models.PositiveBigIntegerField("哪一条", default=0, editable=False)
    column = models.CharField("哪一项", max_length=60, blank=True)
    column_title = models.CharField("哪一项", max_length=60, blank=True)
    old_value = models.CharField("原来是", max_length=400, blank=True)
    right_value = models.CharField("应该是", max_length=200)
    reason = models.CharField("为什么", max_length=200)
    state = models.CharField("状态", max_length=10, choices=CorrectionState, default=CorrectionState.ASKED)
    version = models.PositiveIntegerField(default=1, editable=False)
    asked_at = models.DateTimeField("申请时间")
    due_on = models.DateField("答复期限")

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "更正申请"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["asker", "topic", "row_key", "column"],
                condition=Q(state=CorrectionState.ASKED),
                name="correction_asked_once_at_a_time",
            )
        ]
        indexes = [models.Index(fields=["county", "state", "due_on"], name="correction_by_county")]

    def __str__(self):
        return f"{self.asker}的更正申请"

    @property
    def what(self) -> str:
        """What it is about, in the words of the register: 人大代表资料·联系电话."""
        return f"{self.topic_title}·{self.column_title}" if self.column_title else self.topic_title

    @property
    def page(self) -> str:
        """Where a notice about it leads."""
        return f"/corrections/{self.uid}/"


class CorrectionStep(models.Model):
    """One step of a request: who did what, when, with what words."""

    request = models.ForeignKey(CorrectionRequest, models.CASCADE, related_name="steps")
    move = models.CharField("步骤", max_length=20)
    state = models.CharField("状态", max_length=10, choices=CorrectionState)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="办理人")
    at = models.DateTimeField("时间")
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "更正办理过程"
        ordering = ["pk"]

    def __str__(self):
        return f"{self.request} {self.move}"
