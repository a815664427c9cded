"""The second factor of one's own account: set up, recovery codes, off."""

from base64 import b32encode
from functools import partial

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from julu_liaison.accounts.forms import CodeForm, ConfirmForm
from julu_liaison.accounts.querysets import factor_of
from julu_liaison.accounts.second_step import PASSED, must_set_up
from julu_liaison.accounts.services import (
    CodeWait,
    WrongCode,
    begin_second_factor,
    confirm_second_factor,
    renew_recovery_codes,
    switch_off_second_factor,
)
from julu_liaison.accounts.views.confirming import confirm_and_act, put_beside_fields
from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.qr import qr_svg


@sensitive_post_parameters()
@never_cache
@login_required
def second_factor(request):
    """How it stands; while being set up, the QR code and the field for the first code (POST)."""
    if factor_of(request.user) and not request.session.get(PASSED):
        # Signed in by some way round the code: not signed in at all.
        logout(request)
        return redirect("login")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            key = request.session.stored_key
            codes = confirm_second_factor(account=request.user, code=form.cleaned_data["code"], keep=key)
        except (WrongCode, CodeWait) as error:
            put_beside_fields(form, error)
        else:
            request.session[PASSED] = True
            return _codes_page(request, codes)
    return _page(request, form=form)


@require_POST
@sensitive_post_parameters()
@never_cache
@login_required
def second_factor_begin(request):
    """A fresh secret to scan, after the password."""
    form = ConfirmForm(request.POST, prefix="begin")
    if form.is_valid():
        begun, answer = confirm_and_act(
            request, form, lambda given: begin_second_factor(account=request.user, password=given["password"])
        )
        if answer or begun:
            return answer or redirect("second-factor")
    return _page(request, begin_form=form)


@require_POST
@sensitive_post_parameters()
@never_cache
@login_required
def second_factor_codes(request):
    """New recovery codes, after the password."""
    form = ConfirmForm(request.POST, prefix="codes")
    if form.is_valid():
        codes, answer = confirm_and_act(
            request, form, lambda given: renew_recovery_codes(account=request.user, password=given["password"])
        )
        if answer or codes:
            return answer or _codes_page(request, codes)
    return _page(request, codes_form=form)


@require_POST
@sensitive_post_parameters()
@never_cache
@login_required
def second_factor_off(request):
    """Do without, after the password; not for those whose posting demands it."""
    if must_set_up(request.user):
        raise NotAllowed("您的岗位要求有第二步验证,不能取消。手机丢了,请联系县里的管理员。")
    form = ConfirmForm(request.POST, prefix="off")
    if form.is_valid():
        done, answer = confirm_and_act(request, form, partial(_switch_off, request))
        if answer:
            return answer
        if done:
            messages.success(request, "第二步验证取消了,下次只用密码登录。")
            return redirect("account")
    return _page(request, off_form=form)


def _switch_off(request, given) -> bool:
    key = request.session.stored_key
    switch_off_second_factor(account=request.user, password=given["password"], keep=key)
    request.session.pop(PASSED, None)
    return True


def _page(request, *, form=None, begin_form=None, codes_form=None, off_form=None):
    device = TOTPDevice.objects.filter(user=request.user).order_by("-confirmed").first()
    context = {
        "form": form or CodeForm(),
        "begin_form": begin_form or ConfirmForm(prefix="begin"),
        "codes_form": codes_form or ConfirmForm(prefix="codes"),
        "off_form": off_form or ConfirmForm(prefix="off"),
        "is_demanded": must_set_up(request.user),
        "is_on": bool(device and device.confirmed),
    }
    if context["is_on"]:
        context["codes_left"] = StaticToken.objects.filter(device__user=request.user).count()
    elif device:
        secret = b32encode(device.bin_key).decode()
        # Our own drawing of our own text; nothing of it is typed by anybody.
        context["qr"] = mark_safe(qr_svg(device.config_url).decode())  # noqa: S308 - our own drawing
        context["secret"] = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return render(request, "accounts/second_factor.html", context)


def _codes_page(request, codes):
    return render(request, "accounts/recovery_codes.html", {"codes": codes})
