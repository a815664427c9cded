"""Sign in, sign out, change password, choose how pages look."""

from axes.decorators import axes_dispatch
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from julu_liaison.accounts.forms import LoginForm, PasswordForm
from julu_liaison.accounts.services import change_password
from julu_liaison.common.errors import DomainError

MODES = ("standard", "large", "dark")


@method_decorator(axes_dispatch, name="dispatch")
class SignIn(LoginView):
    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True


def locked_out(request, credentials=None, *args, **kwargs):
    """Answer of django-axes after too many wrong passwords."""
    sentence = "密码连续输错5次,这个账号在这台电脑上要等15分钟才能再登录。"
    return render(request, "accounts/locked.html", {"sentence": sentence}, status=429)


@login_required
def password(request):
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            change_password(user=request.user, old=form.cleaned_data["old"], new=form.cleaned_data["new"])
        except DomainError as error:
            for field, sentence in error.fields.items():
                form.add_error(field, sentence)
        else:
            update_session_auth_hash(request, request.user)
            messages.success(request, "密码改好了,下次请用新密码登录。")
            return redirect("home")
    return render(request, "accounts/password.html", {"form": form})


@require_POST
def mode(request):
    """Remember 标准 / 大字 / 深色 in a cookie and go back to where one was."""
    chosen = request.POST.get("mode")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    answer = redirect(back)
    answer.set_cookie("mode", chosen if chosen in MODES else "standard", max_age=365 * 86400, samesite="Lax")
    return answer
