"""How a deputy is shown, and what of it can be changed."""

from rest_framework import serializers

from deputies.models import Deputy
from deputies.permissions import sees_whole_phones
from deputies.states import MandateLevel, MembershipRole
from julu_liaison.common.inputs import Strict
from julu_liaison.common.secrets import masked_phone


class DeputyRow(serializers.ModelSerializer):
    """A deputy of `with_places(on)`. Needs `user` in the context: phones are masked for whoever needn't call people."""

    branch = serializers.SerializerMethodField(help_text="现在所在分站的编号;没有分站是 null")
    role = serializers.SerializerMethodField()
    levels = serializers.SerializerMethodField()
    phone = serializers.SerializerMethodField()

    class Meta:
        model = Deputy
        fields = ["code", "name", "branch", "role", "levels", "employer", "position", "contact_scope", "phone"]
        read_only_fields = fields

    def get_branch(self, deputy) -> str | None:
        return deputy.membership_now.branch.code if deputy.membership_now else None

    def get_role(self, deputy) -> MembershipRole | None:
        return deputy.membership_now.role if deputy.membership_now else None

    def get_levels(self, deputy) -> list[MandateLevel]:
        return [str(level) for level in deputy.levels_now]

    def get_phone(self, deputy) -> str:
        user = self.context["user"]
        whole = deputy.user_id == user.pk or sees_whole_phones(user)
        return deputy.phone if whole else masked_phone(deputy.phone)


class DeputyChange(Strict):
    """What can be changed here; name, branch and mandates have their own procedures."""

    unknown = "这一项不能在这里改"

    phone = serializers.CharField(max_length=20, required=False, allow_blank=True)
    employer = serializers.CharField(max_length=80, required=False, allow_blank=True)
    position = serializers.CharField(max_length=80, required=False, allow_blank=True)
    contact_scope = serializers.CharField(max_length=120, required=False, allow_blank=True)
