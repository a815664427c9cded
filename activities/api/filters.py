"""Filters of the lists of duty logs and activities."""

from datetime import date

import django_filters
from dateutil.relativedelta import relativedelta
from django import forms

from activities.models import Activity, DutyLog
from activities.states import ActivityKind, ActivityState, LogState
from stations.models import Station

PLACE = "任一站点的编号,含其下各级;看不到的站点是404"


class MonthFormField(forms.RegexField):
    """`2026-03`."""

    def __init__(self, **options):
        sentences = {"invalid": "月份请写成 2026-03 这样"}
        super().__init__(regex=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", error_messages=sentences, **options)


class MonthFilter(django_filters.CharFilter):
    """Rows of the days of one month, by their own date."""

    field_class = MonthFormField

    def filter(self, rows, text):
        if not text:
            return rows
        first = date.fromisoformat(f"{text}-01")
        return rows.within(first, first + relativedelta(months=1, days=-1))


class LogFilter(django_filters.FilterSet):
    station = django_filters.CharFilter(method="under_place", help_text=PLACE)
    branch = django_filters.CharFilter(method="under_place", help_text="分站的编号,和 station 一样用")
    month = MonthFilter(help_text="YYYY-MM:日期在这个月里的")
    state = django_filters.ChoiceFilter(choices=LogState.choices)

    class Meta:
        model = DutyLog
        fields = []

    @classmethod
    def get_filters(cls):
        """`from` is a word of Python's, so these two can't be written as attributes."""
        since = django_filters.DateFilter(field_name="date", lookup_expr="gte", label="这一天起,含当天")
        until = django_filters.DateFilter(field_name="date", lookup_expr="lte", label="到这一天,含当天")
        return super().get_filters() | {"from": since, "to": until}

    def under_place(self, rows, name, code):
        return rows.under(Station.objects.named(code, self.request.user))


class ActivityFilter(django_filters.FilterSet):
    station = django_filters.CharFilter(method="under_place", help_text=PLACE)
    year = django_filters.NumberFilter(
        field_name="held_on", lookup_expr="year", min_value=2000, max_value=2100, help_text="举行日期在这一年的"
    )
    kind = django_filters.ChoiceFilter(choices=ActivityKind.choices)
    state = django_filters.ChoiceFilter(choices=ActivityState.choices)

    class Meta:
        model = Activity
        fields: list[str] = []

    def under_place(self, rows, name, code):
        return rows.under(Station.objects.named(code, self.request.user))
