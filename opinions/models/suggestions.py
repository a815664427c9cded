"""What a formal suggestion (代表建议) or motion (议案) has beyond a ticket: its session, its signers, the talk about it."""

from django.conf import settings
from django.db import models

from deputies.models import Deputy
from julu_liaison.common.texts import chinese_number
from opinions.models.tickets import Opinion
from opinions.states import ContactWish
from stations.models import Department, Station


class CongressSession(models.Model):
    """One meeting of the county's congress (人代会会议), e.g. 第十七届第五次会议. Suggestions are numbered per session."""

    county = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name="县")
    term = models.CharField("届次", max_length=20, help_text="例如:第十七届")
    ordinal = models.PositiveSmallIntegerField("第几次会议")
    starts_on = models.DateField("开幕")
    ends_on = models.DateField("闭幕")

    class Meta:
        verbose_name = verbose_name_plural = "人代会会议"
        ordering = ["-starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "term", "ordinal"], name="congress_session_once",
                violation_error_message="这次会议已经登记过了。",
            ),
            models.CheckConstraint(
                name="congress_session_ends_after_start", condition=models.Q(ends_on__gte=models.F("starts_on")),
                violation_error_message="闭幕日期不能早于开幕日期。",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.term}第{chinese_number(self.ordinal)}次会议"


class SuggestionDetail(models.Model):
    """The formal side of one suggestion or motion. `serial` numbers it within its session once it is accepted."""

    opinion = models.OneToOneField(Opinion, models.CASCADE, related_name="detail")
    is_motion = models.BooleanField("议案", default=False)
    session = models.ForeignKey(
        CongressSession, models.PROTECT, null=True, blank=True, related_name="suggestions", verbose_name="会议"
    )
    in_session = models.BooleanField("会议期间提出", default=False)
    serial = models.PositiveIntegerField("序号", null=True, blank=True)
    may_publish = models.BooleanField("同意公开", default=True)
    contact_wish = models.CharField("希望的联系方式", max_length=10, choices=ContactWish, default=ContactWish.MEETING)
    grown_from = models.OneToOneField(
        Opinion, models.PROTECT, null=True, blank=True, related_name="became", verbose_name="由哪件社情民意转来"
    )

    class Meta:
        verbose_name = verbose_name_plural = "建议要素"
        constraints = [models.UniqueConstraint(fields=["session", "serial"], name="suggestion_number_once")]

    def __str__(self):
        return self.session_number or str(self.opinion)

    @property
    def session_number(self) -> str:
        """The number within the session, e.g. `第十七届第五次会议第012号`, with 闭会期间 where it was filed between sessions."""
        if self.session is None or self.serial is None:
            return ""
        between = "" if self.in_session else "闭会期间"
        return f"{self.session}{between}第{self.serial:03d}号"

    @property
    def kind_words(self) -> str:
        return "议案" if self.is_motion else "建议"


class Cosigner(models.Model):
    """A deputy who signs a suggestion with its lead (附议). Counts once confirmed, in person or on paper."""

    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="cosigners")
    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="cosigned", verbose_name="代表")
    added_at = models.DateTimeField("邀请时间")
    confirmed_at = models.DateTimeField("附议时间", null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    declined_at = models.DateTimeField("谢绝时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "附议"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["opinion", "deputy"], name="cosigner_once"),
            models.CheckConstraint(
                name="cosigner_confirmed_or_declined",
                condition=models.Q(confirmed_at=None) | models.Q(declined_at=None),
            ),
        ]

    def __str__(self):
        return f"{self.deputy} 附议 {self.opinion}"


class Consultation(models.Model):
    """A department talked with the deputy about a suggestion (面商); the deputy signs the record."""

    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="consultations")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", verbose_name="部门")
    held_on = models.DateField("日期")
    way = models.CharField("方式", max_length=10, choices=ContactWish, default=ContactWish.MEETING)
    text = models.TextField("面商情况")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人")
    recorded_at = models.DateTimeField("记录时间")
    signed_at = models.DateTimeField("签字时间", null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="签字登记人"
    )
    on_paper = models.BooleanField("纸质签字", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "面商记录"
        ordering = ["pk"]

    def __str__(self):
        return f"{self.opinion} 面商 {self.held_on}"
