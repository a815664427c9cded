"""Filters of the lists of places and villages."""

import django_filters

from stations.models import Station, Village
from stations.states import Level


class StationFilter(django_filters.FilterSet):
    level = django_filters.ChoiceFilter(choices=Level.choices)
    parent = django_filters.CharFilter(method="below", help_text="上级的编号;看不到的是404")

    class Meta:
        model = Station
        fields = ["level"]

    def below(self, rows, name, code):
        return rows.filter(parent=Station.objects.named(code, self.request.user))


class VillageFilter(django_filters.FilterSet):
    station = django_filters.CharFilter(method="under_place", help_text="任一站点的编号,含其下各级;看不到的站点是404")
    q = django_filters.CharFilter(field_name="name", lookup_expr="contains", max_length=40, help_text="村名里的字")

    class Meta:
        model = Village
        fields: list[str] = []

    def under_place(self, rows, name, code):
        return rows.filter(branch__in=Station.objects.under(Station.objects.named(code, self.request.user)))
