"""Rosters and shifts, duty logs with attendance, activities."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from activities.querysets import ActivityQuerySet, AttendanceQuerySet, DutyLogQuerySet, ShiftQuerySet
from activities.states import ActivityKind, Form, LogState, Presence, RosterState, ShiftState
from deputies.models import Deputy
from julu_liaison.common.numbering import printed_number
from stations.models import Station


class Placed(models.Model):
    """Carries the branch with its station and county, so that no list needs the tree (see stack.md, 'Scale')."""

    branch = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name="分站")
    station = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name="联络站", editable=False)
    county = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name="县", editable=False)

    class Meta:
        abstract = True

    def put_at(self, branch: Station) -> None:
        """Set branch, station and county together."""
        self.branch, self.station_id, self.county_id = branch, branch.parent_id, branch.county_id


class Registered(Placed):
    """Has a formal number in the register of one station (`register`), where it stays for good.

    `station` is the branch's station of today and follows when the branch moves; the number does not.
    """

    register = models.ForeignKey(
        Station, models.PROTECT, related_name="+", verbose_name="编号所属联络站", editable=False
    )

    class Meta:
        abstract = True

    def enter_at(self, branch: Station) -> None:
        """Put a new row at `branch` and into the register of its station."""
        self.put_at(branch)
        self.register_id = branch.parent_id

    @property
    def foreign_register(self) -> str:
        """The short name of the register's station where it is no longer the branch's own, else nothing."""
        return self.register.name if self.register_id != self.station_id else ""


class Roster(models.Model):
    """A township station's month of Sundays (排班); published once the deputies have been told."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="rosters", verbose_name="联络站")
    month = models.DateField("月份", help_text="当月1日")
    state = models.CharField("状态", max_length=10, choices=RosterState, default=RosterState.DRAFT)
    published_at = models.DateTimeField("公布时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "排班"
        constraints = [models.UniqueConstraint(fields=["station", "month"], name="roster_once_a_month")]

    def __str__(self):
        return f"{self.station} {self.month:%Y-%m}"


class Shift(Placed):
    """One branch on one reception day (值班) with its 2–3 deputies."""

    roster = models.ForeignKey(Roster, models.PROTECT, related_name="shifts", verbose_name="排班")
    date = models.DateField("日期")
    for_sunday = models.DateField("原定星期日", help_text="节假日顺延时与日期不同;算哪个月按这一天")
    state = models.CharField("状态", max_length=10, choices=ShiftState, default=ShiftState.PLANNED)
    reason = models.CharField("未开展原因", max_length=100, blank=True)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "值班"
        ordering = ["date", "branch"]
        constraints = [models.UniqueConstraint(fields=["branch", "for_sunday"], name="shift_once_a_sunday")]
        indexes = [models.Index(fields=["branch", "date"]), models.Index(fields=["county", "date"])]

    def __str__(self):
        return f"{self.branch} {self.date}"


class ShiftPlace(models.Model):
    """One deputy's place in a shift."""

    shift = models.ForeignKey(Shift, models.CASCADE, related_name="places")
    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="shift_places", verbose_name="代表")

    class Meta:
        verbose_name = verbose_name_plural = "值班代表"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["shift", "deputy"], name="shift_place_once")]

    def __str__(self):
        return f"{self.deputy} {self.shift.date}"


class DutyLog(Registered):
    """Numbered record of one session at a branch (工作日志)."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    year = models.PositiveSmallIntegerField("年度", editable=False)
    serial = models.PositiveIntegerField("序号", editable=False)
    date = models.DateField("日期")
    form = models.CharField("形式", max_length=10, choices=Form, default=Form.ONSITE)
    summary = models.TextField("内容", blank=True)
    received = models.PositiveIntegerField("接待人数", default=0)
    households = models.PositiveIntegerField("走访户数", default=0)
    leaflets = models.PositiveIntegerField("发放资料份数", default=0)
    state = models.CharField("状态", max_length=10, choices=LogState, default=LogState.FILED)
    void_reason = models.CharField("作废原因", max_length=200, blank=True)
    recorder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人")
    filed_at = models.DateTimeField("登记时间")
    filing_key = models.CharField(max_length=100, unique=True, null=True, blank=True, editable=False)

    objects = DutyLogQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "工作日志"
        ordering = ["-date", "-pk"]
        constraints = [models.UniqueConstraint(fields=["register", "year", "serial"], name="duty_log_number_once")]
        indexes = [
            models.Index(fields=["branch", "date"]),
            models.Index(fields=["station", "date"]),
            models.Index(fields=["county", "date"]),
        ]

    def __str__(self):
        return f"{self.branch} {self.number}"

    @property
    def number(self) -> str:
        """The printed number within its register, e.g. 〔2026〕第001号."""
        return printed_number(self.year, self.serial)


class Attendance(models.Model):
    """What one deputy did in one session (出席)."""

    log = models.ForeignKey(DutyLog, models.CASCADE, related_name="attendance")
    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="attendance", verbose_name="代表")
    status = models.CharField("到岗情况", max_length=20, choices=Presence)
    expected = models.BooleanField("应到", default=False)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "到岗"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["log", "deputy"], name="attendance_once_a_log")]

    def __str__(self):
        return f"{self.deputy} {self.get_status_display()}"


class Activity(models.Model):
    """Study, training, inspection, research, meeting … held by a place (活动)."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    station = models.ForeignKey(Station, models.PROTECT, related_name="activities", verbose_name="组织单位")
    county = models.ForeignKey(Station, models.PROTECT, related_name="+", editable=False)
    kind = models.CharField("类别", max_length=12, choices=ActivityKind)
    title = models.CharField("名称", max_length=120)
    held_on = models.DateField("日期")
    required = models.BooleanField("应当参加", default=True)
    leaflets = models.PositiveIntegerField("发放资料份数", default=0)
    households = models.PositiveIntegerField("走访户数", default=0)
    recorder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人")
    recorded_at = models.DateTimeField("记录时间")

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "活动"
        ordering = ["-held_on", "-pk"]
        indexes = [models.Index(fields=["county", "held_on"])]

    def __str__(self):
        return self.title


class ActivityAttendance(models.Model):
    """What one deputy did in one activity (活动出席)."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="attendance")
    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="activity_attendance", verbose_name="代表")
    status = models.CharField(
        "出席情况", max_length=20, choices=[choice for choice in Presence.choices if choice[0] != "substitute"]
    )

    class Meta:
        verbose_name = verbose_name_plural = "活动出席"
        constraints = [
            models.UniqueConstraint(fields=["activity", "deputy"], name="activity_attendance_once"),
            models.CheckConstraint(
                name="activity_attendance_nobody_stands_in", condition=~Q(status=Presence.SUBSTITUTE)
            ),
        ]

    def __str__(self):
        return f"{self.deputy} {self.get_status_display()}"
