"""How places and villages are shown."""

from rest_framework import serializers

from stations.models import Station, Village
from stations.states import Level


class StationRow(serializers.ModelSerializer):
    """A place. `phone` is its own or, where it has none, that of the place above; needs `on` in the context."""

    level = serializers.ChoiceField(Level.choices, read_only=True)
    parent = serializers.SlugRelatedField("code", read_only=True, allow_null=True, help_text="上级的编号")
    phone = serializers.CharField(source="phone_here", read_only=True)
    is_open = serializers.SerializerMethodField()

    class Meta:
        model = Station
        fields = ["code", "name", "full_name", "level", "parent", "phone", "address", "is_open"]
        read_only_fields = fields

    def get_is_open(self, place) -> bool:
        return place.is_open(self.context["on"])


class VillageRow(serializers.ModelSerializer):
    """A village or community; its name is given once in a branch."""

    branch = serializers.SlugRelatedField("code", read_only=True, help_text="所属分站的编号")

    class Meta:
        model = Village
        fields = ["name", "branch"]
        read_only_fields = fields
