"""The login page, the page for the code after it, the page of a locked account; 标准 / 大字 / 深色."""

from axes.decorators import axes_dispatch
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import LoginView, RedirectURLMixin
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django.views.generic import FormView

from julu_liaison.accounts.forms import CodeForm, LoginForm
from julu_liaison.accounts.lockout import count_failure, is_locked, one_guess, opens_again_at
from julu_liaison.accounts.querysets import factor_of
from julu_liaison.accounts.rules import address_of, agent_of, device_in_words
from julu_liaison.accounts.second_step import PASSED, forget_half_sign_in, half_signed_in, remember_password_given
from julu_liaison.accounts.services import WrongCode, verify_second_factor
from julu_liaison.accounts.services.sign_ins import record_sign_in
from julu_liaison.common.errors import DomainError

MODES = ("standard", "large", "dark")
BACKEND = "django.contrib.auth.backends.ModelBackend"


@method_decorator(axes_dispatch, name="dispatch")
class SignIn(LoginView):
    """First step: name and password. Accounts with a second factor go on to CodeStep, signed in nowhere yet."""

    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get(self, request, *args, **kwargs):
        if half_signed_in(request):
            return redirect(_with_next("login-code", self.get_redirect_url()))
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        with one_guess(request, request.POST.get("username", "")) as may:
            return super().post(request, *args, **kwargs) if may else locked_out(request)

    def form_valid(self, form):
        if factor_of(form.get_user()) is None:
            answer = super().form_valid(form)
            _record(self.request, "password")
            return answer
        remember_password_given(self.request, form.get_user())
        return redirect(_with_next("login-code", self.get_redirect_url()))

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        came_from_page = bool(context[self.redirect_field_name])
        return context | {"ran_out": came_from_page and self.request.session.ended_idle}


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class CodeStep(RedirectURLMixin, FormView):
    """Second step: the code of the phone, or a recovery code."""

    template_name = "accounts/login_code.html"
    form_class = CodeForm

    def dispatch(self, request, *args, **kwargs):
        self.person = half_signed_in(request)
        if self.person is None or request.POST.get("back"):
            forget_half_sign_in(request)
            return redirect(_with_next("login", self.get_redirect_url()))
        if is_locked(request, self.person):
            return locked_out(request, credentials={"username": self.person.username})
        return super().dispatch(request, *args, **kwargs)

    def get_default_redirect_url(self):
        return reverse("home")

    def post(self, request, *args, **kwargs):
        who = {"username": self.person.username}
        with one_guess(request, self.person.username) as may:
            return super().post(request, *args, **kwargs) if may else locked_out(request, credentials=who)

    def form_valid(self, form):
        try:
            left = verify_second_factor(account=self.person, code=form.cleaned_data["code"])
        except DomainError as error:
            return self._refused(form, error)
        forget_half_sign_in(self.request)
        login(self.request, self.person, backend=BACKEND)
        self.request.session[PASSED] = True
        _record(self.request, "code" if left is None else "recovery_code")
        if left is not None:
            messages.warning(
                self.request, f"用掉了一个恢复码,还剩{left}个。手机找不到了,请到“我的账号”里重新设第二步验证。"
            )
        return redirect(self.get_success_url())

    def _refused(self, form, error):
        sentence = error.message
        if isinstance(error, WrongCode) and (left := count_failure(self.request, self.person)):
            sentence += f"再错{left}次要等15分钟。"
        form.add_error("code", sentence)
        return self.form_invalid(form)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"person": self.person, "next": self.get_redirect_url()}


def _record(request, way: str) -> None:
    record_sign_in(
        account=request.user, way=way, address=address_of(request), device=device_in_words(agent_of(request)),
        at=timezone.now(),
    )  # fmt: skip


def _with_next(name: str, then: str) -> str:
    return f"{reverse(name)}?{urlencode({'next': then})}" if then else reverse(name)


def locked_out(request, original_response=None, credentials=None):
    """Answer of django-axes after too many wrong passwords or codes; it takes the place of `original_response`."""
    username = (credentials or {}).get("username") or request.POST.get("username", "")
    context = {"opens_again_at": opens_again_at(request, username)}
    return render(request, "accounts/locked.html", context, status=429)


@require_POST
def mode(request):
    """Remember 标准 / 大字 / 深色 in a cookie and go back to where one was."""
    chosen = request.POST.get("mode")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    answer = redirect(back)
    answer.set_cookie(
        "mode", chosen if chosen in MODES else "standard", max_age=365 * 86400, samesite="Lax", httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return answer
