"""How shifts and duty logs are shown."""

from rest_framework import serializers

from activities.models import Attendance, DutyLog, Shift
from activities.states import Form, LogState, Presence, RosterState, ShiftState


class ShiftRow(serializers.ModelSerializer):
    branch = serializers.SlugRelatedField("code", read_only=True)
    deputies = serializers.SerializerMethodField(help_text="代表编号")
    state = serializers.ChoiceField(ShiftState.choices, read_only=True)
    roster = serializers.ChoiceField(RosterState.choices, source="roster.state", read_only=True)

    class Meta:
        model = Shift
        fields = ["branch", "date", "for_sunday", "deputies", "state", "reason", "roster"]
        read_only_fields = fields

    def get_deputies(self, shift) -> list[str]:
        return [place.deputy.code for place in shift.places.all()]


class RosterShown(serializers.Serializer):
    month = serializers.CharField(help_text="YYYY-MM")
    shifts = ShiftRow(many=True)


class PresenceRow(serializers.ModelSerializer):
    deputy = serializers.SlugRelatedField("code", read_only=True)
    status = serializers.ChoiceField(Presence.choices, read_only=True)

    class Meta:
        model = Attendance
        fields = ["deputy", "status", "expected"]
        read_only_fields = fields


class TicketName(serializers.Serializer):
    uid = serializers.UUIDField()
    number = serializers.CharField()


class LogRow(serializers.ModelSerializer):
    """A duty log; `opinions` are those of its tickets that the caller may see (`opinions_seen`)."""

    branch = serializers.SlugRelatedField("code", read_only=True)
    form = serializers.ChoiceField(Form.choices, read_only=True)
    state = serializers.ChoiceField(LogState.choices, read_only=True)
    attendance = PresenceRow(many=True, read_only=True)
    opinions = TicketName(many=True, source="opinions_seen", read_only=True)
    number = serializers.CharField(read_only=True)
    register = serializers.SlugRelatedField(
        "code", read_only=True, help_text="编号属于哪个联络站的登记簿;分站迁移后不变"
    )

    class Meta:
        model = DutyLog
        fields = [
            "uid", "number", "register", "branch", "date", "form", "state", "attendance", "received", "households", "leaflets",
            "summary", "opinions",
        ]  # fmt: skip
        read_only_fields = fields


class VisitName(serializers.Serializer):
    uid = serializers.UUIDField()
    number = serializers.CharField()


class LogFiled(serializers.Serializer):
    uid = serializers.UUIDField()
    number = serializers.CharField()
    opinions = TicketName(many=True)
    visits = VisitName(many=True, help_text="接待登记:先是 opinions 各条的,再是 visits 各条的")
