"""Filters of the list of places."""

import django_filters

from stations.models import Station
from stations.states import Level


class StationFilter(django_filters.FilterSet):
    level = django_filters.ChoiceFilter(choices=Level.choices)
    parent = django_filters.CharFilter(method="below", help_text="上级的编号;看不到的是404")

    class Meta:
        model = Station
        fields = ["level"]

    def below(self, rows, name, code):
        return rows.filter(parent=Station.objects.named(code, self.request.user))
