"""What can be sent: the query of a roster, a duty log."""

from datetime import datetime

from rest_framework import serializers

from activities.states import Category, Form, Presence
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


class MatterInput(Strict):
    text = serializers.CharField(max_length=LONGEST_TEXT)
    category = choice_field(Category.choices, default=Category.OTHER)
    villager = Villager(required=False, allow_null=True)
    confidential = serializers.BooleanField(default=False, help_text="要求保密:承办部门看不到是谁反映的")


class PresenceInput(Strict):
    deputy = serializers.CharField(max_length=20, help_text="代表编号")
    status = choice_field(Presence.choices)


class LogInput(Strict):
    """A session that was held. `visits` is taken but not kept yet; the answer says so in `ignored`."""

    branch = serializers.CharField(max_length=20, help_text="分站编号")
    date = serializers.DateField(help_text="到今天为止的任何一天")
    form = choice_field(Form.choices, default=Form.ONSITE)
    attendance = PresenceInput(many=True, allow_empty=False, max_length=60)
    received = serializers.IntegerField(min_value=0, max_value=MANY, default=0)
    households = serializers.IntegerField(min_value=0, max_value=MANY, default=0)
    leaflets = serializers.IntegerField(min_value=0, max_value=MANY, default=0)
    summary = serializers.CharField(max_length=5000, default="", allow_blank=True)
    opinions = MatterInput(many=True, default=list, max_length=MOST_MATTERS)
    visits = serializers.ListField(
        child=serializers.DictField(), required=False, max_length=200, help_text="接待登记:现在还不保存"
    )
