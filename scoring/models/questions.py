"""What people ask of the ledger: bonus claims with their evidence, appeals against entries."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from activities.models import AttachedFile, Placed
from deputies.models import Deputy
from scoring.models.ledger import PointEntry
from scoring.querysets import AppealQuerySet, BonusClaimQuerySet
from scoring.states import CLAIMED_ITEMS, AppealKind, AppealState, ClaimState, Item


class BonusClaim(Placed):
    """A bonus claimed for something that no record here shows (加分申报): claimed → checked → decided.

    `branch` is where the deputy served when it was claimed. `is_late`: claimed after the year was over. `due_on` is the
    day by which the present step is to be done.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="bonus_claims", verbose_name="代表")
    year = models.PositiveSmallIntegerField("年度")
    item = models.CharField("项目", max_length=30, choices=[(item.value, item.label) for item in CLAIMED_ITEMS])
    occurred_on = models.DateField("哪天的事")
    text = models.CharField("做了什么", max_length=300)
    evidence = models.CharField("证明材料", max_length=120, help_text="例如:证书编号、文号、报纸日期和版面")
    is_late = models.BooleanField("逾期补报", default=False)
    state = models.CharField("状态", max_length=10, choices=ClaimState, default=ClaimState.CLAIMED)
    version = models.PositiveIntegerField(default=1, editable=False)
    due_on = models.DateField("期限", null=True, blank=True)
    reminded_on = models.DateField(null=True, blank=True, editable=False)
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申报人")
    claimed_at = models.DateTimeField("申报时间")
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核对人"
    )
    checked_at = models.DateTimeField("核对时间", null=True, blank=True)
    check_note = models.CharField("核对意见", max_length=200, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审定人"
    )
    decided_at = models.DateTimeField("审定时间", null=True, blank=True)
    decision_note = models.CharField("审定意见", max_length=200, blank=True)

    objects = BonusClaimQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "加分申报"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["county", "state", "due_on"]),
            models.Index(fields=["station", "state"]),
            models.Index(fields=["deputy", "year"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="claim_decided_after_check",
                condition=~Q(state__in=(ClaimState.CHECKED, ClaimState.APPROVED)) | Q(checked_by__isnull=False),
            ),
            models.CheckConstraint(
                name="claim_decided_by_another",
                condition=Q(decided_by=None) | Q(checked_by=None) | ~Q(decided_by=models.F("checked_by")),
            ),
        ]

    def __str__(self):
        return f"{self.deputy} {self.get_item_display()}"


class ClaimFile(AttachedFile):
    """Evidence of a claim: certificate, clip, document."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey(BonusClaim, models.PROTECT, related_name="files")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "申报的证明材料"
        ordering = ["pk"]

    def __str__(self):
        return self.name


class ClaimStep(models.Model):
    """One step of a claim's history: who did what, and the reason that was given. Never changed afterwards."""

    claim = models.ForeignKey(BonusClaim, models.PROTECT, related_name="steps")
    move = models.CharField(max_length=10)
    state = models.CharField("之后的状态", max_length=10, choices=ClaimState)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField("时间")
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "申报的办理过程"
        ordering = ["pk"]

    def __str__(self):
        return f"{self.claim} {self.move}"


class Appeal(Placed):
    """A deputy says that an entry is wrong, double or missing (复核申诉); the county answers with an entry or a reason.

    Granted, it may take the fact of `entry` out of the ledger (`cancels`) and post `item` on `occurred_on`.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="appeals", verbose_name="代表")
    year = models.PositiveSmallIntegerField("年度")
    kind = models.CharField("什么问题", max_length=10, choices=AppealKind)
    entry = models.ForeignKey(
        PointEntry, models.PROTECT, null=True, blank=True, related_name="appeals", verbose_name="哪一笔"
    )
    text = models.CharField("说明", max_length=500)
    state = models.CharField("状态", max_length=10, choices=AppealState, default=AppealState.RAISED)
    version = models.PositiveIntegerField(default=1, editable=False)
    due_on = models.DateField("答复期限")
    reminded_on = models.DateField(null=True, blank=True, editable=False)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人")
    raised_at = models.DateTimeField("提出时间")
    cancels = models.BooleanField("撤销这一笔", default=False)
    item = models.CharField("改记", max_length=30, choices=Item, blank=True)
    occurred_on = models.DateField("哪天的事", null=True, blank=True)
    answer = models.CharField("答复", max_length=300, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人"
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "复核申诉"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["county", "state", "due_on"]),
            models.Index(fields=["deputy", "year"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="appeal_names_its_entry", condition=Q(kind=AppealKind.MISSING) | Q(entry__isnull=False)
            ),
            models.CheckConstraint(
                name="appeal_effect_only_when_granted",
                condition=Q(state=AppealState.GRANTED) | Q(cancels=False, item=""),
            ),
            models.UniqueConstraint(
                fields=["entry"], condition=Q(state=AppealState.RAISED), name="appeal_one_open_an_entry",
                violation_error_message="这一笔已经提出复核了,请等答复。",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.deputy} {self.get_kind_display()}"
