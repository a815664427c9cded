"""The fields that each move asks for. Whether they are filled in rightly is the service's question."""

from collections.abc import Callable

from django import forms

from activities.states import Category, Rating
from deputies.models import Deputy, Membership
from julu_liaison.common.many_files import ManyFiles
from julu_liaison.common.workflow import Move
from julu_liaison.common.working_days import today_here
from opinions.models import Director, Opinion
from opinions.rules.ticket_names import name_in, uid_in
from opinions.services.effects import longest_extension
from opinions.services.entries import branch_of_village
from opinions.services.labels import class_labels
from opinions.services.moving import MOST_FILES
from opinions.services.suggestions import owing_signers
from opinions.states import Kind, Unit
from stations.models import Department, Station

LABELS = {"refuse": "不予受理的原因", "send_back": "退回原因", "return_wrong": "为什么不属本单位", "solve": "办理情况",
          "reply": "答复内容", "ask_villager": "要补充什么", "void": "作废原因", "rework": "为什么要重办",
          "close": "为什么联系不上", "follow_up": "回访情况", "reopen": "哪里没有解决", "return_reply": "哪里要改",
          "tell": "怎么告知的", "reassign": "为什么改派", "assist_opinion": "协办意见", "request_extension": "延期原因",
          "supervise": "督办要求", "rate": "原因"}  # fmt: skip
READ_BY = "{}会看到这段话。"
HINTS = {  # {} is whoever raised it: 群众, or 代表 for a suggestion
    "solve": "写明怎么办的、办到什么程度,至少10个字。" + READ_BY,
    "reply": "写明怎么办的、办到什么程度,至少10个字。" + READ_BY,
    "void": "作废后不能恢复,原记录会保留。",
    "rate": "不满意的请写原因,好让承办单位重新办理。",
    "refuse": READ_BY,
    "ask_villager": READ_BY + "等补充期间不算办理时间。",
    "merge": "并案后由那一件统一办理,有答复时也会告知这一件的{}。",
    "make_suggestion": "反映人的姓名电话不会带过去。",
    "return_wrong": "请写明依据和应由哪个单位办理。本单位不能自行转给别的单位。",
    "request_extension": "由县人大办公室审批,只能申请一次。",
    "decide_extension": "不同意的请写明原因。",
    "supervise": "写明什么时候、办到什么程度。",
}
FILES_WITH = frozenset(
    {"solve", "reply", "return_wrong", "follow_up", "assist_opinion", "tell", "ask_villager", "resume"}
)
ONLY_FROM_WEB = frozenset({"category", "branch"})  # chosen when any other ticket was registered
ONLY_SUGGESTIONS = frozenset({"promised_on", "signer"})  # an opinion of class B is not tracked; its villager rates it
SIZE_OF_CHOICE = 2000  # characters of a note


