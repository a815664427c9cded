"""Forms of the county's page about late entry."""

from datetime import date

from django import forms

from activities.forms.lines import whole_number
from activities.services.logs.limits import LONGEST_REASON
from stations.models import Station
from stations.rules import place_choices
from stations.states import Level


class LimitForm(forms.Form):
    """Until which day of the next month, empty: without limit; and within how many days a log is in time."""

    day = forms.CharField(
        label="次月几日截止", required=False, max_length=4, error_messages={"max_length": "请填1到28,不设期限就空着"},
        widget=forms.TextInput(attrs={"class": "fld fld-s num", "inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip

    prompt_days = forms.CharField(
        label="几天内登记算按时", required=False, max_length=4, error_messages={"max_length": "请填1到31"},
        widget=forms.TextInput(attrs={"class": "fld fld-s num", "inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip

    def clean_day(self) -> int | None:
        text = self.cleaned_data["day"].strip().removesuffix("日")
        number = whole_number(text) if text else None
        if text and number is None:
            raise forms.ValidationError("请填1到28,不设期限就空着")
        return number

    def clean_prompt_days(self) -> int | None:
        """Nothing typed: as it was."""
        text = self.cleaned_data["prompt_days"].strip().removesuffix("天")
        number = whole_number(text) if text else None
        if text and number is None:
            raise forms.ValidationError("请填1到31")
        return number


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "fld", "type": "date"}),
        error_messages={"required": f"请填{label}", "invalid": "请填日期,如 2026-03-01"},
    )  # fmt: skip


class ExceptionForm(forms.Form):
    """Which place may file logs of which days, and until when."""

    place = forms.ChoiceField(
        label="地方", widget=forms.Select(attrs={"class": "fld"}),
        error_messages={"required": "请选地方", "invalid_choice": "请从列表里选地方"},
    )  # fmt: skip
    started_on = _day("从哪天的日志")
    ended_on = _day("到哪天的日志")
    open_until = _day("可以补到哪天")
    reason = forms.CharField(
        label="原因", max_length=LONGEST_REASON,
        error_messages={"required": "请写原因", "max_length": f"原因最多{LONGEST_REASON}个字"},
        widget=forms.TextInput(attrs={"class": "fld", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args, places: list[Station], **kwargs):
        super().__init__(*args, **kwargs)
        self.by_code = {place.code: place for place in places}
        centres = [(place.code, f"{place.name}:全县") for place in places if place.level == Level.CENTRE]
        below = place_choices([place for place in places if place.level != Level.CENTRE])
        self.fields["place"].choices = [("", "请选择"), *centres, *below]

    def facts(self) -> dict[str, Station | date | str]:
        """Return what `grant_exception` takes; only after `is_valid()`."""
        return self.cleaned_data | {"place": self.by_code[self.cleaned_data["place"]]}
