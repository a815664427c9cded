"""Filters of the list of duty logs."""

import django_filters

from activities.models import DutyLog
from stations.models import Station


class LogFilter(django_filters.FilterSet):
    station = django_filters.CharFilter(method="under_place", help_text="任一站点的编号,含其下各级;看不到的站点是404")

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
