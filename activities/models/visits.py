"""The register of visits (接待登记)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from activities.models.logs import DutyLog
from activities.models.placed import Serial
from activities.querysets import VisitQuerySet
from activities.states import Category, Form, Handling, LogState, Rating, RefusalReason
from deputies.models import Deputy
from deputies.states import Gender
from julu_liaison.common.secrets import SealedField


class Visit(Serial):
    """One villager's visit (接待登记), with a number of its own. Who it was is sealed, and may stay unknown.

    A refused matter carries `refusal` and where the villager was sent instead (`referral`). An accepted one may have become
    a ticket (`Opinion.visit`), which then tells how it went on; otherwise `handling`, `result` and what follows say so.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    log = models.ForeignKey(DutyLog, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name="工作日志")
    date = models.DateField("日期")
    time = models.TimeField("时间", null=True, blank=True)
    form = models.CharField("形式", max_length=10, choices=Form, default=Form.ONSITE)
    deputy = models.ForeignKey(
        Deputy, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name="接待代表"
    )
    villager_name = SealedField("群众姓名", blank=True, default="")
    villager_phone = SealedField("群众电话", blank=True, default="")
    villager_sex = models.CharField("性别", max_length=1, choices=Gender, blank=True)
    villager_village = models.CharField("村", max_length=40, blank=True)
    people = models.PositiveSmallIntegerField("人数", default=1)
    matter = models.TextField("反映的事", help_text="群众自己的话")
    category = models.CharField("类别", max_length=12, choices=Category, default=Category.OTHER)
    request = models.CharField("诉求", max_length=200, blank=True)
    confidential = models.BooleanField("要求保密", default=False)
    refusal = models.CharField("不受理的原因", max_length=12, choices=RefusalReason, blank=True)
    referral = models.CharField("告知去哪里", max_length=120, blank=True)
    handling = models.CharField("办理方式", max_length=10, choices=Handling, blank=True)
    result = models.CharField("结果", max_length=300, blank=True)
    told_on = models.DateField("告知日期", null=True, blank=True)
    told_how = models.CharField("怎么告知的", max_length=20, blank=True)
    satisfaction = models.CharField("满意度", max_length=12, choices=Rating, blank=True)
    state = models.CharField("状态", max_length=10, choices=LogState, default=LogState.FILED)
    void_reason = models.CharField("作废原因", max_length=200, blank=True)
    recorder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人")
    recorded_at = models.DateTimeField("登记时间")
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "接待登记"
        ordering = ["-date", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["register", "year", "serial"], name="visit_number_once"),
            models.CheckConstraint(
                name="visit_refused_says_where_to_go", condition=Q(refusal="") | ~Q(referral="")
            ),
        ]
        indexes = [
            models.Index(fields=["station", "-date"]),
            models.Index(fields=["county", "-date"]),
            models.Index(fields=["branch", "-date"]),
        ]

    def __str__(self):
        return f"接待登记 {self.number}"  # never the villager's name: this text reaches logs and lists
