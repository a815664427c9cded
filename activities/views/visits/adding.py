"""Entering a visit beside the Sunday sheet."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from activities.forms.visits import VisitForm
from activities.models import DutyLog
from activities.permissions import can_file_log
from activities.services import register_visit
from activities.states import Form, LogState
from julu_liaison.common.errors import DomainError
from julu_liaison.common.working_days import today_here
from stations.permissions import holds_anywhere
from stations.states import Right


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def visit_add(request):
    """A villager came on another day; with `?log=` somebody the log of that session forgot."""
    if not holds_anywhere(request.user, Right.FILE_LOGS):
        raise PermissionDenied
    log = _log(request)
    form = VisitForm(request.POST or None, user=request.user, on=today_here(), log=log)
    if request.method != "POST":
        return _page(request, form, log)
    if not form.is_valid():
        return _page(request, form, log, status=400)
    try:
        visit = register_visit(
            branch=form.branch_chosen, entry=form.to_entry(), on=form.day_chosen, log=log, actor=request.user,
            at=timezone.now(), form=form.cleaned_data.get("form") or Form.ONSITE,
        )  # fmt: skip
    except DomainError as error:
        form.refuse(error.fields or {"": error.message})
        return _page(request, form, log, status=error.status)
    became = f",已转为意见{visit.opinion.number}" if hasattr(visit, "opinion") else ""
    messages.success(request, f"登记好了,接待登记{visit.number}{became}。")
    return redirect("visit", uid=visit.uid)


def _page(request, form: VisitForm, log: DutyLog | None, status: int = 200):
    return render(request, "activities/visit_add.html", {"form": form, "log": log}, status=status)


def _log(request) -> DutyLog | None:
    """The log named in the address; 404 unless it is in force and one's own to file for."""
    code = request.GET.get("log", "")
    if not code:
        return None
    visible = DutyLog.objects.visible_to(request.user).exclude(state=LogState.VOID)
    try:
        log = visible.select_related("branch__parent", "register").filter(uid=code).first()
    except (ValueError, ValidationError) as error:
        raise Http404 from error
    if log is None or not can_file_log(request.user, log.branch):
        raise Http404
    return log
