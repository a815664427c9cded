"""Changing one's own password."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from julu_liaison.accounts.forms import PasswordForm
from julu_liaison.accounts.services import change_password
from julu_liaison.accounts.views.confirming import confirm_and_act


@sensitive_post_parameters()
@never_cache
@login_required
def password(request):
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done, answer = confirm_and_act(request, form, lambda given: _change(request, given))
        if answer:
            return answer
        if done:
            messages.success(request, "密码改好了,下次请用新密码登录。别处的登录都退出了。")
            return redirect("home")
    return render(request, "accounts/password.html", {"form": form})


def _change(request, given) -> bool:
    key = request.session.stored_key
    change_password(user=request.user, old=given["old"], new=given["new"], keep=key)
    update_session_auth_hash(request, request.user)
    return True
