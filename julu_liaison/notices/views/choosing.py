"""通知设置: by mail or text message, at once or in the morning, which kinds."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from julu_liaison.accounts.counting import CountingThrottle
from julu_liaison.accounts.flood import is_flood
from julu_liaison.common.secrets import masked_phone
from julu_liaison.common.sending import done, sent, status_of
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.forms import ALWAYS, SettingsForm
from julu_liaison.notices.models import Gateway, Subscription
from julu_liaison.notices.services.confirming import send_confirmation
from julu_liaison.notices.services.routing import mail_address
from julu_liaison.notices.services.subscriptions import CONFIRMING, change_subscription, subscription_of
from julu_liaison.notices.services.wire import Fate, has_mail_server
from julu_liaison.notices.states import GatewayKind

SENT = f"确认邮件发出去了,请在{CONFIRMING.days}天内打开邮件里的链接。没收到的话,看看垃圾邮件箱。"
TOO_MANY = "一小时里已经发过好几封确认邮件了。请先看看垃圾邮件箱,一小时以后再发。"


class Confirmations(CountingThrottle):
    """Nobody fills a stranger's mailbox."""

    scope, rate = "notice-mail", "5/hour"

    def get_cache_key(self, request, view):
        return self.cache_format % {"scope": self.scope, "ident": request.user.pk}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def notice_settings(request):
    """The person's own choice; POST `again` sends another confirming mail, any other one saves."""
    subscription = subscription_of(request.user)
    if request.method == "POST" and "again" in request.POST:
        if subscription.email and not subscription.email_confirmed_at:
            _ask_to_confirm(request, subscription)
        return redirect("notice-settings")
    form = SettingsForm.of(subscription, sent(request))
    if request.method == "POST":
        kept = done(request, form, _change, user=request.user)
        if kept:
            _say_saved(request, kept, is_new=kept.email != subscription.email)
            return redirect("notice-settings")
    has_sms = _has_sms(request.user)
    context = {
        "form": form, "subscription": subscription, "always": ALWAYS, "phone": masked_phone(request.user.phone),
        "has_sms": has_sms, "has_mail": has_mail_server(),
        "is_out_of_reach": not _is_reached(request.user, subscription, has_sms=has_sms),
    }  # fmt: skip
    return render(request, "notices/settings.html", context, status=status_of(form))


def _change(*, user, actor, at, **chosen) -> Subscription:
    """One's own choice is nobody else's: who acts is whose it is."""
    return change_subscription(user=user, at=at, **chosen)


def _say_saved(request, kept: Subscription, *, is_new: bool) -> None:
    messages.success(request, "保存好了。")
    if is_new and kept.email:
        _ask_to_confirm(request, kept)


def _ask_to_confirm(request, subscription: Subscription) -> None:
    if is_flood(request, Confirmations()):
        messages.warning(request, TOO_MANY)
        return
    outcome = send_confirmation(subscription=subscription)
    if outcome.fate == Fate.ARRIVED and not outcome.reason:
        messages.success(request, SENT)
    elif outcome.fate == Fate.ARRIVED:
        messages.warning(request, outcome.reason)
    else:
        messages.warning(request, f"确认邮件没有发出去:{outcome.reason}弄好以后点“再发一封确认邮件”。")


def _is_reached(user, subscription: Subscription, *, has_sms: bool) -> bool:
    """Whether what has to reach everybody reaches the person anywhere but on the site, as things stand."""
    return bool(has_mail_server() and mail_address(subscription)) or (has_sms and bool(user.phone))


def _has_sms(user) -> bool:
    """Whether one of the counties where the person serves sends text messages."""
    codes = import_string(settings.NOTICE_PLACES)([user.pk], today_here()).get(user.pk, [])
    return Gateway.objects.filter(kind=GatewayKind.SMS, is_active=True, place_code__in=codes).exists()
