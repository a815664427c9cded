"""Filters of the list of deputies."""

import django_filters

from deputies.models import Deputy
from deputies.permissions import sees_whole_phones
from julu_liaison.common.working_days import today_here
from stations.models import Station


class DeputyFilter(django_filters.FilterSet):
    station = django_filters.CharFilter(method="serving_at", help_text="任一站点的编号,含其下各级;看不到的站点是404")
    q = django_filters.CharFilter(method="search", max_length=60, help_text="姓名、拼音首字母、编号或电话末几位")

    class Meta:
        model = Deputy
        fields = []

    def serving_at(self, rows, name, code):
        return rows.serving(today_here(), Station.objects.named(code, self.request.user))

    def search(self, rows, name, text):
        return rows.matching(text, phones=sees_whole_phones(self.request.user))
