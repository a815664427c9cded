"""The offices around a ticket: assisting departments, the directors who supervise, the words a county answers in."""

from django.conf import settings
from django.db import models

from activities.states import Category
from opinions.models.tickets import Opinion
from opinions.states import ReplyClass
from stations.models import Department, Station


class Assistance(models.Model):
    """A department that assists the lead one (协办) with its opinion on a ticket."""

    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="assistances")
    department = models.ForeignKey(Department, models.PROTECT, related_name="assistances", verbose_name="协办部门")
    asked_at = models.DateTimeField("交办时间")
    text = models.TextField("协办意见", blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办人"
    )
    given_at = models.DateTimeField("提交时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "协办"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["opinion", "department"], name="assistance_once")]

    def __str__(self):
        return f"{self.opinion} {self.department}协办"


class SampleAnswer(models.Model):
    """An answer that a department gives again and again (常用答复), to start from."""

    department = models.ForeignKey(Department, models.CASCADE, related_name="sample_answers", verbose_name="部门")
    category = models.CharField("类别", max_length=12, choices=Category, blank=True)
    title = models.CharField("名称", max_length=40)
    text = models.TextField("内容", max_length=2000)

    class Meta:
        verbose_name = verbose_name_plural = "常用答复"
        ordering = ["title", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "title"],
                name="sample_answer_once",
                violation_error_message="已经有同名的常用答复。",
            )
        ]

    def __str__(self):
        return self.title


class Director(models.Model):
    """A director or deputy director of the standing committee (主任会议成员) who leads supervision."""

    county = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name="县")
    name = models.CharField("姓名", max_length=40)
    position = models.CharField("职务", max_length=40)
    official_order = models.PositiveSmallIntegerField("排序", default=0)
    is_active = models.BooleanField("在任", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "督办领导"
        ordering = ["official_order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "name"], name="director_once", violation_error_message="这位领导已经登记过了。"
            )
        ]

    def __str__(self):
        return f"{self.position}{self.name}"


class Supervision(models.Model):
    """A ticket put under a director's supervision (督办)."""

    opinion = models.OneToOneField(Opinion, models.CASCADE, related_name="supervision")
    director = models.ForeignKey(
        Director, models.PROTECT, null=True, blank=True, related_name="supervisions", verbose_name="督办领导"
    )
    reason = models.TextField("督办要求")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    started_at = models.DateTimeField("列入时间")

    class Meta:
        verbose_name = verbose_name_plural = "督办"
        ordering = ["pk"]

    def __str__(self):
        return f"{self.opinion} 督办"


class ReplyLabel(models.Model):
    """What a county calls a reply class (办理类别), where it differs from the usual words."""

    county = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name="县")
    reply_class = models.CharField("类别", max_length=1, choices=ReplyClass)
    label = models.CharField("名称", max_length=30)

    class Meta:
        verbose_name = verbose_name_plural = "答复类别名称"
        ordering = ["reply_class"]
        constraints = [models.UniqueConstraint(fields=["county", "reply_class"], name="reply_label_once")]

    def __str__(self):
        return f"{self.reply_class} {self.label}"
