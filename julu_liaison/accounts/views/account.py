"""我的账号: who I am, what I serve as, where I am signed in; signing out elsewhere."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from julu_liaison.accounts.querysets import factor_of
from julu_liaison.accounts.second_step import must_set_up
from julu_liaison.accounts.services import end_other_sign_ins, end_session, revoke_token
from julu_liaison.common.errors import NotFound
from julu_liaison.common.secrets import masked_phone
from julu_liaison.common.texts import plain_number
from julu_liaison.common.working_days import today_here
from stations.models import Posting

NOT_THERE = "没有找到这一处登录,可能已经退出了。"


@dataclass(frozen=True)
class Service:
    """One posting in words."""

    place: str
    role: str
    started_on: date
    ended_on: date | None
    stands_in_for: str


@require_safe
@never_cache
@login_required
def account(request):
    now = timezone.now()
    context = {
        "services": _services(request.user),
        "phone": masked_phone(request.user.phone),
        "factor": factor_of(request.user),
        "is_demanded": must_set_up(request.user),
        "sessions": request.user.sessions.filter(expire_date__gt=now).order_by("-last_seen_at"),
        "here": request.session.stored_key,
        "tokens": request.user.api_tokens.filter(expires_at__gt=now).order_by("-created_at"),
    }
    return render(request, "accounts/account.html", context)


def _services(user) -> list[Service]:
    rows = Posting.objects.in_force(today_here()).filter(user=user)
    rows = rows.select_related("station", "department", "stands_in_for__user")
    return [
        Service(
            place=str(row.station or row.department),
            role=row.get_role_display(),
            started_on=row.started_on,
            ended_on=row.ended_on,
            stands_in_for=row.stands_in_for.user.name if row.stands_in_for else "",
        )
        for row in rows
    ]


@require_POST
@login_required
def account_sign_out(request):
    """POST `session=<mark>` or `token=<key>` ends one place, `others` all but this one."""
    if "others" in request.POST:
        ended = end_other_sign_ins(account=request.user, keep=request.session.stored_key)
        messages.success(request, f"别处的{ended}个登录都退出了。" if ended else "别处没有登录。")
    elif "token" in request.POST:
        _end_token(request)
    else:
        _end_session(request)
    return redirect("account")


def _end_session(request) -> None:
    rows = request.user.sessions.exclude(session_key=request.session.stored_key)
    chosen = next((row for row in rows if row.mark == request.POST.get("session")), None)
    if chosen is None:
        raise NotFound(NOT_THERE)
    end_session(session=chosen, actor=request.user)
    messages.success(request, f"{chosen.device}退出登录了。")


def _end_token(request) -> None:
    key = plain_number(request.POST["token"], digits=18)
    token = request.user.api_tokens.filter(pk=key).first()
    if token is None:
        raise NotFound(NOT_THERE)
    revoke_token(token=token, actor=request.user)
    messages.success(request, "接口令牌作废了。")
