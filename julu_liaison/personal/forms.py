"""What is typed about a correction: what is wrong, what is right, why; and the words of whoever settles it."""

from django import forms

from deputies.services.corrections import LONGEST_NOTE, LONGEST_REASON, LONGEST_VALUE
from julu_liaison.common.personal_data import Held
from julu_liaison.common.workflow import Move

SEPARATOR = "."


def _line(label: str, longest: int, *, required: bool, hint: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, required=required, help_text=hint,
        widget=forms.TextInput(attrs={"class": "fld", "autocomplete": "off"}),
        error_messages={"required": f"请写{label}", "max_length": f"最多{longest}个字"},
    )  # fmt: skip


class CorrectionForm(forms.Form):
    """`choices`: lines of the register with their columns, of what is held of this person."""

    what = forms.ChoiceField(
        label="哪一项不对", widget=forms.Select(attrs={"class": "fld"}),
        error_messages={"required": "请选哪一项不对", "invalid_choice": "请从列出的里面选"},
    )  # fmt: skip
    right_value = _line("应该是什么", LONGEST_VALUE, required=True)
    reason = _line("为什么", LONGEST_REASON, required=True, hint="例如:换了手机号、身份证上是这个字")

    def __init__(self, *args, choices: list[tuple[Held, list[tuple[str, str]]]], **kwargs):
        super().__init__(*args, **kwargs)
        self.named = {
            f"{held.key}{SEPARATOR}{column}": (held, column, title) for held, columns in choices for column, title in columns
        }
        groups = [
            (held.title, [(f"{held.key}{SEPARATOR}{column}", title) for column, title in columns])
            for held, columns in choices
        ]
        self.fields["what"].choices = [("", "请选择"), *groups]

    def facts(self) -> dict:
        """Return what `ask_correction` takes; only after `is_valid()`."""
        held, column, title = self.named[self.cleaned_data["what"]]
        return {
            "topic": held.key, "topic_title": held.title, "column": column, "column_title": title,
            "right_value": self.cleaned_data["right_value"], "reason": self.cleaned_data["reason"],
        }  # fmt: skip


class NoteForm(forms.Form):
    """The words that go with one move."""

    note = _line("说明", LONGEST_NOTE, required=False)

    def __init__(self, *args, move: Move, **kwargs):
        super().__init__(*args, auto_id=f"{move.name}_%s", **kwargs)
        needed = "note" in move.needs
        self.fields["note"].required = needed
        self.fields["note"].label = "为什么不更正" if needed else "说明(可以不写)"
        self.fields["note"].error_messages["required"] = "请写明为什么不更正,申请人会看到"
        if not (needed or "note" in move.takes):
            del self.fields["note"]

    def facts(self) -> dict:
        return dict(self.cleaned_data)
