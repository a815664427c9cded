"""How tickets, hops and moves are shown."""

from rest_framework import serializers

from activities.states import Category
from opinions.models import Hop, Opinion
from opinions.states import Kind, State
from opinions.workflow import label_of


class TicketRow(serializers.ModelSerializer):
    """A ticket of `for_list()`; needs `on` in the context. Holds nothing of the villager."""

    kind = serializers.ChoiceField(Kind.choices, read_only=True)
    state = serializers.ChoiceField(State.choices, read_only=True)
    holder = serializers.SerializerMethodField(help_text="该谁办:站点或部门的编号;结束了是 null")
    department = serializers.SlugRelatedField("code", read_only=True, allow_null=True)
    is_overdue = serializers.SerializerMethodField()
    category = serializers.ChoiceField(Category.choices, read_only=True)
    branch = serializers.SlugRelatedField("code", read_only=True)
    register = serializers.SlugRelatedField(
        "code", read_only=True, help_text="编号属于哪个联络站的登记簿;分站迁移后不变"
    )
    deputy = serializers.SlugRelatedField("code", read_only=True, allow_null=True)
    rating = serializers.CharField(read_only=True, help_text="satisfied、basic、unsatisfied;没有评价是空的")

    class Meta:
        model = Opinion
        fields = [
            "uid", "number", "register", "kind", "state", "holder", "department", "due_on", "is_overdue", "text", "category",
            "branch", "deputy", "registered_on", "rating", "confidential",
        ]  # fmt: skip
        read_only_fields = fields

    def get_holder(self, ticket) -> str | None:
        return ticket.holder_code or None

    def get_is_overdue(self, ticket) -> bool:
        return ticket.is_overdue(self.context["on"])


class VillagerShown(serializers.Serializer):
    name = serializers.CharField()
    phone = serializers.CharField()
    village = serializers.CharField()


class TicketShown(TicketRow):
    """The detail. `villager` is there only for those who may see who raised it, and if anything is known."""

    villager = VillagerShown(required=False, help_text="只给有权看的人;没有权限或者没有登记就没有这一项")

    class Meta(TicketRow.Meta):
        fields = [*TicketRow.Meta.fields, "villager"]


class HopRow(serializers.ModelSerializer):
    label = serializers.SerializerMethodField()
    from_state = serializers.CharField(read_only=True, help_text="登记时是空的")
    to_state = serializers.ChoiceField(State.choices, read_only=True)
    actor = serializers.SerializerMethodField(help_text="办理人姓名")
    holder = serializers.SerializerMethodField(help_text="之后该谁办:站点或部门的编号")

    class Meta:
        model = Hop
        fields = ["move", "label", "from_state", "to_state", "actor", "at", "holder", "note", "due_on"]
        read_only_fields = fields

    def get_label(self, hop) -> str:
        return label_of(hop.move)

    def get_actor(self, hop) -> str | None:
        return hop.actor_words or None

    def get_holder(self, hop) -> str | None:
        place = hop.place or hop.department
        return place.code if place else None


class MoveRow(serializers.Serializer):
    """One open move of the workflow table."""

    move = serializers.CharField(source="name")
    label = serializers.CharField()
    needs = serializers.ListField(child=serializers.CharField(), help_text="必填")
    takes = serializers.ListField(child=serializers.CharField(), help_text="可以填")
