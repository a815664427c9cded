"""One filed duty log: what it says, and voiding it with a reason."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from activities.models import DutyLog
from activities.permissions import can_void_log
from activities.services import void_log
from activities.states import LogState
from julu_liaison.common.errors import DomainError


@require_http_methods(["GET", "POST"])
@login_required
def duty_log(request, uid):
    """The log with attendance and opinions; POST voids it (作废), a new one can then be filed for the day."""
    logs = DutyLog.objects.visible_to(request.user).select_related("branch__parent", "register", "recorder")
    log = get_object_or_404(logs.prefetch_related("attendance__deputy", "opinions__register"), uid=uid)
    problem, reason = "", request.POST.get("reason", "").replace("\0", "")[:200]
    if request.method == "POST":
        try:
            void_log(log=log, reason=reason, actor=request.user, at=timezone.now())
        except DomainError as error:
            problem = error.message
            status = error.status
        else:
            messages.success(request, f"{log.number}作废了,编号和原因会保留。这一天可以重新登记。")
            return redirect("duty-log", uid=log.uid)
    context = {
        "log": log,
        "may_void": log.state != LogState.VOID and can_void_log(request.user, log),
        "problem": problem,
        "reason": reason,
    }
    return render(request, "activities/log.html", context, status=status if problem else 200)
