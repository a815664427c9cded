"""The person (人大代表), their mandates, and the branch they are assigned to."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from deputies.querysets import (
    ConstituentQuerySet,
    ContactQuerySet,
    DatedQuerySet,
    DeputyQuerySet,
    MembershipQuerySet,
)
from deputies.states import LEVEL_ORDER, ContactForm, Gender, MandateLevel, MembershipRole, ServiceRole
from julu_liaison.common.history import Trace
from julu_liaison.common.secrets import SealedField
from stations.models import Station, Village


class Deputy(models.Model):
    """One person. Names are kept as typed: rare and variant characters are never 'corrected'."""

    code = models.CharField("编号", max_length=20, unique=True)
    county = models.ForeignKey(Station, models.PROTECT, related_name="deputies_here", verbose_name="县")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="deputy", verbose_name="账号"
    )
    name = models.CharField("姓名", max_length=40)
    initials = models.CharField("拼音首字母", max_length=20, blank=True, editable=False)
    sort_key = models.CharField("排序", max_length=120, blank=True, editable=False)
    stroke_key = models.CharField("姓名笔画", max_length=200, blank=True, editable=False)
    gender = models.CharField("性别", max_length=1, choices=Gender, blank=True)
    ethnicity = models.CharField("民族", max_length=20, blank=True)
    birth_month = models.DateField("出生年月", null=True, blank=True, help_text="只记到月,日子写1日")
    employer = models.CharField("工作单位", max_length=80, blank=True)
    position = models.CharField("职务", max_length=80, blank=True)
    phone = models.CharField("联系电话", max_length=20, blank=True)
    contact_scope = models.CharField("联系内容", max_length=120, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)
    # The portrait: for print (3:4, 900×1200), for screens (240×320), and what they are cut from, upright and without
    # metadata; paths below MEDIA_ROOT. The crop is [left, top, width, height] in pixels of the original.
    photo = models.CharField("照片", max_length=200, blank=True, editable=False)
    photo_small = models.CharField(max_length=200, blank=True, editable=False)
    photo_original = models.CharField(max_length=200, blank=True, editable=False)
    photo_crop = models.JSONField("照片裁剪", null=True, blank=True, editable=False)
    photo_consent_on = models.DateField("同意公开照片", null=True, blank=True)
    photo_consent_evidence = models.CharField("照片同意依据", max_length=120, blank=True, help_text="例如:签字同意书第12号")
    phone_consent_on = models.DateField("同意公开电话", null=True, blank=True)
    phone_consent_evidence = models.CharField("电话同意依据", max_length=120, blank=True, help_text="例如:签字同意书第12号")

    # Filled by `with_places(on)`: what counts on that day.
    memberships_now: list["Membership"]
    mandates_now: list["Mandate"]

    objects = DeputyQuerySet.as_manager()
    history = Trace(
        derived=("initials", "sort_key", "stroke_key", "photo_small", "photo_original"), opaque=("photo", "photo_crop")
    )

    class Meta:
        verbose_name = verbose_name_plural = "人大代表"
        ordering = ["sort_key", "code"]
        indexes = [
            models.Index(fields=["county", "sort_key"]),
            models.Index(fields=["county", "stroke_key"]),
            models.Index(fields=["name"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="deputy_photo_consent_has_evidence",
                condition=Q(photo_consent_on=None) | ~Q(photo_consent_evidence=""),
                violation_error_message="同意公开照片要写明依据。",
            ),
            models.CheckConstraint(
                name="deputy_phone_consent_has_evidence",
                condition=Q(phone_consent_on=None) | ~Q(phone_consent_evidence=""),
                violation_error_message="同意公开电话要写明依据。",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def membership_now(self) -> "Membership | None":
        """The membership of the day given to `with_places`."""
        return self.memberships_now[0] if self.memberships_now else None

    @property
    def levels_now(self) -> list[str]:
        """Mandate levels of the day given to `with_places`, from 省 to 乡."""
        held = {mandate.level for mandate in self.mandates_now}
        return [level for level in LEVEL_ORDER if level in held]


class Mandate(models.Model):
    """The right to sit in one congress (代表资格); one person may hold several."""

    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="mandates", verbose_name="代表")
    level = models.CharField("代表层级", max_length=10, choices=MandateLevel)
    term = models.CharField("届次", max_length=40, blank=True)
    constituency = models.CharField("选区", max_length=60, blank=True)
    certificate_number = models.CharField("代表证号", max_length=40, blank=True)
    started_on = models.DateField("开始日期")
    ended_on = models.DateField("结束日期", null=True, blank=True, help_text="最后一天,含当天")
    end_reason = models.CharField("结束原因", max_length=60, blank=True)

    objects = DatedQuerySet.as_manager()
    history = Trace()

    class Meta:
        verbose_name = verbose_name_plural = "代表资格"
        constraints = [
            models.UniqueConstraint(
                fields=["deputy", "level"],
                condition=Q(ended_on=None),
                name="mandate_once_a_level",
                violation_error_message="同一层级不能同时有两个代表资格。",
            ),
            models.CheckConstraint(
                name="mandate_ends_after_start", condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on"))
            ),
        ]

    def __str__(self):
        return f"{self.deputy} {self.get_level_display()} {self.term}"


class Membership(models.Model):
    """Which branch a deputy is assigned to (驻站), as head (站长) or member, from when to when."""

    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="memberships", verbose_name="代表")
    branch = models.ForeignKey(Station, models.PROTECT, related_name="memberships", verbose_name="分站")
    role = models.CharField("分站职务", max_length=10, choices=MembershipRole, default=MembershipRole.MEMBER)
    started_on = models.DateField("开始日期")
    ended_on = models.DateField("结束日期", null=True, blank=True, help_text="最后一天,含当天")

    objects = MembershipQuerySet.as_manager()
    history = Trace()

    class Meta:
        verbose_name = verbose_name_plural = "驻站"
        indexes = [models.Index(fields=["branch", "started_on"])]
        constraints = [
            models.UniqueConstraint(
                fields=["deputy"],
                condition=Q(ended_on=None),
                name="membership_one_branch_at_a_time",
                violation_error_message="这位代表已经在一个分站了,请先办调离。",
            ),
            models.UniqueConstraint(
                fields=["branch"],
                condition=Q(ended_on=None, role=MembershipRole.HEAD),
                name="membership_one_head_a_branch",
                violation_error_message="这个分站已经有站长了。",
            ),
            models.CheckConstraint(
                name="membership_ends_after_start", condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on"))
            ),
        ]

    def __str__(self):
        return f"{self.deputy} {self.branch}"


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


class BoardEdition(models.Model):
    """One printing of one branch's notice board (公示牌): number, date, hash of the facts, kept file."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    branch = models.ForeignKey(Station, models.PROTECT, related_name="board_editions", verbose_name="分站")
    size = models.CharField("规格", max_length=20)
    number = models.PositiveIntegerField("版次")
    facts_hash = models.CharField(max_length=64)
    file = models.CharField(max_length=200)
    made_at = models.DateTimeField("制作时间")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="制作人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "公示牌版次"
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(fields=["branch", "size", "number"], name="board_edition_number_once")
        ]

    def __str__(self):
        return f"{self.branch.code} {self.size} 第{self.number}版"
