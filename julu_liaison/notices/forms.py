"""How a person wants to hear of notices, as it is chosen on a page."""

from django import forms

from julu_liaison.notices.models import Subscription
from julu_liaison.notices.services.subscriptions import LONGEST_EMAIL
from julu_liaison.notices.states import MANDATORY, Kind, Pace, SmsChoice

CHOOSABLE = [(kind.value, kind.label) for kind in Kind if kind not in MANDATORY]
ALWAYS = [kind.label for kind in Kind if kind in MANDATORY]
LISTED = {"invalid_choice": "请从列出的里面选", "required": "请选一种"}


class SettingsForm(forms.Form):
    """The choice is asked for as people think: what they want, not what they don't."""

    email = forms.CharField(
        label="邮箱", required=False, max_length=LONGEST_EMAIL, help_text="空着就不发邮件",
        error_messages={"max_length": "这个邮箱太长了,请核对"},
        widget=forms.TextInput(attrs={"class": "fld", "inputmode": "email", "autocomplete": "email"}),
    )  # fmt: skip
    by_mail = forms.BooleanField(label="发邮件", required=False)
    sms = forms.ChoiceField(label="短信", choices=SmsChoice.choices, error_messages=LISTED, widget=forms.RadioSelect)
    pace = forms.ChoiceField(label="快慢", choices=Pace.choices, error_messages=LISTED, widget=forms.RadioSelect)
    wanted = forms.MultipleChoiceField(
        label="发哪些", required=False, choices=CHOOSABLE, error_messages=LISTED, widget=forms.CheckboxSelectMultiple
    )

    @classmethod
    def of(cls, subscription: Subscription, data) -> "SettingsForm":
        usual = {name: getattr(subscription, name) for name in ("email", "by_mail", "sms", "pace")}
        return cls(data, initial=usual | {"wanted": [kind for kind, _ in CHOOSABLE if kind not in subscription.muted]})

    def facts(self) -> dict:
        given = dict(self.cleaned_data)
        wanted = given.pop("wanted")
        return given | {"muted": [kind for kind, _label in CHOOSABLE if kind not in wanted]}
