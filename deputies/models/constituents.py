"""The voters with whom a deputy keeps in touch, and every time it happened."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from deputies.models.people import Deputy
from deputies.querysets import ConstituentQuerySet, ContactQuerySet
from deputies.states import ContactForm, ServiceRole
from julu_liaison.common.history import Trace
from julu_liaison.common.secrets import SealedField
from stations.models import Village


class Constituent(models.Model):
    """One of the five voters whom a county or township deputy keeps in touch with (固定联系选民).

    A villager: name and phone are encrypted and shown by role only.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="constituents", verbose_name="代表")
    name = SealedField("姓名")
    phone = SealedField("电话", blank=True, default="")
    village = models.ForeignKey(
        Village, models.PROTECT, null=True, blank=True, related_name="constituents", verbose_name="村(社区)"
    )
    note = models.CharField("情况", max_length=120, blank=True, help_text="例如:种植大户、独居老人")
    started_on = models.DateField("开始日期")
    ended_on = models.DateField("结束日期", null=True, blank=True, help_text="最后一天,含当天")
    end_reason = models.CharField("结束原因", max_length=60, blank=True)

    objects = ConstituentQuerySet.as_manager()
    history = Trace()

    class Meta:
        verbose_name = verbose_name_plural = "固定联系选民"
        ordering = ["started_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="constituent_ends_after_start", condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on"))
            )
        ]

    def __str__(self):
        return f"{self.deputy}联系的选民"  # never the villager's name: this text reaches logs and lists


class Contact(models.Model):
    """One time a deputy was in touch with a constituent (联系记录)."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    constituent = models.ForeignKey(Constituent, models.PROTECT, related_name="contacts", verbose_name="选民")
    date = models.DateField("日期")
    form = models.CharField("方式", max_length=10, choices=ContactForm, default=ContactForm.VISIT)
    note = models.CharField("内容", max_length=300, blank=True)
    service_role = models.CharField("角色", max_length=10, choices=ServiceRole, default=ServiceRole.LIAISON)
    reached = models.PositiveSmallIntegerField("联系群众人数", default=1)
    households = models.PositiveSmallIntegerField("走访户数", default=0)
    leaflets = models.PositiveSmallIntegerField("发放资料份数", default=0)
    void_reason = models.CharField("作废原因", max_length=100, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="记录人"
    )
    recorded_at = models.DateTimeField("记录时间")

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "联系记录"
        ordering = ["-date", "-pk"]
        indexes = [models.Index(fields=["constituent", "date"])]

    def __str__(self):
        return f"{self.constituent} {self.date}"
