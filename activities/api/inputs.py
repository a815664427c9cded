"""What can be sent: the query of a roster, a duty log."""

from datetime import datetime

from rest_framework import serializers

from activities.rules.visits import (
    LONGEST_REFERRAL,
    LONGEST_REQUEST,
    LONGEST_RESULT,
    MOST_PEOPLE,
    Decision,
    decision_problems,
)
from activities.states import Category, Form, Handling, Presence, RefusalReason
from deputies.states import Gender
from julu_liaison.common.inputs import Strict, Villager, choice_field

LONGEST_TEXT = 2000
MOST_MATTERS = 50
MANY = 99_999


class MonthField(serializers.RegexField):
    """`2026-03` → the first day of that month."""

    def __init__(self, **options):
        super().__init__(r"^20\d\d-(0[1-9]|1[0-2])$", error_messages={"invalid": "月份请写成 2026-03 这样"}, **options)

    def run_validation(self, data=serializers.empty):
        text = super().run_validation(data)
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no time zone


class RosterQuery(Strict):
    month = MonthField(required=False, help_text="YYYY-MM,默认本月")
    station = serializers.CharField(required=False, help_text="任一站点的编号,含其下各级;看不到的站点是404")


class MonthQuery(Strict):
    month = MonthField(required=False, help_text="YYYY-MM,默认本月")
    station = serializers.CharField(required=False, help_text="任一站点的编号,含其下各级;只管一个地方的可以不填")


class MatterInput(Strict):
    text = serializers.CharField(max_length=LONGEST_TEXT)
    category = choice_field(Category.choices, default=Category.OTHER)
    villager = Villager(required=False, allow_null=True)
    confidential = serializers.BooleanField(default=False, help_text="要求保密:承办部门看不到是谁反映的")


class PresenceInput(Strict):
    deputy = serializers.CharField(max_length=20, help_text="代表编号")
    status = choice_field(Presence.choices)


class VisitInput(Villager):
    """One villager's visit for the register (接待登记) that was dealt with at once or refused.

    With the handling `opinion` it becomes a ticket as well, like an entry of `opinions`, which has its visit anyway.
    """

    matter = serializers.CharField(max_length=LONGEST_TEXT, help_text="反映的事")
    category = choice_field(Category.choices, default=Category.OTHER)
    sex = choice_field(Gender.choices, required=False, allow_blank=True)
    people = serializers.IntegerField(min_value=1, max_value=MOST_PEOPLE, default=1)
    time = serializers.TimeField(required=False, allow_null=True, help_text="几点来的,如 09:30")
    request = serializers.CharField(max_length=LONGEST_REQUEST, required=False, allow_blank=True, help_text="诉求")
    confidential = serializers.BooleanField(default=False, help_text="要求保密")
    handling = choice_field(Handling.choices, required=False, allow_blank=True)
    refusal = choice_field(RefusalReason.choices, required=False, allow_blank=True)
    referral = serializers.CharField(
        max_length=LONGEST_REFERRAL, required=False, allow_blank=True, help_text="不受理时告诉群众去哪里,必填"
    )
    result = serializers.CharField(max_length=LONGEST_RESULT, required=False, allow_blank=True)

    def validate(self, attrs):
        refusal = attrs.get("refusal", "")
        attrs["handling"] = attrs.get("handling") or (Handling.REFERRED.value if refusal else "")
        decision = Decision(attrs["handling"], refusal, attrs.get("referral", ""), attrs.get("result", ""))
        if problems := decision_problems(decision):
            raise serializers.ValidationError(problems)
        return attrs


class LogInput(Strict):
    """A session that was held."""

    branch = serializers.CharField(max_length=20, help_text="分站编号")
    date = serializers.DateField(help_text="到今天为止的任何一天")
    form = choice_field(Form.choices, default=Form.ONSITE)
    attendance = PresenceInput(many=True, allow_empty=False, max_length=60)
    received = serializers.IntegerField(min_value=0, max_value=MANY, default=0)
    households = serializers.IntegerField(min_value=0, max_value=MANY, default=0)
    leaflets = serializers.IntegerField(min_value=0, max_value=MANY, default=0)
    summary = serializers.CharField(max_length=5000, default="", allow_blank=True)
    opinions = MatterInput(many=True, default=list, max_length=MOST_MATTERS)
    visits = VisitInput(many=True, default=list, max_length=200)
