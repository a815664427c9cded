"""Service records outside of Sundays and activities."""

import uuid

from django.conf import settings
from django.db import models

from activities.models.placed import Serial
from activities.querysets import ServiceRecordQuerySet
from activities.states import LogState, ServiceKind
from deputies.models import Deputy
from deputies.states import ServiceRole


class ServiceRecord(Serial):
    """Mediation, household service, law publicity … by one or more deputies of a branch (服务记录), with a number."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("类别", max_length=12, choices=ServiceKind)
    service_role = models.CharField("角色", max_length=10, choices=ServiceRole)
    date = models.DateField("日期")
    deputies = models.ManyToManyField(Deputy, related_name="service_records", verbose_name="代表")
    text = models.CharField("做了什么", max_length=500)
    received = models.PositiveIntegerField("服务群众人数", default=0)
    households = models.PositiveIntegerField("走访户数", default=0)
    leaflets = models.PositiveIntegerField("发放资料份数", default=0)
    state = models.CharField("状态", max_length=10, choices=LogState, default=LogState.FILED)
    void_reason = models.CharField("作废原因", max_length=200, blank=True)
    recorder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人")
    recorded_at = models.DateTimeField("登记时间")

    objects = ServiceRecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "服务记录"
        ordering = ["-date", "-pk"]
        constraints = [models.UniqueConstraint(fields=["register", "year", "serial"], name="service_record_number_once")]
        indexes = [models.Index(fields=["station", "-date"]), models.Index(fields=["county", "-date"])]

    def __str__(self):
        return f"{self.branch} {self.number}"
