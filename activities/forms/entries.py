"""Fields that the forms of plans, projects, service records and exemptions share."""

from django import forms

WRONG_DAY = "请填日期,如 2026-03-01"


class EntryForm(forms.Form):
    """A form whose service takes what was typed, by the fields' names unless it says otherwise."""

    def facts(self) -> dict:
        return dict(self.cleaned_data)


def day_field(label: str, *, required: bool = True, hint: str = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=required, help_text=hint,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "fld", "type": "date"}),
        error_messages={"required": f"请填{label}", "invalid": WRONG_DAY},
    )  # fmt: skip


def line_field(label: str, longest: int, *, required: bool = True, hint: str = "") -> forms.CharField:
    """One line of text."""
    return forms.CharField(
        label=label, max_length=longest, required=required, help_text=hint,
        widget=forms.TextInput(attrs={"class": "fld", "autocomplete": "off"}),
        error_messages={"required": f"请填{label}", "max_length": f"{label}最多{longest}个字"},
    )  # fmt: skip


def text_field(label: str, longest: int, *, rows: int, required: bool = False, hint: str = "") -> forms.CharField:
    """Text of several lines."""
    return forms.CharField(
        label=label, max_length=longest, required=required, help_text=hint,
        widget=forms.Textarea(attrs={"class": "fld", "rows": rows}),
        error_messages={"required": f"请写{label}", "max_length": f"{label}最多{longest}个字"},
    )  # fmt: skip


def choice_field(label: str, choices, *, required: bool = True, blank: str = "请选择") -> forms.ChoiceField:
    wrong = f"请选{label}"
    return forms.ChoiceField(
        label=label, choices=[("", blank), *choices], required=required, widget=forms.Select(attrs={"class": "fld"}),
        error_messages={"required": wrong, "invalid_choice": wrong},
    )  # fmt: skip


class CountField(forms.IntegerField):
    """A whole number typed on any keyboard; left out it is what the form begins with."""

    widget = forms.TextInput(attrs={"class": "fld num", "inputmode": "numeric", "autocomplete": "off"})

    def clean(self, value):
        number = super().clean(value)
        return self.initial if number is None else number


def count_field(label: str, *, blank_is: int = 0) -> CountField:
    """A number that may be left out; digits of any width."""
    said = {"invalid": f"{label}请填数字", "min_value": f"{label}请填数字"}
    return CountField(label=label, required=False, min_value=0, initial=blank_is, error_messages=said)
