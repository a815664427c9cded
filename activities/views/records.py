"""Service records: a deputy's own on the phone, the station's register, one of them with its voiding."""

from collections import Counter
from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from activities.forms.records import RegisterForm, ServiceForm, StationServiceForm
from activities.models import ServiceRecord
from activities.permissions import can_record_service, can_void_service
from activities.reports.services import services_workbook
from activities.services import record_service, void_service
from activities.states import LogState, ServiceKind
from activities.views.workbooks import download, whole
from deputies.models import Deputy, Membership
from deputies.states import ServiceRole
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.keyset import page_of
from julu_liaison.common.sending import done, sent, status_of
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.querysets import scope_of

PAGE_SIZE = 50

# ---- A deputy's own --------------------------------------------------------------------------------------------


@require_safe
@login_required
def my_service(request):
    """What the deputy did besides Sundays and activities, the newest first, with this year's times by role."""
    person = _person(request)
    rows = ServiceRecord.objects.filter(deputies=person).select_related("branch", "register")
    page = page_of(rows, by=("-date", "-pk"), after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {
        "person": person, "rows": page.rows, "links": page.links(request.GET), "year": today_here().year,
        "roles": _roles(rows, today_here().year),
    }  # fmt: skip
    return render(request, "activities/record_mine.html", context)


def _roles(rows, year: int) -> list[tuple[str, int]]:
    times = Counter(rows.valid().filter(date__year=year).values_list("service_role", flat=True))
    return [(role.label, times[role.value]) for role in ServiceRole]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def my_service_add(request):
    """Write one down: what, how many, and the kind as the button that sends it."""
    person = _person(request)
    form = ServiceForm(sent(request), initial={"date": today_here()})
    row = done(request, form, record_service, deputies=[person])
    if row:
        messages.success(request, f"记下了:{row.get_kind_display()},编号{row.number}。")
        return redirect("my-service")
    context = {"form": form, "kinds": ServiceKind.choices, "today": today_here()}
    return render(request, "activities/record_mine_add.html", context, status=status_of(form))


def _person(request) -> Deputy:
    return get_object_or_404(Deputy, user=request.user)


# ---- The station's register -------------------------------------------------------------------------------------


@require_safe
@login_required
@never_cache
def station_service(request):
    """The register by number, for staff and heads; `?format=xlsx` takes it away."""
    stations = _stations(request.user)
    rows = _seen(request.user)
    first = rows.order_by("year").values_list("year", flat=True).first()
    today = today_here()
    asked = request.GET if "year" in request.GET else {**request.GET.dict(), "year": str(today.year)}
    form = RegisterForm(asked, stations=stations, today=today, first=first or today.year)
    rows = form.applied(rows)
    if request.GET.get("format") == "xlsx" and form.is_valid():
        return _workbook(request, rows, form.year_shown, stations)
    one_register = len(stations) == 1 or request.GET.get("station")
    page = page_of(
        rows, by=("-serial", "-pk") if one_register else ("-date", "-pk"), size=PAGE_SIZE,
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    context = {
        "form": form, "rows": page.rows, "links": page.links(request.GET), "many": len(stations) > 1,
        "may": bool(_branches(request.user)), "query": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "activities/record_list.html", context)


def _seen(user):
    rows = ServiceRecord.objects.visible_to(user).select_related("branch__parent", "register", "recorder")
    return rows.prefetch_related("deputies")


def _stations(user) -> list[Station]:
    """Whose registers the user reads. Raises PermissionDenied for those who read none: deputies have a page of their own."""
    scope = scope_of(user)
    if not (scope.counties or scope.townships or scope.headed):
        raise PermissionDenied
    places = Station.objects.townships().visible_to(user) | Station.objects.filter(children__in=scope.headed)
    return list(places.distinct().order_by("official_order", "code"))


def _workbook(request, rows, year: int, stations: list[Station]) -> FileResponse:
    found = whole(rows.order_by("register__official_order", "register", "serial"), "条")
    whose = stations[0].name if len(stations) == 1 else ""
    name = f"{whose}{year}年服务记录.xlsx"
    return download(request, services_workbook(found, year), name, what="services", rows=len(found))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def service_add(request):
    """Write one down for any deputies of one station (`?station=`); a head for those of the own branch."""
    branches = _branches(request.user)
    if not branches:
        raise PermissionDenied
    stations = list({branch.parent.code: branch.parent for branch in branches}.values())
    station = _one_of(stations, request.GET.get("station", ""))
    if station is None:
        return render(request, "activities/record_station.html", {"stations": stations})
    here = [branch for branch in branches if branch.parent_id == station.pk]
    today = today_here()
    form = StationServiceForm(sent(request), members=_members(here, today), initial={"date": today})
    row = done(request, form, record_service)
    if row:
        messages.success(request, f"记下了:{row.get_kind_display()},编号{row.number}。")
        return redirect("station-service")
    context = {"form": form, "station": station, "kinds": ServiceKind.choices, "today": today}
    return render(request, "activities/record_add.html", context, status=status_of(form))


def _branches(user) -> list[Station]:
    """For whose deputies the user may write records, in official order."""
    scope = scope_of(user)
    places = Station.objects.branches().visible_to(user).open(today_here()).select_related("parent")
    order = ("parent__official_order", "parent__code", "official_order", "code")
    if not (scope.counties or scope.townships or scope.headed):
        return []
    return [branch for branch in places.order_by(*order) if can_record_service(user, branch)]


def _one_of(stations: list[Station], code: str) -> Station | None:
    """The station asked for, or the only one. Raises Http404 for one that is not a choice."""
    if not code:
        return stations[0] if len(stations) == 1 else None
    station = next((station for station in stations if station.code == code), None)
    if station is None:
        raise Http404
    return station


def _members(branches: list[Station], today: date):
    """Who served there this year or serves: records of some weeks ago may still be written."""
    rows = Membership.objects.filter(branch__in=branches).overlapping(today.replace(month=1, day=1), today)
    order = ("branch__official_order", "branch__code", "role", "deputy__sort_key", "deputy__code")
    return rows.select_related("deputy", "branch").order_by(*order)


# ---- One of them -------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def service_record(request, uid):
    """One record; POST voids it (作废): its number stays."""
    row = get_object_or_404(_seen(request.user), uid=uid)
    problem, status, reason = "", 200, request.POST.get("reason", "").replace("\0", "")[:200]
    if request.method == "POST":
        try:
            void_service(record=row, reason=reason, actor=request.user, at=timezone.now())
        except NotAllowed:
            raise
        except DomainError as error:
            problem, status = error.message, error.status
        else:
            messages.success(request, f"{row.number}作废了,编号和原因会保留。")
            return redirect("service-record", uid=row.uid)
    scope = scope_of(request.user)
    context = {
        "row": row, "problem": problem, "reason": reason,
        "may_void": row.state != LogState.VOID and can_void_service(request.user, row),
        "reads_register": bool(scope.counties or scope.townships or scope.headed),
    }  # fmt: skip
    return render(request, "activities/record.html", context, status=status)
