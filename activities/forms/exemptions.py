"""Exemptions as typed by the county."""

from django import forms

from activities.forms.entries import EntryForm, choice_field, day_field, line_field
from activities.services.exemptions import LONGEST_REASON
from activities.states import Covers
from deputies.models import Deputy

MOST_NAMESAKES = 8


class ExemptionForm(EntryForm):
    """Whom, from what, when and why. The deputy is named, or told by the number where several are called so."""

    deputy = line_field("代表", 40, hint="写姓名或编号")
    covers = choice_field("免除什么", Covers.choices)
    started_on = day_field("从哪天")
    ended_on = day_field("到哪天", required=False, hint="最后一天,含当天;还不知道就空着,以后再结束")
    reason = line_field("原因", LONGEST_REASON, hint="例如:长期住院治疗")

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = people

    def clean_deputy(self) -> Deputy:
        typed = self.cleaned_data["deputy"].strip()
        name = "".join(typed.split())
        found = list(self.people.filter(code__iexact=typed)[:1])
        found = found or list(self.people.filter(name__in=(typed, name)).order_by("code")[: MOST_NAMESAKES + 1])
        if not found:
            raise forms.ValidationError("没有找到这位代表,请核对姓名,或写编号")
        if len(found) > 1:
            known = "、".join(f"{one.code}({_place_of(one)})" for one in found[:MOST_NAMESAKES])
            raise forms.ValidationError(f"叫这个名字的有{len(found)}位,请改写编号:{known}")
        return found[0]


def _place_of(person: Deputy) -> str:
    member = person.membership_now
    return member.branch.parent.name + member.branch.name if member else "没有分到分站"


class EndForm(EntryForm):
    """The last day of an exemption."""

    ended_on = day_field("最后一天")
