"""One filed duty log: what it says and said before, correcting it, voiding it with a reason."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from activities.forms.logs import CorrectionForm
from activities.models import Attendance, DutyLog
from activities.permissions import branches_to_file, can_allow_late_logs, can_confirm_log, can_correct_log, can_void_log
from activities.services import closed_reason, correct_log, corrections_of, void_log
from activities.states import LogState
from deputies.models import Membership
from deputies.states import MembershipRole
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.working_days import today_here
from opinions.models import Opinion
from opinions.services.looking import hide_villagers
from stations.models import Posting
from stations.states import Role


def visible_log(user, uid, *related: str) -> DutyLog:
    """The log with its branch and station; 404 out of scope."""
    rows = DutyLog.objects.visible_to(user).select_related("branch__parent", "register", *related)
    return get_object_or_404(rows, uid=uid)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def duty_log(request, uid):
    """The log with attendance, those opinions that the reader may see, and corrections; POST voids it (作废), a new one can
    then be filed."""
    attendance = Attendance.objects.select_related("deputy", "stands_in_for")
    logs = DutyLog.objects.visible_to(request.user)
    logs = logs.select_related("branch__parent", "register", "recorder", "confirmed_by")
    tickets = Opinion.objects.visible_to(request.user).select_related("register", "deputy")
    logs = logs.prefetch_related(Prefetch("attendance", attendance), Prefetch("opinions", tickets), "photos")
    log = get_object_or_404(logs.annotate(ticket_count=Count("opinions")), uid=uid)
    hide_villagers(tickets=log.opinions.all(), actor=request.user)
    problem, status, reason = "", 200, request.POST.get("reason", "").replace("\0", "")[:200]
    if request.method == "POST":
        try:
            void_log(log=log, reason=reason, actor=request.user, at=timezone.now())
        except DomainError as error:
            problem, status = error.message, error.status
        else:
            messages.success(request, f"{log.number}作废了,编号和原因会保留。这一天可以重新登记。")
            return redirect("duty-log", uid=log.uid)
    context = {
        "log": log, "problem": problem, "reason": reason, "may_open_day": branches_to_file(request.user, log.date).exists(),
        **_open_acts(request.user, log), **_history(log),
    }  # fmt: skip
    return render(request, "activities/log.html", context, status=status)


def _open_acts(user, log: DutyLog) -> dict:
    """What the reader may do with the log, and the sentence where its month is closed."""
    may = {
        "may_void": can_void_log(user, log), "may_correct": can_correct_log(user, log),
        "may_confirm": log.confirmed_at is None and can_confirm_log(user, log),
    }  # fmt: skip
    if log.state == LogState.VOID:
        return dict.fromkeys(may, False)
    closed = closed_reason(log.branch, log.date, timezone.now()) if may["may_void"] or may["may_correct"] else ""
    may |= {"may_photo": may["may_correct"], "may_allow": bool(closed) and can_allow_late_logs(user, log.county_id)}
    if closed:
        may |= {"may_void": False, "may_correct": False}
    return may | {"closed": closed, "head": _head_of(log), "is_head": _is_head(user, log)}


def _head_of(log: DutyLog) -> str:
    """The name of whoever heads the branch today, for the clerk who notes their signature."""
    heads = Membership.objects.in_force(today_here()).filter(branch=log.branch, role=MembershipRole.HEAD)
    return heads.values_list("deputy__name", flat=True).first() or ""


def _is_head(user, log: DutyLog) -> bool:
    return _headed(log, user, today_here())


def _headed(log: DutyLog, user, on) -> bool:
    return Posting.objects.in_force(on).filter(user=user, role=Role.BRANCH_HEAD, station=log.branch).exists()


def _history(log: DutyLog) -> dict:
    """Corrections, and whether somebody else noted the head's signature on paper."""
    on_paper = bool(log.confirmed_at) and not _headed(log, log.confirmed_by, today_here(log.confirmed_at))
    return {"corrections": corrections_of(log), "on_paper": on_paper}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def duty_log_correct(request, uid):
    """The whole log as a form. Somebody else's correction in between is shown, and what was typed stays."""
    log = visible_log(request.user, uid)
    _demand_correctable(request.user, log)
    form = CorrectionForm(request.POST or None, log=log)
    context = {"log": log, "form": form, "closed": closed_reason(log.branch, log.date, timezone.now())}
    if request.method != "POST":
        return render(request, "activities/log_correct.html", context)
    if not form.is_valid():
        return render(request, "activities/log_correct.html", context, status=400)
    try:
        correct_log(
            log=log, row=form.to_row(), reason=form.cleaned_data["reason"], version=form.cleaned_data["version"],
            actor=request.user, at=timezone.now(),
        )  # fmt: skip
    except StaleVersion as error:
        context |= {"overtaken": error.message, "latest": corrections_of(log)[:1]}
        form.read_again(log.version)
        return render(request, "activities/log_correct.html", context, status=error.status)
    except DomainError as error:
        form.refuse(error.fields or {"row": error.message})
        return render(request, "activities/log_correct.html", context, status=error.status)
    messages.success(request, f"{log.number}更正好了。原来的内容留在下面的更正记录里,要请站长再确认一次。")
    return redirect("duty-log", uid=log.uid)


def _demand_correctable(user, log: DutyLog) -> None:
    if not can_correct_log(user, log):
        raise NotAllowed("工作日志由所在联络站或本站站长更正。")
    if log.state == LogState.VOID:
        raise Conflict("这篇工作日志已经作废,不能更正。")
