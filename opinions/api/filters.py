"""Filters of the list of tickets: those of the page, under the same names."""

import django_filters
from drf_spectacular.utils import extend_schema_field

from activities.states import Category, Rating
from julu_liaison.common.working_days import today_here
from opinions.forms.narrowing import Reader, narrowed
from opinions.models import Opinion
from opinions.states import Kind, State
from stations.models import Station

NO_RATING = ("none", "没有评价")


def _choice(choices, **options):
    return django_filters.ChoiceFilter(choices=choices, method="by_name", **options)


def _text(help_text: str):
    return django_filters.CharFilter(method="by_name", help_text=help_text, max_length=60)


def _day(help_text: str):
    return django_filters.DateFilter(method="by_name", help_text=help_text)


def _sides(yes: str, no: str):
    words = {"type": "boolean", "description": f"true {yes};false {no}"}
    return extend_schema_field(words)(
        django_filters.ChoiceFilter(choices=[("true", yes), ("false", no)], method="by_side")
    )


def _flag(yes: str):
    words = {"type": "boolean", "enum": [True], "description": yes}
    return extend_schema_field(words)(django_filters.ChoiceFilter(choices=[("true", yes)], method="by_side"))


class TicketFilter(django_filters.FilterSet):
    state = _choice(State.choices)
    kind = _choice(Kind.choices)
    category = _choice(Category.choices)
    rating = _choice([*Rating.choices, NO_RATING])
    q = _text("编号、内容、乡镇、代表姓名或拼音首字母;几个词用空格隔开,都要有;群众姓名查不到")
    holder = _text("该谁办:站点或部门的编号")
    station = django_filters.CharFilter(method="under_place", help_text="任一站点的编号,含其下各级;看不到的站点是404")
    department = _text("承办部门的编号")
    assisting = _text("协办部门的编号")
    deputy = _text("代表的编号")
    since, until = _day("收到日期从"), _day("收到日期到")
    ended_since, ended_until = _day("办结日期从"), _day("办结日期到")
    overdue = _sides("超期的", "没有超期的")
    late = _sides("办理中超过期限的", "各环节都按时的")
    told = _sides("已经告知的", "还没告知的")
    transferred = _sides("交部门办过的", "没有交过部门的")
    mine = _flag("该我办的")
    soon = _flag("快到期的")
    web = _flag("网上待核对")
    to_tell = _flag("待告知")
    follow_up = _flag("待回访")
    supervised = _flag("督办件")
    tracked = _flag("跟踪件")
    reworked = _flag("重新办过的")
    extended = _flag("批准过延期的")
    motion = _flag("议案")
    unvisited = _flag("还没有面商的")

    class Meta:
        model = Opinion
        fields: list[str] = []

    def by_name(self, rows, name, value):
        return narrowed(rows, name, value, Reader(self.request.user, today_here()))

    def by_side(self, rows, name, answer):
        return self.by_name(rows, name, answer == "true")

    def under_place(self, rows, name, code):
        return rows.under(Station.objects.named(code, self.request.user))
