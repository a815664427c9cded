"""The ticket (社情民意 / 代表建议), its hops with their files, the answers it was given and what was said of them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from activities.models import AttachedFile, DutyLog, Registered, Visit
from activities.states import Category, Rating
from deputies.models import Deputy
from julu_liaison.common.secrets import SealedField
from opinions.querysets import HopQuerySet, OpinionQuerySet
from opinions.states import Kind, Redacted, ReplyClass, State
from stations.models import Department, Station


class Opinion(Registered):
    """A numbered ticket. `state`, holder and due day are written by `opinions.services.move_opinion` only."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("性质", max_length=10, choices=Kind, default=Kind.OPINION)
    number = models.CharField("编号", max_length=40, editable=False)
    title = models.CharField("标题", max_length=100, blank=True)
    text = models.TextField("内容")
    category = models.CharField("类别", max_length=12, choices=Category, default=Category.OTHER)
    deputy = models.ForeignKey(
        Deputy, models.PROTECT, null=True, blank=True, related_name="opinions", verbose_name="代表"
    )
    log = models.ForeignKey(
        DutyLog, models.PROTECT, null=True, blank=True, related_name="opinions", verbose_name="工作日志"
    )
    visit = models.OneToOneField(
        Visit, models.PROTECT, null=True, blank=True, related_name="opinion", verbose_name="接待登记"
    )
    villager_name = SealedField("群众姓名", blank=True, default="")
    villager_phone = SealedField("群众电话", blank=True, default="")
    villager_village = models.CharField("村", max_length=40, blank=True)
    confidential = models.BooleanField("要求保密", default=False)
    from_web = models.BooleanField("群众网上反映", default=False, db_default=False, editable=False)  # it has an `entry`
    state = models.CharField("状态", max_length=15, choices=State, editable=False)
    paused_state = models.CharField(max_length=15, choices=State, blank=True, editable=False)
    holder_station = models.ForeignKey(
        Station, models.PROTECT, null=True, blank=True, related_name="held_opinions", editable=False
    )
    holder_department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="held_opinions", editable=False
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="opinions", verbose_name="承办部门",
        editable=False,
    )  # fmt: skip
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="承办人",
        editable=False,
    )  # fmt: skip
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_here", verbose_name="并入", editable=False
    )
    signed_for_at = models.DateTimeField("签收时间", null=True, blank=True, editable=False)
    due_on = models.DateField("期限", null=True, blank=True, editable=False)
    rating = models.CharField("评价", max_length=12, choices=Rating, blank=True, editable=False)
    rated_by_proxy = models.BooleanField("代为评价", default=False, editable=False)
    tracked = models.BooleanField("跟踪办理", default=False, editable=False)
    reopened = models.BooleanField(default=False, editable=False)
    told_at = models.DateTimeField("告知时间", null=True, blank=True, editable=False)
    registered_on = models.DateField("收到日期", editable=False)
    registered_at = models.DateTimeField("登记时间", editable=False)
    ended_at = models.DateTimeField("办结时间", null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    search_words = models.TextField(blank=True, editable=False)  # see rules/searching.py

    objects = OpinionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "意见建议"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["register", "kind", "number"], name="opinion_number_once"),
            models.CheckConstraint(
                name="opinion_one_holder_at_most", condition=Q(holder_station=None) | Q(holder_department=None)
            ),
            models.CheckConstraint(
                name="opinion_merged_into_another",
                condition=Q(merged_into=None) | (Q(state=State.MERGED) & ~Q(merged_into=models.F("pk"))),
            ),
        ]
        indexes = [
            models.Index(fields=["county", "-id"], name="opinion_by_county"),
            models.Index(fields=["station", "-id"], name="opinion_by_station"),
            models.Index(fields=["branch", "-id"], name="opinion_by_branch"),
            models.Index(fields=["department", "-id"], name="opinion_by_department"),
            models.Index(fields=["deputy", "-id"], name="opinion_by_deputy"),
            models.Index(fields=["county", "due_on"], name="opinion_by_due_day"),
            models.Index(fields=["holder_department", "due_on"], name="opinion_by_office_and_day"),
        ]

    def __str__(self):
        return self.number

    @property
    def holder(self) -> Station | Department | None:
        """Who has to act now; nobody once the ticket has ended."""
        return self.holder_department or self.holder_station

    @property
    def holder_code(self) -> str:
        return self.holder.code if self.holder else ""

    @property
    def full_number(self) -> str:
        """The number as it is printed and said, with the register it stands in: 官亭镇〔2026〕第001号."""
        return f"{self.register.name}{self.number}"

    @property
    def page(self) -> str:
        """Where a notice about it leads."""
        return f"/opinions/{self.uid}/"

    @property
    def is_unchecked(self) -> bool:
        """Sent in by a villager and not yet checked: its station's clerk's alone (see `OpinionQuerySet.visible_to`)."""
        return self.from_web and self.state == State.REGISTERED

    @property
    def heading(self) -> str:
        """What a list calls it: the title, or the text where there is none."""
        return self.title or self.text

    @property
    def standing_answer(self) -> "Reply | None":
        """The last answer that was signed: the one that is told and rated."""
        return self.replies.filter(signed_at__isnull=False).last()

    @property
    def is_read_by_link(self) -> bool:
        """Sent in over the web without a phone: nobody can tell the villager, who looks by the code."""
        return self.from_web and not self.villager_phone

    def waits_for_more_verdicts(self, signer) -> bool:
        """Is there a signer of a suggestion, other than `signer` (None: the lead), who has not rated this answer yet?"""
        if self.kind != Kind.SUGGESTION:
            return False
        answer = self.standing_answer
        rated: set[int | None] = set(self.verdicts.filter(reply=answer).values_list("signer", flat=True))
        rated.add(signer.pk if signer else self.deputy_id)
        signers: set[int | None] = set(
            self.cosigners.filter(confirmed_at__isnull=False).values_list("deputy", flat=True)
        )
        return bool((signers | {self.deputy_id}) - rated)

    def is_overdue(self, on) -> bool:
        return self.due_on is not None and self.due_on < on

    def days_left(self, on) -> int | None:
        """Calendar days until the due day, negative when overdue; None without a term."""
        return (self.due_on - on).days if self.due_on else None


