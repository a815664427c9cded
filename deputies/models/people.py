"""The person (人大代表), their mandates, and the branch they are assigned to."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from deputies.querysets import DatedQuerySet, DeputyQuerySet, MembershipQuerySet
from deputies.states import LEVEL_ORDER, Gender, MandateLevel, MembershipRole
from julu_liaison.common.history import Trace
from stations.models import Station


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
