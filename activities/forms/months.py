"""Taking back that a month is complete."""

from django import forms

from activities.services.months import LONGEST_REASON


class TakeBackForm(forms.Form):
    """Why the month is not complete after all."""

    reason = forms.CharField(
        label="为什么取消", max_length=LONGEST_REASON,
        error_messages={"required": "请写为什么取消", "max_length": f"最多{LONGEST_REASON}个字"},
        widget=forms.TextInput(attrs={"class": "fld", "autocomplete": "off", "placeholder": "例如:还有两次接待没有登记"}),
    )  # fmt: skip

    def facts(self) -> dict:
        return dict(self.cleaned_data)
