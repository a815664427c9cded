"""A suggestion or motion as it is filed, by the deputy or by the clerk for one; the record of a talk about it."""

import uuid
from collections.abc import Iterable
from datetime import date

from django import forms

from activities.states import Category
from deputies.models import Deputy, Membership
from julu_liaison.common.errors import DomainError
from opinions.forms.signers import SignersForm
from opinions.states import ContactWish

LONGEST_TITLE, LONGEST_TEXT = 100, 2000
SORTS = [("suggestion", "建议"), ("motion", "议案")]
WAYS = [(way.value, way.label) for way in ContactWish if way != ContactWish.WRITTEN]


def _text(label: str, rows: int, missing: str) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"class": "fld", "rows": rows}),
        error_messages={"required": missing, "max_length": f"{label}最多{LONGEST_TEXT}个字"},
    )  # fmt: skip


def _choice(label: str, choices: list, missing: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, widget=forms.Select(attrs={"class": "fld"}),
        error_messages={"required": missing, "invalid_choice": missing},
    )  # fmt: skip


class Refusable(forms.Form):
    """A form that shows what the service has refused beside its fields."""

    def refuse(self, error: DomainError) -> None:
        named = {name: said for name, said in error.fields.items() if name in self.fields}
        for name, sentence in (named or {None: error.message}).items():
            self.add_error(name, sentence)


class SuggestionForm(Refusable, SignersForm):
    """What a deputy files. `form_key` lets a second submit find the first."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)
    sort = forms.ChoiceField(
        label="提建议还是议案", choices=SORTS, widget=forms.RadioSelect, initial="suggestion",
        error_messages={"required": "请选建议或议案", "invalid_choice": "请选建议或议案"},
    )  # fmt: skip
    title = forms.CharField(
        label="标题", max_length=LONGEST_TITLE, widget=forms.TextInput(attrs={"class": "fld", "autocomplete": "off"}),
        help_text="一句话说明建议什么,例如:关于修通村西断头路的建议",
        error_messages={"required": "请填标题", "max_length": f"标题最多{LONGEST_TITLE}个字"},
    )  # fmt: skip
    text = _text("内容", 10, "请写清为什么提、建议怎么办")
    category = _choice("类别", [("", "请选择"), *Category.choices], "请选类别")
    contact_wish = _choice("希望部门怎么和您联系", ContactWish.choices, "请选联系方式")
    may_publish = forms.BooleanField(label="可以向社会公开", required=False, initial=True)
    field_order = ("sort", "deputy", "title", "text", "category", "contact_wish", "cosigners")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, initial={"form_key": uuid.uuid4(), "contact_wish": ContactWish.MEETING}, **kwargs)

    def facts(self) -> dict:
        """Return what `file_suggestion` takes beside the deputy; only after `is_valid()`."""
        given = dict(self.cleaned_data)
        given["is_motion"] = given.pop("sort") == "motion"
        return given


class StationSuggestionForm(SuggestionForm):
    """The same for a deputy of the clerk's stations, from paper."""

    deputy = _choice("领衔代表", [], "请选领衔代表")
    signed_on_paper = forms.BooleanField(label="附议代表都已在纸上签名,不用再请他们确认", required=False)

    def __init__(self, *args, members: Iterable[Membership], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["contact_wish"].label = "代表希望部门怎么联系"
        self.people: dict[str, Deputy] = {}
        groups: dict[str, list[tuple[str, str]]] = {}
        for member in members:
            self.people[member.deputy.code] = member.deputy
            groups.setdefault(str(member.branch), []).append((member.deputy.code, member.deputy.name))
        self.fields["deputy"].choices = [("", "请选择"), *groups.items()]

    def facts(self) -> dict:
        given = super().facts()
        return given | {"deputy": self.people[given["deputy"]]}


class CosignersForm(Refusable, SignersForm):
    """More people to sign with; `on_paper` is the clerk's."""

    on_paper = forms.BooleanField(label="他们都已在纸上签名,不用再请他们确认", required=False)

    def __init__(self, *args, may_have_paper: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cosigners"].required = True
        if not may_have_paper:
            del self.fields["on_paper"]

    def facts(self) -> dict:
        return {"deputies": self.cleaned_data["cosigners"], "on_paper": self.cleaned_data.get("on_paper", False)}


class ConsultationForm(Refusable):
    """The talk with the deputy: when, how, what came of it."""

    held_on = forms.DateField(
        label="哪天面商的", widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "fld", "type": "date"}),
        error_messages={"required": "请填面商日期", "invalid": "日期请写成 2027-01-01 这样"},
    )  # fmt: skip
    way = _choice("怎么谈的", WAYS, "请选面商方式")
    text = _text("面商情况", 6, "请写面商情况")

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, initial={"held_on": today, "way": ContactWish.MEETING}, **kwargs)

    def facts(self) -> dict:
        return dict(self.cleaned_data)
