"""A department's first page: what waits for it, most urgent first."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.working_days import today_here
from opinions.services.looking import hide_villagers
from opinions.services.offices.inbox import inbox_of
from stations.querysets import scope_of
from stations.states import Role


@require_safe
@login_required
def inbox(request):
    """`?mine=1`: only what the person has taken into their own hands."""
    scope = scope_of(request.user)
    if not scope.departments:
        raise NotAllowed("“待办”是承办部门的页面。")
    mine = request.GET.get("mine") == "1"
    today = today_here()
    groups = inbox_of(
        departments=scope.departments, on=today, claimed_by=request.user if mine else None,
        heads=scope.has(Role.DEPARTMENT_HEAD),
    )  # fmt: skip
    hide_villagers(tickets=[row.ticket for one in groups for row in one.rows], actor=request.user)
    return render(request, "opinions/office.html", {"groups": groups, "mine": mine, "today": today})
