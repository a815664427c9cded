"""How tickets, hops and moves are shown."""

from django.urls import reverse
from rest_framework import serializers

from activities.states import Category
from opinions.models import Hop, Opinion
from opinions.services.suggestions import is_on_paper
from opinions.states import ContactWish, Kind, State
from opinions.workflow import label_of

FORMAL_FIELDS = (
    "session_number", "is_motion", "in_session", "may_publish", "contact_wish", "cosigners", "consultations", "verdicts",
)  # fmt: skip


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
            "branch", "deputy", "registered_on", "rating", "rated_by_proxy", "confidential",
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


class CosignerShown(serializers.Serializer):
    """A co-signer (附议代表), read with `deputy`."""

    deputy = serializers.CharField(source="deputy.code", help_text="代表编号")
    state = serializers.SerializerMethodField(help_text="invited、confirmed、declined")
    confirmed_at = serializers.DateTimeField(allow_null=True)
    on_paper = serializers.SerializerMethodField(help_text="联络站凭纸质签名登记")

    def get_state(self, row) -> str:
        return "confirmed" if row.confirmed_at else "declined" if row.declined_at else "invited"

    def get_on_paper(self, row) -> bool:
        return is_on_paper(row)


class ConsultationShown(serializers.Serializer):
    """A talk of the department with the lead deputy (面商)."""

    department = serializers.CharField(source="department.code")
    held_on = serializers.DateField()
    way = serializers.CharField(help_text="meeting、visit、phone")
    text = serializers.CharField()
    signed_at = serializers.DateTimeField(allow_null=True, help_text="代表签字;还没签是 null")
    on_paper = serializers.BooleanField()


class VerdictShown(serializers.Serializer):
    """What one signer said of one answer (评价)."""

    signer = serializers.CharField(source="signer.code", allow_null=True, default=None, help_text="代表编号")
    answered_at = serializers.DateTimeField(source="reply.signed_at", allow_null=True, default=None, help_text="评的是哪份答复")
    rating = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    by_proxy = serializers.BooleanField(help_text="代为登记")
    given_at = serializers.DateTimeField()


class FormalSide(serializers.Serializer):
    """What a suggestion has beyond a ticket: its SuggestionDetail, with the rows around it prefetched."""

    title = serializers.CharField(source="opinion.title", allow_blank=True)
    session_number = serializers.CharField(allow_blank=True, help_text="会议编号;受理后才有")
    is_motion = serializers.BooleanField()
    in_session = serializers.BooleanField()
    may_publish = serializers.BooleanField()
    contact_wish = serializers.ChoiceField(ContactWish.choices)
    cosigners = CosignerShown(source="opinion.cosigners.all", many=True)
    consultations = ConsultationShown(source="opinion.consultations.all", many=True)
    verdicts = VerdictShown(source="opinion.verdicts.all", many=True)


class TicketShown(TicketRow):
    """The detail. `villager` is there only for those who may see who raised it, and if anything is known; the rest only
    of suggestions."""

    villager = VillagerShown(required=False, help_text="只给有权看的人;没有权限或者没有登记就没有这一项")
    session_number = serializers.CharField(required=False, help_text="这一项和下面几项只有代表建议有")
    is_motion = serializers.BooleanField(required=False)
    in_session = serializers.BooleanField(required=False)
    may_publish = serializers.BooleanField(required=False)
    contact_wish = serializers.ChoiceField(ContactWish.choices, required=False)
    cosigners = CosignerShown(many=True, required=False)
    consultations = ConsultationShown(many=True, required=False)
    verdicts = VerdictShown(many=True, required=False)

    class Meta(TicketRow.Meta):
        fields = [*TicketRow.Meta.fields, "villager", "title", *FORMAL_FIELDS]


class HopFileShown(serializers.Serializer):
    """A file of one step, by the address of its page."""

    name = serializers.CharField()
    size = serializers.IntegerField(help_text="字节")
    url = serializers.SerializerMethodField(help_text="登录网站以后打开")

    def get_url(self, file) -> str:
        return reverse("opinion-file", args=[self.root.context["ticket"].uid, file.uid])


class HopRow(serializers.ModelSerializer):
    label = serializers.SerializerMethodField()
    from_state = serializers.CharField(read_only=True, help_text="登记时是空的")
    to_state = serializers.ChoiceField(State.choices, read_only=True)
    actor = serializers.SerializerMethodField(help_text="办理人姓名")
    holder = serializers.SerializerMethodField(help_text="之后该谁办:站点或部门的编号")
    files = HopFileShown(source="shown_files", many=True, read_only=True)

    class Meta:
        model = Hop
        fields = [
            "move", "label", "from_state", "to_state", "actor", "by_villager", "at", "holder", "note", "due_on", "files",
        ]  # fmt: skip
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
