"""The register of duty logs: by number, with void ones in their place; confirming many at once; the workbook."""

from io import BytesIO
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from activities.forms.logs import LogFilterForm
from activities.models import DutyLog, FilingException, FilingLimit
from activities.permissions import can_confirm_log
from activities.services import confirm_logs
from activities.spreadsheets import log_workbook
from activities.states import LogState
from activities.views.workbooks import download, whole
from julu_liaison.common.keyset import page_of
from julu_liaison.common.working_days import today_here
from opinions.models import Opinion
from stations.models import Station
from stations.permissions import holds_anywhere, places_with
from stations.querysets import scope_of
from stations.states import Right


@require_safe
@login_required
@never_cache
def duty_logs(request):
    """Every log in the person's scope; `?format=xlsx` is the same list as a workbook."""
    visible = DutyLog.objects.visible_to(request.user)
    years = visible.order_by("-year").values_list("year", flat=True).distinct()
    form = LogFilterForm(request.GET, user=request.user, years=years)
    found = form.applied(visible)
    rows = found.for_register().prefetch_related(Prefetch("opinions", _counted_only()))
    if request.GET.get("format") == "xlsx" and form.is_valid():
        return _workbook(request, rows.order_by(*form.order))
    page = page_of(rows, by=form.order, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    filters = {name: value for name, value in request.GET.items() if name not in ("after", "before", "format")}
    to_confirm = [log.pk for log in page.rows if _waits(log) and can_confirm_log(request.user, log)]
    context = {
        "form": form, "page": page, "links": page.links(request.GET), "filters": filters, "to_confirm": to_confirm,
        "as_head": bool(scope_of(request.user).headed), "may_file": holds_anywhere(request.user, Right.FILE_LOGS),
        "may_allow": holds_anywhere(request.user, Right.ALLOW_LATE_LOGS), **_filing_rules(request.user),
        "totals": found.totals() if form.days else None,
    }  # fmt: skip
    return render(request, "activities/logs.html", context)


def _counted_only():
    """Of opinions only how many there are; the sealed columns are not even read."""
    return Opinion.objects.only("pk", "log")


def _waits(log: DutyLog) -> bool:
    return log.state != LogState.VOID and log.confirmed_at is None


def _filing_rules(user) -> dict:
    """Until when one's logs can be filed, and what the county lets one file after that."""
    places = places_with(user, Right.FILE_LOGS)
    if not places:
        return {"limit": None, "exceptions": []}
    reach = Station.objects.filter(pk__in=places).values("pk", "parent", "county")
    keys = {key for place in reach for key in place.values() if key}
    limit = FilingLimit.objects.filter(county__in=keys).exclude(day=None).order_by("day").first()
    below = Station.objects.filter(parent__in=places).values("pk")
    open_ones = FilingException.objects.filter(open_until__gte=today_here()).select_related("place")
    return {
        "limit": limit.day if limit else None,
        "exceptions": open_ones.filter(place__in=keys) | open_ones.filter(place__in=below),
    }


def _workbook(request, rows) -> FileResponse:
    target, logs = BytesIO(), whole(rows, "篇")
    log_workbook(target, logs)
    name = f"工作日志登记簿-{today_here():%Y-%m-%d}.xlsx"
    return download(request, target.getvalue(), name, what="duty_logs", rows=len(logs))


@require_POST
@login_required
def confirm(request):
    """Confirm the ticked logs; goes back to the log (`from=log`) or to the list with its filters."""
    uids = _uids(request.POST.getlist("log"))
    back = reverse("duty-logs") + (f"?{request.GET.urlencode()}" if request.GET else "")
    if not uids:
        messages.warning(request, "请先勾选要确认的日志,再点确认。")
        return redirect(back)
    logs = list(DutyLog.objects.visible_to(request.user).filter(uid__in=uids))
    if len(logs) != len(uids):
        raise Http404
    number = confirm_logs(logs=logs, actor=request.user, at=timezone.now())
    messages.success(request, f"确认了{number}篇工作日志。" if number else "这些日志已经确认过了。")
    return redirect("duty-log", uid=logs[0].uid) if request.POST.get("from") == "log" else redirect(back)


def _uids(texts: list[str]) -> set[UUID]:
    try:
        return {UUID(text) for text in texts}
    except ValueError as error:
        raise Http404 from error
