"""Exemptions: the county grants and ends them, clerks see those of their deputies."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from activities.forms.exemptions import EndForm, ExemptionForm
from activities.models import Exemption
from activities.permissions import can_exempt
from activities.services import end_exemption, grant_exemption
from deputies.models import Deputy, Membership
from julu_liaison.common.keyset import page_of
from julu_liaison.common.sending import done, sent, status_of
from julu_liaison.common.working_days import today_here
from stations.querysets import scope_of

SHOWN = {"": "还没结束的", "past": "已经结束的"}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def exemptions(request):
    """Those that have not ended, or (`?show=past`) those that have; POST grants one."""
    _demand_staff(request.user)
    may = _may_grant(request.user)
    if request.method == "POST" and not may:
        raise PermissionDenied
    form = _form(request.user, sent(request)) if may else None
    row = done(request, form, grant_exemption) if form else None
    if row:
        messages.success(request, f"记好了,{row.deputy.name}免除{row.get_covers_display()}。")
        return redirect("exemptions")
    return _page(request, form=form)


@require_POST
@login_required
@never_cache
def exemption_end(request, uid):
    """Set the last day."""
    _demand_staff(request.user)
    row = get_object_or_404(_seen(request.user), uid=uid)
    if not can_exempt(request.user, row.deputy.county_id):
        raise PermissionDenied
    form = EndForm(request.POST, auto_id=f"id_%s_{row.uid}")
    if done(request, form, end_exemption, exemption=row):
        messages.success(request, "改好了。")
        return redirect("exemptions")
    return _page(request, form=_form(request.user, None), refused={row.uid: form})


def _demand_staff(user) -> None:
    scope = scope_of(user)
    if not (scope.counties or scope.townships):
        raise PermissionDenied


def _may_grant(user) -> bool:
    return any(can_exempt(user, county) for county in scope_of(user).counties)


def _seen(user):
    memberships = Membership.objects.in_force(today_here()).select_related("branch__parent")
    places = Prefetch("deputy__memberships", queryset=memberships, to_attr="memberships_now")
    return Exemption.objects.visible_to(user).select_related("deputy", "granted_by").prefetch_related(places)


def _form(user, data) -> ExemptionForm:
    today = today_here()
    people = Deputy.objects.filter(county__in=scope_of(user).counties).select_related("county").with_places(today)
    return ExemptionForm(data, people=people, initial={"started_on": today})


def _page(request, *, form: ExemptionForm | None, refused: dict | None = None):
    today, show = today_here(), request.GET.get("show", "")
    if show not in SHOWN:
        raise Http404
    rows = _seen(request.user)
    rows = rows.filter(ended_on__lt=today) if show else rows.exclude(ended_on__lt=today)
    page = page_of(
        rows, by=("-started_on", "-pk"), after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    counties = scope_of(request.user).counties
    lines = [
        (row, _end_form(row, refused or {}, today) if row.deputy.county_id in counties and form and not show else None)
        for row in page.rows
    ]
    context = {
        "lines": lines, "links": page.links(request.GET), "form": form, "today": today, "show": show, "shown": SHOWN,
        "refused": list((refused or {}).values()),
    }  # fmt: skip
    return render(request, "activities/exemptions.html", context, status=status_of(form, *(refused or {}).values()))


def _end_form(row: Exemption, refused: dict, today) -> EndForm:
    usual = {"ended_on": max(today, row.started_on)}
    return refused.get(row.uid) or EndForm(initial=usual, auto_id=f"id_%s_{row.uid}")