class Hop(models.Model):
    """One move of a ticket: who did what, where it went, what was said, and the term that followed."""

    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="hops")
    move = models.CharField("步骤", max_length=20)
    from_state = models.CharField(max_length=15, choices=State, blank=True)
    to_state = models.CharField("状态", max_length=15, choices=State)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人"
    )
    standing_in_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="代管"
    )
    at = models.DateTimeField("时间")
    place = models.ForeignKey(Station, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="去向")
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="部门"
    )
    by_villager = models.BooleanField("群众本人", default=False)
    version = models.PositiveIntegerField(default=0)  # the ticket's version after this hop; 0 in old rows
    note = models.TextField("说明", blank=True)
    public_line = models.CharField("告知群众的话", max_length=200, blank=True)
    due_on = models.DateField("期限", null=True, blank=True)
    facts = models.JSONField(default=dict, blank=True)

    objects = HopQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "办理过程"
        ordering = ["pk"]

    def __str__(self):
        return f"{self.opinion} {self.move}"

    @property
    def actor_words(self) -> str:
        """Who made the move, e.g. `李明(代管王秀兰的岗位)`; needs `actor` and `standing_in_for` fetched."""
        if self.actor is None:
            return "反映人" if self.by_villager else ""
        return self.actor.name + (f"(代管{self.standing_in_for.name}的岗位)" if self.standing_in_for else "")


class HopFile(AttachedFile):
    """A file that belongs to one step: a photo of the mended road, the stamped letter (附件)."""

    hop = models.ForeignKey(Hop, models.CASCADE, related_name="files")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="上传人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "办理附件"
        ordering = ["pk"]

    def __str__(self):
        return self.name


class Reply(models.Model):
    """An answer (答复): drafted by an officer, signed by the department's head, or given by the holder itself."""

    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="replies")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField("答复内容")
    reply_class = models.CharField("办理类别", max_length=1, choices=ReplyClass, blank=True)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    drafted_at = models.DateTimeField("拟稿时间")
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="签发人"
    )
    signed_at = models.DateTimeField("签发时间", null=True, blank=True)
    withdrawn = models.BooleanField("已退回重拟", default=False)
    promised_on = models.DateField("承诺办成日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "答复"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["opinion"], condition=Q(signed_at=None, withdrawn=False), name="reply_one_draft_at_a_time"
            )
        ]

    def __str__(self):
        return f"{self.opinion} 答复"


class Verdict(models.Model):
    """What one person says of one answer (评价): the villager, or a signer of a suggestion, or somebody for them.

    `signer` is None for the villager. `given_by` is None when the villager did it with a link of their own.
    """

    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="verdicts")
    reply = models.ForeignKey(Reply, models.PROTECT, null=True, blank=True, related_name="verdicts")
    signer = models.ForeignKey(Deputy, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="代表")
    rating = models.CharField("评价", max_length=12, choices=Rating)
    reason = models.TextField("原因", blank=True)
    by_proxy = models.BooleanField("代为评价", default=False)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    given_at = models.DateTimeField("评价时间")

    class Meta:
        verbose_name = verbose_name_plural = "评价"
        ordering = ["pk"]

    def __str__(self):
        return f"{self.opinion} {self.get_rating_display()}"


class AnswerDraft(models.Model):
    """What a department has typed of its answer so far (答复草稿), shared by its officers; nobody's act yet."""

    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="answer_drafts")
    department = models.ForeignKey(Department, models.CASCADE, related_name="+")
    text = models.TextField("内容", blank=True)
    version = models.PositiveIntegerField(default=1)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="保存人")
    saved_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = verbose_name_plural = "答复草稿"
        constraints = [models.UniqueConstraint(fields=["opinion", "department"], name="answer_draft_once")]

    def __str__(self):
        return f"{self.opinion} {self.department}"


class Redaction(models.Model):
    """Words struck out of a ticket for good reason (隐去). The original stays sealed, for auditors."""

    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="redactions")
    part = models.CharField("位置", max_length=10, choices=Redacted)
    row = models.PositiveBigIntegerField(null=True, blank=True)  # key of the reply or hop
    original = SealedField("原文")
    reason = models.CharField("原因", max_length=200)
    redacted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="操作人")
    redacted_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "隐去记录"
        ordering = ["pk"]

    def __str__(self):
        return f"{self.opinion} {self.get_part_display()}"
