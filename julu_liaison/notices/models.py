"""Notices to people: the outbox row written in the act's own transaction is also the person's inbox entry."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from julu_liaison.common.secrets import SealedField
from julu_liaison.notices.states import (
    DELIVERED_WORDS,
    UNFINISHED,
    Channel,
    GatewayKind,
    Kind,
    MessageState,
    Pace,
    SmsChoice,
)


class Notice(models.Model):
    """One message to one account (通知), or to the working group of a place. Holds no villager's identity; the link leads
    to what it is about.

    `fit_for_outside`: the text says nothing of a person beyond what its reader needs, so mail and text messages carry it
    as it is; of any other only its kind leaves the house. `routed_at`: when messages were made of it (outbox).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="notices")
    place_code = models.CharField("站点", max_length=20, blank=True, db_default="")  # of a group's notice; notices know no stations
    kind = models.CharField("类别", max_length=10, choices=Kind, default=Kind.OFFICE, db_default=Kind.OFFICE)
    text = models.CharField("内容", max_length=200)
    link = models.CharField("链接", max_length=200, blank=True)
    fit_for_outside = models.BooleanField(default=False, db_default=False)
    urgent = models.BooleanField("紧急", default=False, db_default=False)
    created_at = models.DateTimeField("时间")
    read_at = models.DateTimeField("已读", null=True, blank=True)
    routed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "read_at"]),
            models.Index(fields=["id"], condition=Q(routed_at=None), name="notice_to_route"),
        ]
        constraints = [
            models.CheckConstraint(
                name="notice_user_or_place",
                condition=Q(user__isnull=False, place_code="") | (Q(user=None) & ~Q(place_code="")),
            )
        ]

    def __str__(self):
        return self.text


class Subscription(models.Model):
    """How a person wants to hear of notices beside the inbox (通知方式)."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="subscription")
    email = SealedField("邮箱", blank=True, default="")
    email_confirmed_at = models.DateTimeField("邮箱确认时间", null=True, blank=True, editable=False)
    by_mail = models.BooleanField("发邮件", default=True)
    sms = models.CharField("短信", max_length=8, choices=SmsChoice, default=SmsChoice.NEEDED)
    pace = models.CharField("快慢", max_length=8, choices=Pace, default=Pace.AT_ONCE)
    muted = models.JSONField("不接收", default=list, blank=True)  # Kind values, never of MANDATORY

    class Meta:
        verbose_name = verbose_name_plural = "通知方式"

    def __str__(self):
        return f"{self.user} 的通知方式"


class Gateway(models.Model):
    """Where a place's messages go out (发送通道): a group's robot, the county's text messages, another system.

    `address` is an apprise address with its secret in it. That of a text message service holds `{phone}`.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    place_code = models.CharField("站点", max_length=20)
    kind = models.CharField("类型", max_length=10, choices=GatewayKind)
    name = models.CharField("名称", max_length=40)
    address = SealedField("地址")
    is_active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField("设置时间", editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "发送通道"
        ordering = ["place_code", "pk"]
        constraints = [models.UniqueConstraint(fields=["place_code", "name"], name="gateway_name_once_in_place")]

    def __str__(self):
        return self.name

    @property
    def knows_repeats(self) -> bool:
        """Whether the receiver gets the message's own id and can throw a repeat away."""
        return self.kind == GatewayKind.WEBHOOK


class Message(models.Model):
    """What leaves the house (外发消息): one or several notices to one reader on one way, sent until it has arrived.

    The words are put together when it is sent, and to the address that holds then; neither is stored.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    channel = models.CharField("方式", max_length=6, choices=Channel)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="收件人"
    )
    place_code = models.CharField("站点", max_length=20, blank=True)
    gateway = models.ForeignKey(
        Gateway, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="发送通道"
    )
    notices = models.ManyToManyField(Notice, related_name="messages", verbose_name="通知")
    is_digest = models.BooleanField("汇总", default=False)
    urgent = models.BooleanField("紧急", default=False)
    state = models.CharField("状态", max_length=10, choices=MessageState, default=MessageState.WAITING)
    created_at = models.DateTimeField("生成时间")
    due_at = models.DateTimeField("最早发送时间")
    attempts = models.PositiveSmallIntegerField("试过几次", default=0)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    error = models.CharField("原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "外发消息"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=sorted(UNFINISHED)), name="message_to_send"),
            models.Index(fields=["user", "-id"], name="message_by_user"),
            models.Index(fields=["place_code", "-id"], name="message_by_place"),
        ]

    def __str__(self):
        return f"{self.get_channel_display()} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def state_words(self) -> str:
        """How far it has come, without claiming more than its way can tell."""
        if self.state == MessageState.DELIVERED:
            return DELIVERED_WORDS[Channel(self.channel)]
        return self.get_state_display()
