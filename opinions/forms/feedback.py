"""What a villager can say through the link, and what a clerk strikes out."""

from django import forms

from activities.states import Rating
from opinions.services.feedback import UNSOLVED
from opinions.services.redacting import LONGEST_REASON

LONGEST_WORD = 500
NEEDS_REASON = (Rating.UNSATISFIED, UNSOLVED)
WORDS = [*Rating.choices, (UNSOLVED, "没有解决")]


class SayForm(forms.Form):
    """One button of the villager's page: a rating or 没有解决, with the reason that the last two need."""

    word = forms.ChoiceField(
        choices=WORDS, error_messages={"required": "请点一个按钮", "invalid_choice": "请点一个按钮"}
    )
    note = forms.CharField(
        required=False, max_length=LONGEST_WORD, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": f"请控制在{LONGEST_WORD}字以内"},
    )  # fmt: skip
    version = forms.IntegerField(required=False, min_value=0, max_value=10**9, widget=forms.HiddenInput)

    def clean(self):
        given = super().clean()
        if given.get("word") in NEEDS_REASON and not given.get("note") and not self.errors.get("note"):
            self.add_error("note", "请写一写哪里没有办好,好让承办单位重新办理")
        return given

    @property
    def sentences(self) -> list[str]:
        """What is wrong, for a page without links to fields; a damaged version never is the villager's matter."""
        return [sentence for name, found in self.errors.items() if name != "version" for sentence in found]


class RedactForm(forms.Form):
    """Which words go, and why. Whether they are there is the service's question."""

    words = forms.CharField(
        label="要隐去的字", required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "fld", "data-private": ""}),
        help_text="照原文填写,一行一处。这一件里凡是有这些字的地方都会变成“■■”。",
    )  # fmt: skip
    reason = forms.CharField(
        label="为什么隐去", required=False, max_length=LONGEST_REASON, widget=forms.TextInput(attrs={"class": "fld"}),
        help_text="会写进办理过程,不要在这里再写那些字。例如:含有他人的病情。",
    )  # fmt: skip

    def lines(self) -> list[str]:
        return self.cleaned_data["words"].splitlines()

    def refuse(self, sentences: dict[str, str]) -> None:
        for name, sentence in sentences.items():
            self.add_error(name if name in self.fields else None, sentence)
