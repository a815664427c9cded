"""What is typed about a correction: what is wrong, what is right, why; and the words of whoever settles it."""

from collections.abc import Sequence
from itertools import groupby

from django import forms
from django.utils.text import Truncator

from deputies.services.corrections import LONGEST_NOTE, LONGEST_REASON, LONGEST_VALUE
from julu_liaison.common.workflow import Move
from julu_liaison.personal.reading import Correctable

SHOWN_VALUE = 24  # characters of what stands there now, in a line of the list


def _line(label: str, longest: int, *, required: bool, hint: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, required=required, help_text=hint,
        widget=forms.TextInput(attrs={"class": "fld", "autocomplete": "off"}),
        error_messages={"required": f"请写{label}", "max_length": f"最多{longest}个字"},
    )  # fmt: skip


class CorrectionForm(forms.Form):
    """`choices`: what this person may say is wrong, with what stands there now."""

    what = forms.ChoiceField(
        label="哪一项不对", widget=forms.Select(attrs={"class": "fld"}),
        error_messages={"required": "请选哪一项不对", "invalid_choice": "请从列出的里面选"},
    )  # fmt: skip
    right_value = _line("应该是什么", LONGEST_VALUE, required=True)
    reason = _line("为什么", LONGEST_REASON, required=True, hint="例如:换了手机号、身份证上是这个字")

    def __init__(self, *args, choices: Sequence[Correctable], **kwargs):
        super().__init__(*args, **kwargs)
        self.named = {_key(one): one for one in choices}
        groups = [
            (line, [(_key(one), f"{one.title}:{Truncator(one.value or '没有填').chars(SHOWN_VALUE)}") for one in ones])
            for line, ones in groupby(choices, key=lambda one: one.line)
        ]
        self.fields["what"].choices = [("", "请选择"), *groups]

    def facts(self) -> dict:
        """Return what `ask_correction` takes; only after `is_valid()`."""
        one = self.named[self.cleaned_data["what"]]
        return {
            "topic": one.held.key, "topic_title": one.line, "row_key": one.row_key, "column": one.column,
            "column_title": one.title, "old_value": one.value, "right_value": self.cleaned_data["right_value"],
            "reason": self.cleaned_data["reason"],
        }  # fmt: skip


def _key(one: Correctable) -> str:
    return f"{one.held.key}.{one.row_key}.{one.column}"


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
