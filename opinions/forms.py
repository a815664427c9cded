"""The list's filters and the fields each move asks for."""

from datetime import date

from django import forms
from django.db.models import QuerySet

from activities.states import Category, Rating
from julu_liaison.common.workflow import Move
from julu_liaison.common.working_days import today_here
from opinions.models import Opinion
from opinions.states import ENDED, Kind, ReplyClass, State
from stations.models import Department, Station
from stations.rules import place_choices

NO_FILTER = [("", "全部")]
OPEN_OR_ENDED = [("open", "没有办结的"), ("ended", "已经结束的")]
LABELS = {"refuse": "不予受理的原因", "send_back": "退回原因", "return_wrong": "为什么不属本单位", "solve": "办理情况",
          "reply": "答复内容", "ask_villager": "要群众补充什么", "void": "作废原因", "rework": "为什么要重办",
          "close": "为什么联系不上", "follow_up": "回访情况", "reopen": "群众怎么说", "return_reply": "哪里要改",
          "tell": "怎么告知的"}  # fmt: skip
HINTS = {
    "solve": "写明怎么办的、办到什么程度,至少10个字。群众会看到这段话。",
    "reply": "写明怎么办的、办到什么程度,至少10个字。群众会看到这段话。",
    "void": "作废后不能恢复,原记录会保留。",
    "rate": "不满意的请写原因,好让承办单位重新办理。",
    "refuse": "群众会看到这段话。",
}


class FilterForm(forms.Form):
    """What the list of tickets shows; every filter lives in the address."""

    q = forms.CharField(label="查找", required=False, max_length=60)
    state = forms.ChoiceField(label="状态", required=False, choices=NO_FILTER + OPEN_OR_ENDED + State.choices)
    kind = forms.ChoiceField(label="性质", required=False, choices=NO_FILTER + Kind.choices)
    category = forms.ChoiceField(label="类别", required=False, choices=NO_FILTER + Category.choices)
    station = forms.ChoiceField(label="地方", required=False)
    since = forms.DateField(label="收到日期从", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    mine = forms.BooleanField(label="该我办的", required=False)
    overdue = forms.BooleanField(label="超期的", required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.places = list(Station.objects.visible_to(user).open(today_here()).order_by("official_order", "code"))
        self.fields["station"].choices = NO_FILTER + place_choices(self.places)
        for field in self.fields.values():
            if not isinstance(field, forms.BooleanField):
                field.widget.attrs["class"] = "fld"

    @property
    def has_places(self) -> bool:
        return len(self.places) > 1

    @property
    def has_choices(self) -> bool:
        """Is one of the filters set that phones fold away?"""
        return any(self[name].value() for name in ("state", "kind", "category", "station"))

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.values()) if self.is_valid() else True

    def applied(self, rows: QuerySet, on: date) -> QuerySet:
        """Return the rows that pass; none while a filter in the address is not one of the choices."""
        if not self.is_valid():
            return rows.none()
        chosen = self.cleaned_data
        rows = rows.matching(chosen["q"])
        for name in ("kind", "category"):
            rows = rows.filter(**{name: chosen[name]}) if chosen[name] else rows
        if chosen["station"]:
            rows = rows.under(next(place for place in self.places if place.code == chosen["station"]))
        if chosen["since"]:
            rows = rows.filter(registered_on__gte=chosen["since"])
        rows = rows.waiting_for(self.user) if chosen["mine"] else rows
        rows = rows.overdue(on) if chosen["overdue"] else rows
        return _in_state(rows, chosen["state"])


def _in_state(rows: QuerySet, state: str) -> QuerySet:
    if state == "open":
        return rows.open()
    if state == "ended":
        return rows.filter(state__in=ENDED)
    return rows.filter(state=state) if state else rows


class MoveForm(forms.Form):
    """The fields one move needs or takes. Whether they are filled in rightly is the service's question."""

    def __init__(self, data=None, *, move: Move, ticket: Opinion):
        super().__init__(data, auto_id=f"{move.name}_%s")
        self.move, self.ticket = move, ticket
        for name in (*move.needs, *move.takes):
            self.fields[name] = _field(name, move, ticket)
            self.fields[name].widget.attrs["class"] = "fld"

    @property
    def class_is_button(self) -> bool:
        """A department's answer is sent by the button that names its result."""
        return self.move.name == "reply"

    @property
    def hint(self) -> str:
        return HINTS.get(self.move.name, "")

    def facts(self) -> dict:
        """Return what was typed, as `move_opinion` takes it; only after `is_valid()`."""
        return dict(self.cleaned_data)

    def refuse(self, sentences: dict[str, str]) -> None:
        """Show the service's sentences at their fields."""
        for name, sentence in sentences.items():
            self.add_error(name if name in self.fields else None, sentence)


def _field(name: str, move: Move, ticket: Opinion) -> forms.Field:
    if name == "department":
        offices = Department.objects.filter(county=ticket.county_id, is_active=True)
        return forms.ModelChoiceField(
            offices, to_field_name="code", label="承办部门", required=False, empty_label="请选择"
        )
    if name == "class":
        first = [] if move.name == "reply" else [("", "请选择")]
        label = "办理类别" + ("" if name in move.needs else "(可以不选)")
        return forms.ChoiceField(label=label, required=False, choices=first + ReplyClass.choices)
    if name == "rating":
        return forms.ChoiceField(label="群众的评价", required=False, choices=Rating.choices, widget=forms.RadioSelect)
    if name == "route":
        return forms.CharField(label="可以到哪里反映", required=False, max_length=100)
    label = LABELS.get(move.name, "说明") + ("" if name in move.needs else "(可以不写)")
    return forms.CharField(label=label, required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
