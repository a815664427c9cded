"""What is typed about a villager's own data: by the villager, by whoever settles it, by whoever looks a phone up."""

from django import forms

from julu_liaison.common.own_forms import BLANK, private_line
from opinions.services.villagers import LONGEST_ANSWER, PURPOSES
from opinions.states import AskedFor

LONGEST_TYPED = 1000  # what is longer than it may be is told by the service, with the words kept


class AnswerForm(forms.Form):
    """Why a request is refused."""

    note = forms.CharField(
        label="为什么不同意", max_length=LONGEST_ANSWER, help_text="群众会看到。不要写姓名和电话。",
        widget=forms.TextInput(attrs={"class": "fld", "autocomplete": "off"}),
        error_messages={"required": "请写明为什么不同意", "max_length": f"最多{LONGEST_ANSWER}个字"},
    )  # fmt: skip


class FindForm(forms.Form):
    """Whose phone, and what for. It is posted: a phone belongs into no address and no log."""

    phone = private_line("电话", hint="手机号,或带区号的座机")
    purpose = forms.ChoiceField(
        label="为什么查", choices=[BLANK, *((one, one) for one in PURPOSES)],
        widget=forms.Select(attrs={"class": "fld"}),
        error_messages={"required": "请选为什么查", "invalid_choice": "请从列出的里面选"},
    )  # fmt: skip


class OwnForm(forms.Form):
    """One button of the villager's page, with the one field it has."""

    act = forms.ChoiceField(choices=[*AskedFor.choices, ("withdraw", "撤回")])
    said = forms.CharField(required=False, max_length=LONGEST_TYPED)
    request = forms.UUIDField(required=False)
