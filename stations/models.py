"""The tree centre → township → branch, villages, departments, and who serves where as what."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from mptt.models import MPTTModel, TreeForeignKey

from julu_liaison.common.history import Trace
from stations.querysets import DepartmentQuerySet, PostingQuerySet, StationManager, VillageQuerySet
from stations.states import DEPARTMENT_ROLES, Level, Role


class Station(MPTTModel):
    """A place of the grid: 网格指挥中心, 乡镇联络站 or 联络分站. Written by `stations.services.tree` only."""

    code = models.CharField("编号", max_length=20, unique=True, help_text="印在二维码里,定了就不能改")
    level = models.CharField("层级", max_length=10, choices=Level)
    name = models.CharField("简称", max_length=40, help_text="例如:官亭镇、第一分站")
    full_name = models.CharField("全称", max_length=120, editable=False)
    parent = TreeForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级")
    county = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name="县"
    )
    official_order = models.PositiveIntegerField("公文顺序", default=0)
    division_code = models.CharField("行政区划代码", max_length=12, blank=True)
    host = models.CharField("依托单位", max_length=60, blank=True)
    address = models.CharField("地址", max_length=120, blank=True)
    phone = models.CharField("电话", max_length=20, blank=True)
    duty_hours = models.CharField("接待时间", max_length=40, blank=True, help_text="空着就用上级的")
    seats = models.PositiveSmallIntegerField("每次接待人数", null=True, blank=True, help_text="2至3人,空着就用上级的")
    opened_on = models.DateField("设立日期")
    closed_on = models.DateField("撤销日期", null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name="并入"
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = StationManager()
    history = Trace(excluded_fields=["lft", "rght", "tree_id", "depth"])

    class MPTTMeta:
        level_attr = "depth"  # mptt's default name would take over our own `level`
        order_insertion_by = ["official_order", "code"]

    class Meta:
        verbose_name = verbose_name_plural = "站点"
        constraints = [
            models.CheckConstraint(
                name="station_level_fits_depth",
                condition=Q(level=Level.CENTRE, depth=0, parent=None)
                | Q(level=Level.TOWNSHIP, depth=1, parent__isnull=False)
                | Q(level=Level.BRANCH, depth=2, parent__isnull=False),
                violation_error_message="县级在最上面,乡镇站在县级下面,分站在乡镇站下面。",
            ),
            models.CheckConstraint(
                name="station_seats_two_to_four",
                condition=Q(seats=None) | Q(seats__range=(2, 4)),
                violation_error_message="每次接待安排2至4人。",
            ),
            models.CheckConstraint(
                name="station_closes_after_opening",
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")),
                violation_error_message="撤销日期不能早于设立日期。",
            ),
            models.CheckConstraint(
                name="station_merged_is_closed",
                condition=Q(merged_into=None) | Q(closed_on__isnull=False),
                violation_error_message="并入别处的分站要有撤销日期。",
            ),
            models.UniqueConstraint(
                fields=["parent", "name"],
                name="station_name_once_under_parent",
                violation_error_message="同一个上级下面已经有这个名称了。",
            ),
        ]

    def __str__(self):
        return self.full_name

    @property
    def county_code(self) -> str:
        """The code of the county that the place belongs to; read it with `county`."""
        return self.county.code if self.county else self.code

    @property
    def township(self) -> "Station":
        """The township station of a branch, or the station itself."""
        return self.parent if self.level == Level.BRANCH else self

    @property
    def successor(self) -> "Station":
        """Where a merged branch has gone in the end; any other place itself."""
        place = self
        while place.merged_into:
            place = place.merged_into
        return place

    def is_open(self, on) -> bool:
        """Whether the place is there on the day `on`; `closed_on` is the first day it isn't."""
        return self.opened_on <= on and (self.closed_on is None or on < self.closed_on)

    def inherited(self, field: str):
        """Return the value of `field`, or that of the nearest place above that has one."""
        place = self
        while place is not None:
            if getattr(place, field) not in (None, ""):
                return getattr(place, field)
            place = place.parent
        return None

    @property
    def seats_here(self) -> int:
        return self.inherited("seats") or 3

    @property
    def duty_hours_here(self) -> str:
        return self.inherited("duty_hours") or ""

    @property
    def phone_here(self) -> str:
        return self.inherited("phone") or ""


class Village(models.Model):
    """A village or community (村 / 社区), in the area of one branch."""

    name = models.CharField("名称", max_length=40)
    branch = models.ForeignKey(Station, models.PROTECT, related_name="villages", verbose_name="所属分站")

    objects = VillageQuerySet.as_manager()
    history = Trace()

    class Meta:
        verbose_name = verbose_name_plural = "村(社区)"
        ordering = ["branch", "name"]
        constraints = [models.UniqueConstraint(fields=["branch", "name"], name="village_name_once_in_branch")]

    def __str__(self):
        return self.name


class Department(models.Model):
    """A government department that handles transferred tickets (承办部门)."""

    code = models.CharField("编号", max_length=30, unique=True)
    name = models.CharField("名称", max_length=60)
    county = models.ForeignKey(Station, models.PROTECT, related_name="departments", verbose_name="县")
    phone = models.CharField("电话", max_length=20, blank=True)
    signature_needed = models.BooleanField("答复要负责人签发", default=True)
    official_order = models.PositiveIntegerField("公文顺序", default=0)
    is_active = models.BooleanField("启用", default=True)

    objects = DepartmentQuerySet.as_manager()
    history = Trace()

    class Meta:
        verbose_name = verbose_name_plural = "承办部门"
        ordering = ["official_order", "code"]

    def __str__(self):
        return self.name


class Posting(models.Model):
    """Who serves where as what, from when to when (岗位). All scoping and every permission rest on it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="postings", verbose_name="账号")
    role = models.CharField("角色", max_length=20, choices=Role)
    station = models.ForeignKey(
        Station, models.PROTECT, null=True, blank=True, related_name="postings", verbose_name="站点"
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="postings", verbose_name="部门"
    )
    started_on = models.DateField("开始日期")
    ended_on = models.DateField("结束日期", null=True, blank=True, help_text="最后一天,含当天")
    stands_in_for = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="handovers", verbose_name="代管的岗位"
    )

    objects = PostingQuerySet.as_manager()
    history = Trace()

    class Meta:
        verbose_name = verbose_name_plural = "岗位"
        ordering = ["-started_on", "pk"]
        indexes = [models.Index(fields=["user", "started_on"])]
        constraints = [
            models.CheckConstraint(
                name="posting_station_or_department",
                condition=Q(role__in=DEPARTMENT_ROLES, station=None, department__isnull=False)
                | (~Q(role__in=DEPARTMENT_ROLES) & Q(station__isnull=False, department=None)),
                violation_error_message="部门岗位请选部门,其他岗位请选站点。",
            ),
            models.CheckConstraint(
                name="posting_ends_after_start",
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                violation_error_message="结束日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                name="posting_handover_has_an_end",
                condition=Q(stands_in_for=None) | Q(ended_on__isnull=False),
                violation_error_message="代管要写明到哪天为止。",
            ),
            *(
                models.UniqueConstraint(
                    fields=["user", "role", place],
                    condition=Q(ended_on=None),
                    name=f"posting_once_at_a_{place}",
                    violation_error_message="这个人已经有同样的岗位了。",
                )
                for place in ("station", "department")
            ),
        ]

    def __str__(self):
        return f"{self.user} {self.get_role_display()} {self.station or self.department}"
