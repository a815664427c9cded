"""What can be sent: a new ticket, a move."""

from collections.abc import Mapping

from rest_framework import serializers

from activities.states import Category, Rating
from julu_liaison.common.inputs import Strict, Villager, choice_field
from julu_liaison.common.problems import flat_errors
from opinions.states import ContactWish, Kind, ReplyClass
from opinions.workflow import MOVES

LONGEST_TEXT = 2000
FORMAL = frozenset({"title", "is_motion", "cosigners", "may_publish", "contact_wish"})  # of suggestions alone
ALWAYS_TAKEN = {"move", "note"}
NOT_TAKEN = "这一步不用填这一项"


class TicketInput(Strict):
    kind = choice_field(Kind.choices, default=Kind.OPINION)
    branch = serializers.CharField(max_length=20, required=False, help_text="分站编号;社情民意必填,建议按代表所在分站")
    text = serializers.CharField(max_length=LONGEST_TEXT)
    category = choice_field(Category.choices, default=Category.OTHER)
    deputy = serializers.CharField(
        max_length=20, required=False, allow_null=True, help_text="代表编号;不填就是登记的代表本人"
    )
    villager = Villager(required=False, allow_null=True)
    confidential = serializers.BooleanField(default=False)
    title = serializers.CharField(max_length=100, required=False, allow_blank=True, help_text="代表建议的标题")
    is_motion = serializers.BooleanField(required=False, help_text="是议案;不填是建议")
    cosigners = serializers.ListField(
        child=serializers.CharField(max_length=20), max_length=100, required=False,
        help_text="请哪些代表附议:全县代表的编号",
    )  # fmt: skip
    may_publish = serializers.BooleanField(required=False, help_text="可以向社会公开;不填是可以")
    contact_wish = choice_field(ContactWish.choices, required=False)

    def validate(self, values):
        if values["kind"] == Kind.OPINION and (formal := FORMAL.intersection(values)):
            raise serializers.ValidationError(dict.fromkeys(sorted(formal), "社情民意不填这一项"))
        if values["kind"] == Kind.OPINION and "branch" not in values:
            raise serializers.ValidationError({"branch": "请填分站编号"})
        if values["kind"] == Kind.SUGGESTION and (values.get("villager") or values["confidential"]):
            raise serializers.ValidationError({"villager": "代表建议由代表提出,不记反映人"})
        return values


class MoveInput(Strict):
    """One step with what it needs; which facts a step needs stands in `GET …/moves/`."""

    move = choice_field([(name, step.label) for name, step in MOVES.items()])
    note = serializers.CharField(max_length=LONGEST_TEXT, required=False, allow_blank=True, allow_null=True)
    department = serializers.CharField(
        max_length=30, required=False, allow_blank=True, allow_null=True, help_text="承办部门编号"
    )
    category = choice_field(Category.choices, required=False, allow_blank=True, allow_null=True)
    branch = serializers.CharField(
        max_length=20, required=False, allow_blank=True, allow_null=True,
        help_text="受理群众网上反映时改由本站哪个分站办:分站编号",
    )  # fmt: skip
    rating = choice_field(Rating.choices, required=False, allow_blank=True, allow_null=True)
    route = serializers.CharField(
        max_length=200, required=False, allow_blank=True, allow_null=True, help_text="不予受理的,告诉群众该去哪里"
    )

    assisting = serializers.ListField(
        child=serializers.CharField(max_length=30), max_length=10, required=False, help_text="协办部门编号"
    )
    signer = serializers.CharField(max_length=20, required=False, allow_null=True, help_text="哪位代表的评价:代表编号")
    deputy = serializers.CharField(max_length=20, required=False, allow_null=True, help_text="领衔代表编号")
    into = serializers.CharField(max_length=40, required=False, allow_null=True, help_text="并入哪一件:uid")
    director = serializers.CharField(max_length=40, required=False, allow_null=True, help_text="督办领导姓名")
    amount = serializers.IntegerField(
        min_value=1, max_value=400, required=False, allow_null=True, help_text="延长多少:工作日,代表建议按月"
    )
    granted = serializers.BooleanField(required=False, allow_null=True, default=None, help_text="同意延期")
    promised_on = serializers.DateField(required=False, allow_null=True, help_text="B类承诺哪天办成")
    title = serializers.CharField(max_length=100, required=False, allow_blank=True, allow_null=True)
    text = serializers.CharField(max_length=LONGEST_TEXT, required=False, allow_blank=True, allow_null=True)

    def get_fields(self):
        """`class` is a word of Python's, so it can't be written as an attribute."""
        reply_class = choice_field(ReplyClass.choices, required=False, allow_blank=True, allow_null=True)
        return super().get_fields() | {"class": reply_class}


def read_move(data) -> tuple[str, dict, dict[str, str]]:
    """Return (move, facts, sentences by field for what is wrong with the facts).

    What is wrong with the facts is not raised: it is told only when the step is open to the person at all.
    Raises ValidationError when there is no readable move.
    """
    order = MoveInput(data=data)
    if order.is_valid():
        facts = {name: value for name, value in order.validated_data.items() if value not in (None, "")}
        move = facts.pop("move")
        return move, facts, _not_taken(move, facts)
    if not isinstance(data, Mapping) or "move" in order.errors:
        raise serializers.ValidationError(order.errors)
    return data["move"], {}, flat_errors(order.errors)


def _not_taken(move: str, facts: dict) -> dict[str, str]:
    """A fact that the step has no use for would be written into its history as if it meant something."""
    step = MOVES[move]
    return {name: NOT_TAKEN for name in facts if name not in ALWAYS_TAKEN.union(step.needs, step.takes)}
