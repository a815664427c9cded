"""The register of visits: by number, void ones in their place, villagers masked; the workbook has none at all."""

from io import BytesIO

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from activities.forms.visits import VisitFilterForm
from activities.models import Visit
from activities.permissions import sees_visits
from activities.spreadsheets.visits import visit_workbook
from activities.views.workbooks import download, whole
from julu_liaison.common.keyset import page_of
from julu_liaison.common.secrets import masked_name
from julu_liaison.common.working_days import today_here
from stations.permissions import holds_anywhere
from stations.states import Right


@require_safe
@login_required
@never_cache
def visits(request):
    """Every visit in the person's scope; `?format=xlsx` is the same list as a workbook."""
    if not sees_visits(request.user):
        raise PermissionDenied
    visible = Visit.objects.visible_to(request.user)
    years = visible.order_by("-year").values_list("year", flat=True).distinct()
    form = VisitFilterForm(request.GET, user=request.user, years=years)
    rows = form.applied(visible).for_register()
    if request.GET.get("format") == "xlsx" and form.is_valid():
        return _workbook(request, rows.defer("villager_name", "villager_phone").order_by(*form.order))
    page = page_of(rows, by=form.order, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    for visit in page.rows:
        visit.who = "要求保密" if visit.confidential else masked_name(visit.villager_name)
    filters = {name: value for name, value in request.GET.items() if name not in ("after", "before", "format")}
    context = {
        "form": form, "page": page, "links": page.links(request.GET), "filters": filters,
        "may_add": holds_anywhere(request.user, Right.FILE_LOGS),
    }  # fmt: skip
    return render(request, "activities/visits.html", context)


def _workbook(request, rows) -> FileResponse:
    target, found = BytesIO(), whole(rows, "条")
    visit_workbook(target, found)
    name = f"接待登记簿-{today_here():%Y-%m-%d}.xlsx"
    return download(request, target.getvalue(), name, what="visits", rows=len(found))
