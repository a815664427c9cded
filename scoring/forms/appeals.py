"""What is typed about appeals: by the deputy on the phone, by the county at its desk."""

from collections.abc import Iterable

from django import forms

from scoring.models import Appeal, PointEntry
from scoring.services.appeals import LONGEST_ANSWER, LONGEST_TEXT
from scoring.states import AppealKind, AppealState
from stations.models import Station
from stations.rules import place_choices

ALL = ("all", "全部")
REFUSE, RECORD, CANCEL, REPLACE, POST = "refuse", "record", "cancel", "replace", "post"
OUTCOMES = {
    CANCEL: "撤销这一笔",
    REPLACE: "撤销这一笔,改记别的",
    POST: "补记一笔",
    RECORD: "原始记录已经改好,积分已经跟着更正",
    REFUSE: "维持不变",
}
OUTCOMES_OF = {
    AppealKind.WRONG: (CANCEL, REPLACE, RECORD, REFUSE),
    AppealKind.DOUBLE: (CANCEL, RECORD, REFUSE),
    AppealKind.MISSING: (POST, RECORD, REFUSE),
}
POSTING, CANCELLING = (REPLACE, POST), (CANCEL, REPLACE)


class MissingForm(forms.Form):
    """What is missing, in the deputy's words."""

    text = forms.CharField(
        max_length=LONGEST_TEXT, required=False, label="说明",
        widget=forms.Textarea(attrs={"class": "fld", "rows": 3}),
        error_messages={"max_length": f"说明最多{LONGEST_TEXT}个字"},
    )  # fmt: skip

    def facts(self) -> dict:
        return {"kind": AppealKind.MISSING.value, **self.cleaned_data}


class RaiseForm(MissingForm):
    """What is wrong with an entry; the kind is the button that sends it."""

    kind = forms.ChoiceField(
        choices=[(kind.value, kind.label) for kind in (AppealKind.WRONG, AppealKind.DOUBLE)], label="哪里不对",
        error_messages={"required": "请点是记错了还是记重了", "invalid_choice": "请点是记错了还是记重了"},
    )  # fmt: skip


class AnswerForm(forms.Form):
    """The county's answer. `items` are choices (item, words with its points), grouped; `frozen`: the year is in publicity or closed.

    `lines`: what has come since; of a missing thing that was recorded meanwhile the answer names it.
    """

    outcome = forms.ChoiceField(
        label="怎么答复", widget=forms.RadioSelect,
        error_messages={"required": "请选怎么答复", "invalid_choice": "请选怎么答复"},
    )  # fmt: skip
    item = forms.ChoiceField(
        label="记什么项目", required=False, widget=forms.Select(attrs={"class": "fld"}),
        error_messages={"invalid_choice": "请在列出的项目里选"},
    )  # fmt: skip
    occurred_on = forms.DateField(
        label="哪天的事", required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "fld", "type": "date"}),
        error_messages={"invalid": "请填日期,如 2026-03-01"},
    )  # fmt: skip
    line = forms.ChoiceField(
        label="补登记以后记的是哪一笔", required=False, widget=forms.RadioSelect,
        error_messages={"invalid_choice": "请在列出的流水里选"},
    )  # fmt: skip
    answer = forms.CharField(
        label="给代表的答复", max_length=LONGEST_ANSWER, required=False,
        widget=forms.Textarea(attrs={"class": "fld", "rows": 3}),
        error_messages={"max_length": f"答复最多{LONGEST_ANSWER}个字"},
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10**6)
    previewed = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)

    def __init__(self, *args, appeal: Appeal, items: list, lines: Iterable[PointEntry], frozen: bool, **kwargs):
        super().__init__(*args, **kwargs)
        open_to_choice = [name for name in OUTCOMES_OF[AppealKind(appeal.kind)] if not (frozen and name == RECORD)]
        self.fields["outcome"].choices = [(name, OUTCOMES[name]) for name in open_to_choice]
        self.fields["item"].choices = [("", "请选择"), *items]
        self.can_post = any(name in POSTING for name in open_to_choice)
        if not self.can_post:
            del self.fields["item"], self.fields["occurred_on"]
        self.lines = {str(line.number): line for line in lines}
        self.fields["line"].choices = [(number, _line_words(line)) for number, line in self.lines.items()]
        if not self.lines:
            del self.fields["line"]

    def clean(self) -> dict:
        chosen = super().clean()
        if chosen.get("outcome") in POSTING and "item" in chosen and not chosen["item"]:
            self.add_error("item", "请选记什么项目")
        if chosen.get("outcome") == RECORD and "line" in chosen and not chosen["line"]:
            self.add_error("line", "请选是哪一笔;都不是的,请先补登记原始记录")
        return chosen

    @property
    def effect(self) -> str:
        """What the answer does, as a mark: a preview counts for the same answer only."""
        facts = self.facts()
        return f"{self.cleaned_data['outcome']}:{facts['item']}:{facts['occurred_on'] or ''}:{self.cleaned_data.get('line', '')}"

    @property
    def is_settled(self) -> bool:
        """Whether this answer may be given at once: it changes nothing, or its effect has been looked at."""
        return self.cleaned_data["outcome"] == REFUSE or self.cleaned_data["previewed"] == self.effect

    def facts(self) -> dict:
        chosen = self.cleaned_data
        posts = chosen["outcome"] in POSTING
        return {
            "grant": chosen["outcome"] != REFUSE,
            "cancels": chosen["outcome"] in CANCELLING,
            "item": chosen["item"] if posts else "",
            "occurred_on": chosen["occurred_on"] if posts else None,
            "line": self.lines.get(chosen.get("line", "")) if chosen["outcome"] == RECORD else None,
            "answer": chosen["answer"],
            "version": chosen["version"],
        }


def _line_words(line: PointEntry) -> str:
    return f"{line.reason} {line.points.normalize():+f}分"


class AppealsFilter(forms.Form):
    """What the desk's list shows; lives in the address. Without a word about it: what waits for an answer."""

    state = forms.ChoiceField(
        label="状态", required=False, choices=[*AppealState.choices, ALL], widget=forms.Select(attrs={"class": "fld"})
    )
    kind = forms.ChoiceField(
        label="什么问题", required=False, choices=[("", "全部"), *AppealKind.choices],
        widget=forms.Select(attrs={"class": "fld"}),
    )  # fmt: skip
    station = forms.ChoiceField(label="地方", required=False, widget=forms.Select(attrs={"class": "fld"}))

    def __init__(self, data, *, places: Iterable[Station]):
        super().__init__({**data, "state": data.get("state") or AppealState.RAISED.value})
        self.places = {place.code: place for place in places}
        self.fields["station"].choices = [("", "全部"), *place_choices(self.places.values())]
        for field in self.fields.values():
            field.error_messages["invalid_choice"] = "请从列出的里面选"

    @property
    def waits(self) -> bool:
        """Whether the list shows what waits: then what is due first comes first."""
        return self.is_valid() and self.cleaned_data["state"] == AppealState.RAISED

    @property
    def is_narrowed(self) -> bool:
        return not self.waits or bool(self.cleaned_data["kind"] or self.cleaned_data["station"])

    def applied(self, rows):
        """The appeals that pass; none while the address names what is not a choice."""
        if not self.is_valid():
            return rows.none()
        state, kind, place = (self.cleaned_data[name] for name in ("state", "kind", "station"))
        if state != ALL[0]:
            rows = rows.filter(state=state)
        if kind:
            rows = rows.filter(kind=kind)
        return rows.under(self.places[place]) if place else rows
