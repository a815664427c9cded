"""Rosters, their shifts, and what goes with them: preferences, other services, changes, calendar feeds."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from activities.models.placed import Placed
from activities.querysets import ShiftQuerySet
from activities.states import Form, RosterState, ShiftState
from deputies.models import Deputy
from stations.models import Station


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
    """One branch on one reception day (值班) with its 2–3 deputies.

    `reason` says why the day was called off, moved or added; `seats`, where set, differs from the branch's for this day.
    """

    roster = models.ForeignKey(Roster, models.PROTECT, related_name="shifts", verbose_name="排班")
    date = models.DateField("日期")
    for_sunday = models.DateField("原定星期日", help_text="节假日顺延时与日期不同,加开的一天就是当天;算哪个月按这一天")
    state = models.CharField("状态", max_length=10, choices=ShiftState, default=ShiftState.PLANNED)
    reason = models.CharField("原因", max_length=100, blank=True)
    is_extra = models.BooleanField("加开", default=False)
    seats = models.PositiveSmallIntegerField("这一天的人数", null=True, blank=True)
    # Up to whom it was told that fewer than two deputies are on this day.
    station_warned_on = models.DateField(null=True, blank=True, editable=False)
    county_warned_on = models.DateField(null=True, blank=True, editable=False)
    # When its date, as it stands, was announced to those who may come (接待预告).
    announced_on = models.DateField(null=True, blank=True, editable=False)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "值班"
        ordering = ["date", "branch"]
        constraints = [
            models.UniqueConstraint(fields=["branch", "for_sunday"], name="shift_once_a_sunday"),
            models.CheckConstraint(
                name="shift_seats_two_to_four", condition=Q(seats=None) | Q(seats__range=(2, 4))
            ),
        ]
        indexes = [
            models.Index(fields=["branch", "date"]),
            models.Index(fields=["county", "date"]),
            models.Index(fields=["county", "for_sunday"], name="shift_by_county_and_sunday"),
        ]

    def __str__(self):
        return f"{self.branch} {self.date}"


class ShiftPlace(models.Model):
    """One deputy's place in a shift. `fixed`: put there by hand or by a swap; planning leaves it alone.

    `told_on`: when the deputy last heard of it by itself, by a change or a reminder; else publishing was the last word.
    """

    shift = models.ForeignKey(Shift, models.CASCADE, related_name="places")
    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="shift_places", verbose_name="代表")
    fixed = models.BooleanField("手工排定", default=False)
    instead_of = models.ForeignKey(
        Deputy, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="替谁"
    )
    told_on = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "值班代表"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["shift", "deputy"], name="shift_place_once")]

    def __str__(self):
        return f"{self.deputy} {self.shift.date}"


class RosterChange(models.Model):
    """One change of a published roster in plain words, with its reason (排班变动)."""

    roster = models.ForeignKey(Roster, models.PROTECT, related_name="changes")
    shift = models.ForeignKey(Shift, models.SET_NULL, null=True, blank=True, related_name="changes")
    text = models.CharField("变动", max_length=200)
    reason = models.CharField("原因", max_length=100, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "排班变动"
        ordering = ["-pk"]

    def __str__(self):
        return self.text


class OtherService(Placed):
    """Another form of service planned for somebody whom the month's Sundays left over (另行安排的服务)."""

    roster = models.ForeignKey(Roster, models.CASCADE, related_name="other_services")
    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="other_services", verbose_name="代表")
    form = models.CharField("形式", max_length=10, choices=Form, default=Form.VISIT)
    by = models.DateField("最晚哪天")
    note = models.CharField("说明", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "另行安排的服务"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["roster", "deputy"], name="other_service_once_a_month")]

    def __str__(self):
        return f"{self.deputy} {self.get_form_display()}"


class DutyPreference(models.Model):
    """Which Sundays of the month a deputy would rather not serve (值班意愿): a wish, not a rule."""

    deputy = models.OneToOneField(Deputy, models.PROTECT, related_name="duty_preference", verbose_name="代表")
    avoided_weeks = models.JSONField("不方便的星期日", default=list, blank=True, help_text="当月第几个星期日,1到5")
    note = models.CharField("说明", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "值班意愿"

    def __str__(self):
        return f"{self.deputy} {self.avoided_weeks}"


class CalendarFeed(models.Model):
    """A secret, revocable address under which a calendar program reads duties (日历订阅) of a deputy or a branch."""

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    deputy = models.ForeignKey(Deputy, models.CASCADE, null=True, blank=True, related_name="feeds")
    branch = models.ForeignKey(Station, models.CASCADE, null=True, blank=True, related_name="feeds")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "日历订阅"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="feed_of_a_deputy_or_a_branch",
                condition=Q(deputy=None, branch__isnull=False) | Q(deputy__isnull=False, branch=None),
            ),
            *(
                models.UniqueConstraint(fields=[of], condition=Q(revoked_at=None), name=f"feed_one_of_a_{of}")
                for of in ("deputy", "branch")
            ),
        ]

    def __str__(self):
        return f"日历订阅 {self.deputy or self.branch}"
