"""Login and password forms, in the site's words."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm


class LoginForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "账号或密码不对。密码区分大小写,连续输错5次要等15分钟。",
        "inactive": "这个账号已停用,请联系县人大办公室。",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "账号"
        self.fields["password"].label = "密码"


class PasswordForm(forms.Form):
    old = forms.CharField(
        label="现在的密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    new = forms.CharField(
        label="新密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    again = forms.CharField(
        label="再填一次新密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean_again(self):
        if self.cleaned_data.get("new") != self.cleaned_data["again"]:
            raise forms.ValidationError("两次填的新密码不一样,请重新填。")
        return self.cleaned_data["again"]


class CodeForm(forms.Form):
    """A code of the phone, or where one signs in also a recovery code."""

    code = forms.CharField(label="验证码", max_length=40, error_messages={"required": "请填验证码"})


class ConfirmForm(forms.Form):
    """The password once more, before something that weakens the account's protection."""

    password = forms.CharField(
        label="现在的密码", max_length=128, strip=False, error_messages={"required": "请填现在的密码"}
    )
