"""The two links in mails: confirming an address, turning a kind of notices off. No sign-in, one button each.

A mail program or a virus scanner that opens every link changes nothing by it.
"""

from functools import wraps

from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from julu_liaison.accounts.flood import for_passers
from julu_liaison.common.errors import DomainError
from julu_liaison.common.public_pages import draw, unlisted
from julu_liaison.notices.services.subscriptions import (
    KEPT,
    confirm_email,
    is_stopped,
    stop_behind,
    stop_mail,
    subscription_behind,
)
from julu_liaison.notices.states import MANDATORY

PAGE = "notices/link.html"
STOPPED = "“{}”的通知不再发邮件和短信了,登录平台还能看到。要改回来,请登录平台,打开“通知设置”。"
NO_USE = "这个链接不能用"


def _behind_a_link(view):
    """A page that only its link leads to and nobody keeps; a refusal is a sentence on it."""

    @unlisted
    @wraps(view)
    def opened(request, token):
        try:
            return view(request, token)
        except DomainError as error:
            return draw(request, PAGE, {"heading": NO_USE, "sentence": error.message}, status=error.status)

    return csrf_exempt(require_http_methods(["GET", "HEAD", "POST"])(never_cache(for_passers(opened))))


@_behind_a_link  # no cookie gives any right here: who has the link may use it, who has not can't forge it
def notice_mail_confirm(request, token):
    if request.method == "POST":
        confirm_email(token=token, at=timezone.now())
        said = {"heading": "邮箱确认好了", "sentence": "以后的通知会发到这个邮箱。要改的话,请登录平台,打开“通知设置”。"}
        return draw(request, PAGE, said)
    row = subscription_behind(token)
    if row.email_confirmed_at is not None:
        sentence = f"通知已经在发到{_masked(row.email)},不用再确认。要改的话,请登录平台,打开“通知设置”。"
        return draw(request, PAGE, {"heading": "这个邮箱已经确认过了", "sentence": sentence})
    said = {
        "heading": "确认接收通知的邮箱",
        "sentence": f"邮箱:{_masked(row.email)}",
        "button": "确认,以后发到这个邮箱",
    }
    return draw(request, PAGE, said)


@_behind_a_link
def notice_stop(request, token):
    """POST is also what a mail program sends for its own unsubscribe button (RFC 8058, `List-Unsubscribe=One-Click`)."""
    stop = stop_behind(token)
    if stop.kind in MANDATORY:
        return draw(request, PAGE, {"heading": "这类通知不能关", "sentence": KEPT}, status=400)
    if request.method == "POST":
        stop_mail(token=token, at=timezone.now())
        return draw(request, PAGE, {"heading": "已经不再发送", "sentence": STOPPED.format(stop.kind.label)})
    if is_stopped(stop):
        return draw(request, PAGE, {"heading": "已经停了", "sentence": STOPPED.format(stop.kind.label)})
    sentence = f"“{stop.kind.label}”的通知不再发邮件和短信,登录平台还能看到。"
    return draw(request, PAGE, {"heading": "不再接收这类通知", "sentence": sentence, "button": "不再发送"})


def _masked(email: str) -> str:
    """What its owner knows again: the first character and the domain."""
    return f"{email[:1]}***@{email.rpartition('@')[2]}"
