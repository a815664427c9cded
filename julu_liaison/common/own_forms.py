"""What is typed at the desk when somebody wants the own data corrected or let go of (更正、删去); it knows no app."""

from django import forms

from julu_liaison.common.personal_data import ASKED_HOW

BLANK = ("", "请选择")


def private_line(label: str, *, hint: str = "", **more) -> forms.CharField:
    shape = {"class": "fld", "autocomplete": "off", "data-private": ""}
    return forms.CharField(
        label=label, required=False, max_length=60, help_text=hint, widget=forms.TextInput(attrs=shape),
        error_messages={"max_length": "最多60个字"}, **more,
    )  # fmt: skip


def _how() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="怎么提出的", choices=[BLANK, *((how, how) for how in ASKED_HOW)],
        widget=forms.Select(attrs={"class": "fld"}),
        error_messages={"required": "请选是怎么提出的", "invalid_choice": "请从列出的里面选"},
    )  # fmt: skip


class PersonForm(forms.Form):
    """What is right. The sealed values are never put into the fields: what is left empty stays as it is."""

    villager_name = private_line("姓名")
    villager_phone = private_line("电话")
    villager_village = private_line("住在哪里")
    how = _how()

    def who(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("villager_name", "villager_phone", "villager_village")}


class ForgetForm(forms.Form):
    how = _how()
    sure = forms.BooleanField(
        label="我核对过,是本人(或家属代本人)提出的", error_messages={"required": "请核对是不是本人提出的,再打勾"}
    )

    def facts(self) -> dict[str, str]:
        return {"how": self.cleaned_data["how"]}
