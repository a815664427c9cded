"""How the figures of a month are shown: sums for every place, deputy by deputy for a branch."""

from collections import Counter

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from activities.rules.months import DeputyMonth, MonthFigures
from activities.states import ON_LEAVE, Presence, ReportState
from stations.states import Level

SUMS = {
    "planned": "排了几次接待", "held": "开展了几次", "covered": "其中两名以上代表到岗的", "not_held": "说明了没有开展的",
    "missing": "该有日志而没有的", "logs": "日志几篇", "prompt": "其中按时登记的", "received": "接待人数",
    "households": "走访户数", "leaflets": "发放资料份数", "opinions": "本月收到的意见", "transferred": "其中交过部门的",
    "closed": "本月办结的意见", "overdue": "超期的意见",
}  # fmt: skip


class PlaceFigures(serializers.Serializer):
    """The sums of a place's `MonthFigures`; `expected` and `attended` count deputies' turns."""

    expected = serializers.IntegerField(help_text="应到人次")
    attended = serializers.IntegerField(help_text="实到人次")

    def get_fields(self):
        return super().get_fields() | {name: serializers.IntegerField(help_text=words) for name, words in SUMS.items()}

    def to_representation(self, figures: MonthFigures) -> dict:
        people = [one for row in figures.places for one in row.deputies]
        sums = {name: sum(getattr(row, name) for row in figures.places) for name in SUMS}
        turns = {name: sum(getattr(one, name) for one in people) for name in ("expected", "attended")}
        return turns | sums


class DeputyFigures(serializers.Serializer):
    """One deputy's month at one branch (`DeputyMonth`)."""

    code = serializers.CharField(help_text="代表编号")
    name = serializers.CharField()
    expected = serializers.IntegerField(help_text="应到几次")
    attended = serializers.IntegerField(help_text="实到几次")
    services = serializers.IntegerField(help_text="服务几次,各种形式都算")
    unfiled = serializers.IntegerField(help_text="还没有日志的几次")
    presence = serializers.SerializerMethodField(help_text="到岗情况各几次,请假的合成 on_leave")
    minimum = serializers.SerializerMethodField(help_text="每月至少服务一次:met、missed、exempt、not_asked")

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "integer"}})
    def get_presence(self, one: DeputyMonth) -> dict[str, int]:
        found: Counter[str] = Counter()
        for status, times in one.presence.items():
            found["on_leave" if Presence(status) in ON_LEAVE else str(status)] += times
        return {status: times for status, times in sorted(found.items()) if times}

    def get_minimum(self, one: DeputyMonth) -> str:
        return one.minimum.name.lower()


class ReportShown(serializers.Serializer):
    place = serializers.CharField(source="place.code", help_text="站点的编号")
    name = serializers.CharField(source="place.full_name", help_text="当时的名称")
    level = serializers.ChoiceField(Level.choices, source="place.level")
    state = serializers.ChoiceField(ReportState.choices, allow_null=True, help_text="还没有生成是 null")
    edition = serializers.IntegerField(allow_null=True, help_text="第几版")
    made_at = serializers.DateTimeField(allow_null=True, help_text="这一版生成的时间")
    is_live = serializers.BooleanField(help_text="数字是今天的,还会变")
    changed = serializers.ListField(child=serializers.CharField(), help_text="确认或审核之后又登记了什么")
    figures = PlaceFigures()
    deputies = serializers.SerializerMethodField(help_text="只有分站有")

    @extend_schema_field(DeputyFigures(many=True))
    def get_deputies(self, row: dict):
        figures = row["figures"]
        people = figures.places[0].deputies if figures.place.level == Level.BRANCH and figures.places else []
        return DeputyFigures(people, many=True).data


class MonthsShown(serializers.Serializer):
    month = serializers.CharField(help_text="YYYY-MM")
    reports = ReportShown(many=True)
