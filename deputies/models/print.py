"""What hangs at a place: every printing of it, and pictures of characters that no font has."""

import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from deputies.querysets import EditionQuerySet, GlyphImageQuerySet
from deputies.states import Product
from stations.models import Station


class Edition(models.Model):
    """One printing of one product for one place (版次): number, what it says, kept file; where and when it was hung.

    `facts` is what the sheet says, in words; photos and pictures of characters stand in it by the digest of their
    content. What hangs at a place is the edition that was hung last, whatever its size (统一悬挂).
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    place = models.ForeignKey(Station, models.PROTECT, related_name="editions", verbose_name="站点")
    product = models.CharField("种类", max_length=20, choices=Product, default=Product.BOARD)
    size = models.CharField("规格", max_length=20)
    period = models.CharField("月份", max_length=7, blank=True, help_text="值班公告是哪个月的,例如2026-12;别的空着")
    number = models.PositiveIntegerField("版次")
    sheets = models.PositiveSmallIntegerField("块数", default=1)
    facts = models.JSONField("内容", default=dict, encoder=DjangoJSONEncoder)
    facts_hash = models.CharField(max_length=64)
    file = models.CharField(max_length=200)
    made_at = models.DateTimeField("制作时间")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="制作人"
    )
    hung_on = models.DateField("悬挂日期", null=True, blank=True)
    hung_where = models.CharField("悬挂地点", max_length=60, blank=True, help_text="例如:村委会大门东侧")
    hung_by = models.CharField("悬挂人", max_length=40, blank=True)
    hung_recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="悬挂登记人"
    )
    hung_recorded_at = models.DateTimeField("悬挂登记时间", null=True, blank=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "印制版次"
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["place", "product", "hung_on"])]
        constraints = [
            models.UniqueConstraint(
                fields=["place", "product", "size", "period", "number"], name="edition_number_once"
            ),
            models.CheckConstraint(
                name="edition_hung_with_place_and_person",
                condition=Q(hung_on=None, hung_where="", hung_by="")
                | (Q(hung_on__isnull=False) & ~Q(hung_where="") & ~Q(hung_by="")),
                violation_error_message="登记悬挂要写明日期、地点和悬挂人。",
            ),
            models.CheckConstraint(
                name="edition_period_of_posters_only",
                condition=(Q(product=Product.DUTY_POSTER) & ~Q(period=""))
                | (~Q(product=Product.DUTY_POSTER) & Q(period="")),
            ),
        ]

    def __str__(self):
        return f"{self.place.code} {self.get_product_display()} {self.size} {self.label}"

    @property
    def label(self) -> str:
        """As printed on the sheet."""
        return f"第{self.number}版"


class GlyphImage(models.Model):
    """The picture of a character that no font has, supplied by the county (补字): it stands in on whatever is printed."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    county = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name="县")
    character = models.CharField("字", max_length=1)
    image = models.BinaryField("图", editable=False)  # a cleaned PNG, black on transparent, at most 60 KB
    digest = models.CharField(max_length=64, editable=False)
    note = models.CharField("来源", max_length=120, help_text="例如:身份证字形,派出所提供")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="上传人"
    )
    added_at = models.DateTimeField("上传时间")

    objects = GlyphImageQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "补字"
        ordering = ["county", "character"]
        constraints = [models.UniqueConstraint(fields=["county", "character"], name="glyph_image_once_a_county")]

    def __str__(self):
        return f"{self.character} U+{ord(self.character):04X}"