class MoveForm(forms.Form):
    """The fields one move needs or takes. `into` is the ticket that merging starts from, as it came in the address."""

    CHOSEN = ("rating", "granted")  # a few radios, all to be seen

    def __init__(self, data=None, files=None, *, move: Move, ticket: Opinion, into: str = ""):
        super().__init__(data, files, auto_id=f"{move.name}_%s")
        self.move, self.ticket = move, ticket
        for name in (*move.needs, *move.takes):
            if name in ONLY_SUGGESTIONS and ticket.kind != Kind.SUGGESTION:
                continue
            if name in ONLY_FROM_WEB and not ticket.from_web:
                continue
            self.fields[name] = _field(name, move, ticket)
            self.fields[name].widget.attrs["class"] = "fld"
        if into and "into" in self.fields:
            self.fields["into"].initial = into
        if move.name in FILES_WITH:
            self.fields["files"] = ManyFiles(label="附件(可以不传)", required=False, most=MOST_FILES)

    @property
    def class_is_button(self) -> bool:
        """A department's answer is sent by the button that names its result."""
        return self.move.name == "reply"

    @property
    def hint(self) -> str:
        return HINTS.get(self.move.name, "").format("代表" if self.ticket.kind == Kind.SUGGESTION else "群众")

    @property
    def has_lost_files(self) -> bool:
        """Files were chosen and came back with a refusal: a browser wants them chosen again."""
        return any(self.files.getlist("files")) if self.files else False

    def problems(self) -> list[tuple[str, str]]:
        """Return (id of the control, sentence) of everything that is wrong; no id for what is about no field."""
        found = [("", str(sentence)) for sentence in self.non_field_errors()]
        for bound in self:
            found += [(self._first_id(bound), str(sentence)) for sentence in bound.errors]
        return found

    def _first_id(self, bound) -> str:
        if bound.name == "class" and self.class_is_button:
            return "reply_class_A"
        many = isinstance(bound.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
        return f"{bound.auto_id}_0" if many else bound.auto_id

    def said(self) -> list[tuple[str, str]]:
        """Return (label, words) of what was filled in, to be copied when the step has closed meanwhile."""
        return [(bound.field.label, words) for bound in self if (words := _in_words(bound))]

    def facts(self) -> dict:
        """Return what was typed, as `move_opinion` takes it; only after `is_valid()`."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "files"}
        if "granted" in given:
            given["granted"] = {"yes": True, "no": False}.get(given["granted"])
        if "assisting" in given:
            given["assisting"] = list(given["assisting"])
        return given

    def uploads(self) -> list[tuple[str, bytes]]:
        return [(upload.name or "", upload.read()) for upload in self.cleaned_data.get("files", [])]

    def refuse(self, sentences: dict[str, str]) -> None:
        """Show the service's sentences at their fields."""
        for name, sentence in sentences.items():
            self.add_error(name if name in self.fields else None, sentence)


def _in_words(bound) -> str:
    """The value of a field as a person reads it: the words of a choice instead of its code."""
    value = bound.value()
    if not value or bound.name == "files":
        return ""
    values = [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
    if isinstance(bound.field, forms.ChoiceField | forms.ModelChoiceField):
        words = {str(key): str(label) for key, label in bound.field.choices}
        values = [words.get(one, one) for one in values]
    return "、".join(values)


def _field(name: str, move: Move, ticket: Opinion) -> forms.Field:
    make = FIELDS.get(name, _words)
    return make(name, move, ticket)


def _words(name: str, move: Move, ticket: Opinion) -> forms.Field:
    label = LABELS.get(move.name, "说明") + ("" if name in move.needs else "(可以不写)")
    return forms.CharField(
        label=label, required=False, max_length=SIZE_OF_CHOICE, widget=forms.Textarea(attrs={"rows": 3})
    )


def _department(name: str, move: Move, ticket: Opinion) -> forms.Field:
    return forms.ModelChoiceField(
        _offices(ticket), to_field_name="code", label="承办部门", required=False, empty_label="请选择"
    )


def _assisting(name: str, move: Move, ticket: Opinion) -> forms.Field:
    return forms.ModelMultipleChoiceField(
        _offices(ticket), to_field_name="code", label="协办部门(可以不选)", required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


def _offices(ticket: Opinion):
    return Department.objects.filter(county=ticket.county_id, is_active=True)


def _class(name: str, move: Move, ticket: Opinion) -> forms.Field:
    first = [] if move.name == "reply" else [("", "请选择")]
    label = "办理类别" + ("" if name in move.needs else "(可以不选)")
    return forms.ChoiceField(label=label, required=False, choices=first + class_labels(ticket.county_id))


def _rating(name: str, move: Move, ticket: Opinion) -> forms.Field:
    whose = "代表的评价" if ticket.kind == Kind.SUGGESTION else "群众的评价"
    return forms.ChoiceField(label=whose, required=False, choices=Rating.choices, widget=forms.RadioSelect)


def _granted(name: str, move: Move, ticket: Opinion) -> forms.Field:
    choices = [("yes", "同意"), ("no", "不同意")]
    return forms.ChoiceField(label="是否同意延期", required=False, choices=choices, widget=forms.RadioSelect)


def _amount(name: str, move: Move, ticket: Opinion) -> forms.Field:
    clock = ticket.clocks.running().main().first()
    unit = Unit(clock.unit).label if clock else ""
    longest = longest_extension(ticket)
    label = f"延长几{unit.removeprefix('个')}(最多{longest}{unit})"
    return forms.IntegerField(
        label=label, required=False, initial=longest, error_messages={"invalid": "请填数字"},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip


def _into(name: str, move: Move, ticket: Opinion) -> forms.Field:
    """By number, as it stands on the list; the ticket may be anywhere in the county."""
    label = "并入哪一件(填编号;别的联络站的连乡镇名一起填,或者粘贴网址)"
    return TicketField(ticket, label=label, required=False, max_length=200)


def _director(name: str, move: Move, ticket: Opinion) -> forms.Field:
    rows = Director.objects.filter(county=ticket.county_id, is_active=True)
    return forms.ModelChoiceField(rows, label="督办领导(可以不选)", required=False, empty_label="请选择")


def _signer(name: str, move: Move, ticket: Opinion) -> forms.Field:
    keys = [person.pk for person in owing_signers(ticket)]
    return forms.ModelChoiceField(
        Deputy.objects.filter(pk__in=keys), to_field_name="code", label="哪位代表的评价", required=False,
        empty_label="本人,或领衔代表", error_messages={"invalid_choice": "请选还没有评价的领衔代表或附议代表"},
    )  # fmt: skip


def _deputy(name: str, move: Move, ticket: Opinion) -> forms.Field:
    here = Membership.objects.in_force(today_here()).filter(branch=ticket.branch_id).values("deputy")
    return forms.ModelChoiceField(
        Deputy.objects.filter(pk__in=here), to_field_name="code", label="领衔代表", required=False,
        initial=ticket.deputy and ticket.deputy.code, empty_label="请选择",
    )  # fmt: skip


def _route(name: str, move: Move, ticket: Opinion) -> forms.Field:
    return forms.CharField(label="可以到哪里反映", required=False, max_length=100)


def _category(name: str, move: Move, ticket: Opinion) -> forms.Field:
    return forms.ChoiceField(
        label="类别", required=False, choices=Category.choices, initial=ticket.category,
        error_messages={"invalid_choice": "类别请从列表里选"},
    )  # fmt: skip


class BranchField(forms.ModelChoiceField):
    """A branch of one station, by its short name."""

    def label_from_instance(self, obj):
        return obj.name


def _branch(name: str, move: Move, ticket: Opinion) -> forms.Field:
    """The branch whose village the villager named stands chosen; one of another station's is named beside it."""
    own = branch_of_village(ticket, today_here())
    here = own is not None and own.parent_id == ticket.station_id
    rows = Station.objects.branches().open(today_here()).filter(parent=ticket.station_id)
    return BranchField(
        rows.order_by("official_order", "code"), to_field_name="code", label="由哪个分站办", required=False,
        empty_label=None, initial=(own if own and here else ticket.branch).code, help_text=_whose(own, ticket),
        error_messages={"invalid_choice": "分站请从列表里选"},
    )  # fmt: skip


def _whose(own: Station | None, ticket: Opinion) -> str:
    if own is None or own.pk == ticket.branch_id:
        return ""
    if own.parent_id == ticket.station_id:
        return f"反映人写的村归{own.name},已经替您选好,请核对。"
    return f"反映人写的村归{own.full_name},不归本站。请点“不予受理”,写明可以到那里反映。"


def _title(name: str, move: Move, ticket: Opinion) -> forms.Field:
    return forms.CharField(label="建议标题", required=False, max_length=100, initial=ticket.title)


def _text(name: str, move: Move, ticket: Opinion) -> forms.Field:
    return forms.CharField(
        label="建议内容", required=False, max_length=SIZE_OF_CHOICE, initial=ticket.text,
        widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip


def _promised_on(name: str, move: Move, ticket: Opinion) -> forms.Field:
    return forms.DateField(
        label="承诺哪天办成(可以不填)", required=False, error_messages={"invalid": "日期请写成 2027-01-01 这样"},
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip


class TicketField(forms.CharField):
    """A ticket named by its number or address; what names none is handed on as typed, for the service to refuse.

    Each station counts its own numbers. One without a station is meant of the ticket's own register; where that has none,
    of the only other one in the county.
    """

    def __init__(self, ticket: Opinion, **options):
        super().__init__(**options)
        self.ticket = ticket

    def clean(self, value):
        typed = super().clean(value)
        if not typed:
            return typed
        rows = self._rows(typed)
        own = [row for row in rows if row.register_id == self.ticket.register_id]
        if len(own) == 1 or len(rows) == 1:
            return (own or rows)[0]
        if rows:
            example = rows[0].full_number
            raise forms.ValidationError(
                f"有{len(rows)}个联络站都有这个编号,请连乡镇名一起填,例如“{example}”,或者粘贴那一件的网址"
            )
        return typed

    def _rows(self, typed: str) -> list[Opinion]:
        rows = Opinion.objects.filter(county=self.ticket.county_id).select_related("register")
        uid = uid_in(typed)
        if uid:
            return list(rows.filter(uid=uid))
        station, number = name_in(typed)
        rows = rows.filter(kind=self.ticket.kind, number=number)
        rows = rows.filter(register__name=station) if station else rows.exclude(pk=self.ticket.pk)
        return list(rows.order_by("register__official_order", "pk"))


FIELDS: dict[str, Callable[[str, Move, Opinion], forms.Field]] = {
    "department": _department, "assisting": _assisting, "class": _class, "rating": _rating, "granted": _granted,
    "amount": _amount, "into": _into, "director": _director, "signer": _signer, "deputy": _deputy, "route": _route,
    "title": _title, "text": _text, "promised_on": _promised_on, "category": _category,
    "branch": _branch,
}  # fmt: skip
