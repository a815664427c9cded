"""Excused absence, exemption, and duties handed from one deputy to another."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from activities.models.events import Activity
from activities.models.placed import Placed
from activities.models.rosters import Shift
from activities.querysets import ExemptionQuerySet, LeaveQuerySet, SwapQuerySet
from activities.states import LEAVE_KINDS, Covers, LeaveState, SwapState
from deputies.models import Deputy


class Leave(Placed):
    """A deputy's leave (请假) from duty and activities for some days, or from one `activity` alone.

    Only an approved one excuses. `branch` is where the deputy served when asking.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="leaves", verbose_name="代表")
    started_on = models.DateField("从哪天")
    ended_on = models.DateField("到哪天", help_text="最后一天,含当天")
    activity = models.ForeignKey(
        Activity, models.PROTECT, null=True, blank=True, related_name="leaves", verbose_name="只请这一次活动的假"
    )
    kind = models.CharField("假别", max_length=20, choices=LEAVE_KINDS)
    reason = models.CharField("事由", max_length=100)
    state = models.CharField("状态", max_length=10, choices=LeaveState, default=LeaveState.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="谁批的"
    )
    decided_at = models.DateTimeField("批准时间", null=True, blank=True)
    decision_note = models.CharField("批复", max_length=100, blank=True)

    objects = LeaveQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "请假"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["deputy", "started_on"]),
            models.Index(fields=["station", "state"]),
        ]
        constraints = [
            models.CheckConstraint(name="leave_ends_after_start", condition=Q(ended_on__gte=F("started_on")))
        ]

    def __str__(self):
        return f"{self.deputy} {self.started_on}"


class Exemption(models.Model):
    """Days on which a deputy is not expected at all (免除履职要求), e.g. long illness; granted, never asked twice."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="exemptions", verbose_name="代表")
    covers = models.CharField("免除什么", max_length=10, choices=Covers, default=Covers.ALL)
    started_on = models.DateField("从哪天")
    ended_on = models.DateField("到哪天", null=True, blank=True, help_text="最后一天,含当天")
    reason = models.CharField("原因", max_length=100)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField("批准时间")

    objects = ExemptionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "免除"
        ordering = ["-started_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="exemption_ends_after_start", condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on"))
            )
        ]

    def __str__(self):
        return f"{self.deputy} {self.started_on}"


class Swap(Placed):
    """One deputy's place on one day offered to colleagues (换班): offered → taken → confirmed.

    With `return_shift` the taker gives a day of the own in exchange; without it the taker simply stands in (顶班).
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    shift = models.ForeignKey(Shift, models.CASCADE, related_name="swaps")
    giver = models.ForeignKey(Deputy, models.PROTECT, related_name="+", verbose_name="谁的班")
    taker = models.ForeignKey(Deputy, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="谁接")
    return_shift = models.ForeignKey(Shift, models.CASCADE, null=True, blank=True, related_name="+")
    reason = models.CharField("原因", max_length=100, blank=True)
    state = models.CharField("状态", max_length=10, choices=SwapState, default=SwapState.OFFERED)
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    offered_at = models.DateTimeField("提出时间")
    taken_at = models.DateTimeField("接班时间", null=True, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField("确认时间", null=True, blank=True)

    objects = SwapQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "换班"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["shift", "giver"],
                condition=Q(state__in=(SwapState.OFFERED, SwapState.TAKEN)),
                name="swap_one_open_offer_a_place",
            ),
            models.CheckConstraint(
                name="swap_taken_by_somebody_else", condition=Q(taker=None) | ~Q(taker=F("giver"))
            ),
        ]

    def __str__(self):
        return f"{self.giver} {self.shift.date}"
