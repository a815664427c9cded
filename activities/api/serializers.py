"""How shifts, duty logs and activities are shown."""

from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from activities.models import Activity, Attendance, DutyLog, Shift, Visit
from activities.states import (
    ON_LEAVE,
    ActivityKind,
    ActivityState,
    Category,
    Form,
    LogState,
    Presence,
    RosterState,
    ShiftState,
)


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


class VisitRow(serializers.ModelSerializer):
    """A line of the register of visits of `for_register()`. Who came is never in it; needs `seen` in the context: the
    keys of the tickets that the caller may see."""

    category = serializers.ChoiceField(Category.choices, read_only=True)
    number = serializers.CharField(read_only=True)
    handling = serializers.CharField(read_only=True, help_text="answered、settled、opinion、referred;没有填是空的")
    refusal = serializers.CharField(read_only=True, help_text="不受理的原因;受理的是空的")
    state = serializers.ChoiceField(LogState.choices, read_only=True)
    opinion = serializers.SerializerMethodField(help_text="由它登记的办件;没有或者看不到是 null")

    class Meta:
        model = Visit
        fields = [
            "uid", "number", "matter", "category", "people", "confidential", "handling", "refusal", "referral", "result",
            "told_on", "state", "opinion",
        ]  # fmt: skip
        read_only_fields = fields

    def get_opinion(self, visit) -> UUID | None:
        ticket = getattr(visit, "opinion", None)
        return ticket.uid if ticket is not None and ticket.pk in self.context["seen"] else None


class LogShown(LogRow):
    """The detail: of `visits_seen` those that the caller may open."""

    visits = serializers.SerializerMethodField(help_text="接待登记,没有群众的姓名电话;只给有权打开登记簿的人")

    class Meta(LogRow.Meta):
        fields = [*LogRow.Meta.fields, "version", "filed_at", "confirmed_at", "void_reason", "visits"]
        read_only_fields = fields

    @extend_schema_field(VisitRow(many=True))
    def get_visits(self, log):
        seen = {ticket.pk for ticket in log.opinions_seen}
        return VisitRow(log.visits_seen, many=True, context={"seen": seen}).data


class CountsShown(serializers.Serializer):
    """An activity in figures (`Tally`): kinds of leave are not told apart."""

    expected = serializers.IntegerField(help_text="应到;等于后面到 unset 为止各项之和")
    present = serializers.IntegerField()
    late = serializers.IntegerField()
    left_early = serializers.IntegerField()
    on_leave = serializers.IntegerField(help_text="请假,不分假别")
    absent = serializers.IntegerField()
    substituted = serializers.IntegerField(help_text="有人顶替")
    unset = serializers.IntegerField(help_text="还没登记")
    unasked = serializers.IntegerField(help_text="不在应到里而来了的")


class ActivityRow(serializers.ModelSerializer):
    """An activity with its places read; needs `counts` in the context: figures by key, only of what the caller oversees."""

    station = serializers.SlugRelatedField("code", read_only=True, help_text="组织单位的编号")
    partners = serializers.SlugRelatedField("code", many=True, read_only=True, help_text="联合举办的联络站")
    kind = serializers.ChoiceField(ActivityKind.choices, read_only=True)
    state = serializers.ChoiceField(ActivityState.choices, read_only=True)
    counts = serializers.SerializerMethodField(help_text="组织单位、联合举办单位和县里看得到;只是通知了您参加的是 null")

    class Meta:
        model = Activity
        fields = [
            "uid", "title", "kind", "station", "partners", "held_on", "hours", "venue", "state", "required", "sign_up_until",
            "leaflets", "households", "reached", "counts",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(CountsShown(allow_null=True))
    def get_counts(self, activity):
        tally = self.context["counts"].get(activity.pk)
        return None if tally is None else CountsShown(tally).data


class AttendeeRow(serializers.Serializer):
    """One deputy asked to an activity (`Attendee`); why somebody need not come or is on leave stays inside the house."""

    deputy = serializers.CharField(source="deputy.code", help_text="代表编号")
    name = serializers.CharField(source="deputy.name")
    branch = serializers.CharField(source="branch.code", default=None, allow_null=True, help_text="那天所在的分站")
    expected = serializers.BooleanField(source="is_expected")
    sign_up = serializers.CharField(source="row.sign_up", help_text="coming、not_coming;没有回答是空的")
    status = serializers.SerializerMethodField(help_text="到岗情况;请假的都是 on_leave,不分假别;没有登记是空的")
    substitute = serializers.CharField(source="substitute.code", default=None, allow_null=True, help_text="谁来顶替")

    def get_status(self, one) -> str:
        return "on_leave" if one.status in ON_LEAVE else str(one.status)


class ActivityShown(ActivityRow):
    """The detail; needs `roll` in the context: of the people those that the caller may see."""

    attendance = serializers.SerializerMethodField(help_text="只是通知了您参加的,只有您自己")

    class Meta(ActivityRow.Meta):
        fields = [*ActivityRow.Meta.fields, "notice", "minutes", "cancel_reason", "attendance"]
        read_only_fields = fields

    @extend_schema_field(AttendeeRow(many=True))
    def get_attendance(self, activity):
        return AttendeeRow(self.context["roll"], many=True).data
