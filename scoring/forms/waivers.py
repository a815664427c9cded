"""Waivers as typed by the county."""

from django import forms

from deputies.models import Deputy
from deputies.states import MandateLevel
from scoring.forms.rules import DAY_WORDS
from scoring.services.waivers import LONGEST_REASON
from scoring.states import BASE_ITEMS, Item

MOST_NAMESAKES = 8
ITEMS = [(item.value, item.label) for item in Item if item in BASE_ITEMS]


def _day(label: str, *, required: bool = True, hint: str = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=required, help_text=hint, error_messages=DAY_WORDS,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "fld", "type": "date"}),
    )  # fmt: skip


class WaiverForm(forms.Form):
    """Whom (one deputy, or a level), from which items, when and why."""

    deputy = forms.CharField(
        label="代表", required=False, max_length=40, help_text="写姓名或编号;给一个层级的代表免扣就空着",
        error_messages={"max_length": "代表最多40个字"},
        widget=forms.TextInput(attrs={"class": "fld", "autocomplete": "off"}),
    )  # fmt: skip
    level = forms.ChoiceField(
        label="或者一个层级的代表", required=False, error_messages={"invalid_choice": "请从列表里选"},
        choices=[("", "不按层级"), *((level.value, f"所有{level.label}代表") for level in MandateLevel)],
        widget=forms.Select(attrs={"class": "fld"}),
    )  # fmt: skip
    started_on = _day("从哪天")
    ended_on = _day("到哪天", required=False, hint="最后一天,含当天;还不知道就空着,以后再结束")
    reason = forms.CharField(
        label="原因", max_length=LONGEST_REASON, help_text="例如:长期住院治疗",
        error_messages={"required": "请写原因", "max_length": f"原因最多{LONGEST_REASON}个字"},
        widget=forms.TextInput(attrs={"class": "fld", "autocomplete": "off"}),
    )  # fmt: skip
    items = forms.MultipleChoiceField(
        label="哪些项目", required=False, choices=ITEMS, help_text="一个都不选,就是所有扣分项目",
        error_messages={"invalid_choice": "请从列表里选"}, widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = people

    def clean_deputy(self) -> Deputy | None:
        typed = self.cleaned_data["deputy"].strip()
        if not typed:
            return None
        name = "".join(typed.split())
        found = list(self.people.filter(code__iexact=typed)[:1])
        found = found or list(self.people.filter(name__in=(typed, name)).order_by("code")[: MOST_NAMESAKES + 1])
        if not found:
            raise forms.ValidationError("没有找到这位代表,请核对姓名,或写编号")
        if len(found) > 1:
            known = "、".join(f"{one.code}({_place_of(one)})" for one in found[:MOST_NAMESAKES])
            raise forms.ValidationError(f"叫这个名字的有{len(found)}位,请改写编号:{known}")
        return found[0]

    def facts(self) -> dict:
        return dict(self.cleaned_data)


def _place_of(person: Deputy) -> str:
    member = person.membership_now
    return member.branch.parent.name + member.branch.name if member else "没有分到分站"


class EndForm(forms.Form):
    """The last day of a waiver."""

    ended_on = _day("最后一天")

    def facts(self) -> dict:
        return dict(self.cleaned_data)
