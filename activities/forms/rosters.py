"""Forms about rosters: reasons, an extra day, another date, another form of service."""

from datetime import date

from django import forms

from activities.models import OtherService, Shift
from activities.rules.plans import month_end
from activities.states import Form
from stations.models import Station

LONGEST_REASON = Shift._meta.get_field("reason").max_length
LONGEST_NOTE = OtherService._meta.get_field("note").max_length
SEATS = [(2, "2人"), (3, "3人"), (4, "4人")]


def _text(label: str, longest: int, example: str = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, required=required, help_text=example,
        widget=forms.TextInput(attrs={"class": "fld", "autocomplete": "off"}),
        error_messages={"required": f"请写{label}", "max_length": f"{label}最多{longest}个字"},
    )  # fmt: skip


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "fld", "type": "date"}),
        error_messages={"required": f"请选{label}", "invalid": "请填日期,如 2026-12-06"},
    )  # fmt: skip


class RosterForm(forms.Form):
    """One of several forms on a page: `key` keeps their ids apart."""

    def __init__(self, *args, key: str, **kwargs):
        super().__init__(*args, auto_id=f"id_{key}_%s", **kwargs)

    def tell(self, problems: dict[str, str], sentence: str) -> None:
        """Show a refusal of the service beside the fields it is about, or above the form."""
        known = {name: text for name, text in problems.items() if name in self.fields}
        for name, text in known.items():
            self.add_error(name, text)
        if not known:
            self.add_error(None, sentence)


class ReplanForm(RosterForm):
    """Why gaps of a published month are filled again."""

    reason = _text("原因", LONGEST_REASON, "例如:李代表12月请假")


class CancelForm(RosterForm):
    """Why a day is called off."""

    reason = _text("取消的原因", LONGEST_REASON, "会写在公示页上,例如:全镇换届选举")


class ResumeForm(RosterForm):
    """Why a day that was called off is held after all."""

    reason = _text("恢复的原因", LONGEST_REASON, "例如:会议提前结束")


class MoveForm(RosterForm):
    """To which date a day is moved, and why."""

    to = _day("改到哪天")
    reason = _text("改期的原因", LONGEST_REASON, "会写在公示页上,例如:会场装修")


class ExtraDayForm(RosterForm):
    """One more reception day for chosen branches."""

    on = _day("加在哪天")
    reason = _text("原因", LONGEST_REASON, "会写在公示页上,例如:秋收后集中接待")
    branches = forms.MultipleChoiceField(
        label="哪些分站", widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选一个分站", "invalid_choice": "请从列表里选分站"},
    )  # fmt: skip

    def __init__(self, *args, places: list[Station], **kwargs):
        super().__init__(*args, **kwargs)
        self.places = {place.code: place for place in places}
        self.fields["branches"].choices = [(place.code, place.name) for place in places]

    @property
    def chosen(self) -> list[Station]:
        return [self.places[code] for code in self.cleaned_data["branches"]]


class OtherServiceForm(RosterForm):
    """Another form of service in the month for somebody the Sundays leave over."""

    form = forms.ChoiceField(
        label="形式", choices=[choice for choice in Form.choices if choice[0] != Form.ONSITE], initial=Form.VISIT,
        widget=forms.Select(attrs={"class": "fld"}), error_messages={"invalid_choice": "请从列表里选形式"},
    )  # fmt: skip
    by = _day("最晚哪天")
    note = _text("说明", LONGEST_NOTE, "例如:走访安家庄村", required=False)

    def __init__(self, *args, month: date, **kwargs):
        super().__init__(*args, initial={"by": month_end(month)}, **kwargs)
