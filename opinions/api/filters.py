"""Filters of the list of tickets."""

import django_filters

from julu_liaison.common.working_days import today_here
from opinions.models import Opinion
from opinions.states import Kind, State
from stations.models import Station

YES_NO = [("true", "超期的"), ("false", "没有超期的")]


class TicketFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=State.choices)
    kind = django_filters.ChoiceFilter(choices=Kind.choices)
    holder = django_filters.CharFilter(method="held_by", help_text="该谁办:站点或部门的编号")
    overdue = django_filters.ChoiceFilter(method="late", choices=YES_NO)
    station = django_filters.CharFilter(method="under_place", help_text="任一站点的编号,含其下各级;看不到的站点是404")
    q = django_filters.CharFilter(method="search", max_length=60, help_text="编号、内容、代表姓名或拼音首字母")

    class Meta:
        model = Opinion
        fields = ["state", "kind"]

    def held_by(self, rows, name, code):
        return rows.held_by(code)

    def late(self, rows, name, answer):
        late = Opinion.objects.overdue(today_here())
        return rows.overdue(today_here()) if answer == "true" else rows.exclude(pk__in=late.values("pk"))

    def under_place(self, rows, name, code):
        return rows.under(Station.objects.named(code, self.request.user))

    def search(self, rows, name, text):
        return rows.matching(text)
