"""How a score and its entries are shown; points are JSON numbers."""

from rest_framework import serializers

from julu_liaison.common.inputs import Strict
from scoring.models import PointEntry
from scoring.states import Item, Source


def number(points) -> int | float:
    """Return a Decimal as a JSON number: 5, -2.5."""
    return int(points) if points == int(points) else float(points)


class ScoreQuery(Strict):
    year = serializers.IntegerField(min_value=2000, max_value=2100, required=False, help_text="默认今年")


class EntryRow(serializers.ModelSerializer):
    rule = serializers.ChoiceField(Item.choices, source="rule.item", read_only=True)
    points = serializers.SerializerMethodField()
    source = serializers.ChoiceField(Source.choices, read_only=True)
    reverses = serializers.UUIDField(source="reverses.uid", read_only=True, allow_null=True, default=None)

    class Meta:
        model = PointEntry
        fields = ["uid", "rule", "points", "occurred_on", "reason", "source", "reverses"]
        read_only_fields = fields

    def get_points(self, entry) -> float:
        return number(entry.points)


class ScoreShown(serializers.Serializer):
    year = serializers.IntegerField()
    base = serializers.FloatField(help_text="基础分剩下的部分,不会小于0")
    bonus = serializers.FloatField()
    total = serializers.FloatField()
    entries = EntryRow(many=True)
