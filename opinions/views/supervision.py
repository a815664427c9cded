"""Tickets under supervision: the directors' list, and another director for one of them."""

from io import BytesIO

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from julu_liaison.common.errors import DomainError
from julu_liaison.common.handing_out import hand_out_table
from julu_liaison.common.working_days import today_here
from opinions.forms.supervision import DirectorForm
from opinions.models import Opinion
from opinions.permissions import at_its_centre
from opinions.reports.supervised import MOST_DONE, done_lately, open_by_director, supervised_workbook
from opinions.services.supervising import change_director
from stations.querysets import scope_of


@require_safe
@login_required
@never_cache
def supervised(request):
    """Open ones by director, done ones folded; to print for the directors' meeting, `?format=xlsx` to take away."""
    counties, today = scope_of(request.user).counties, today_here()
    if not counties:
        raise PermissionDenied
    groups = open_by_director(counties, request.user)
    if request.GET.get("format") == "xlsx":
        hand_out_table(what="supervised", file_format="xlsx", actor=request.user, at=timezone.now())
        name = f"主任会议督办件清单-{today:%Y-%m-%d}.xlsx"
        return FileResponse(BytesIO(supervised_workbook(groups, today)), as_attachment=True, filename=name)
    done = done_lately(counties, request.user)
    context = {
        "groups": groups, "done": done, "has_more_done": len(done) == MOST_DONE, "today": today,
        "number": sum(len(items) for _director, items in groups),
        "overdue": sum(item.ticket.is_overdue(today) for _director, items in groups for item in items),
    }  # fmt: skip
    return render(request, "opinions/supervised.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def opinion_director(request, uid):
    """Another director, with the reason. What is refused comes back with everything that was typed."""
    rows = Opinion.objects.visible_to(request.user).select_related("register", "supervision__director")
    ticket = get_object_or_404(rows, uid=uid)
    if not at_its_centre(request.user, ticket):
        raise PermissionDenied
    if not hasattr(ticket, "supervision"):
        raise Http404
    form, status = DirectorForm(request.POST or None, ticket=ticket), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                row = change_director(opinion=ticket, actor=request.user, at=timezone.now(), **form.cleaned_data)
            except DomainError as error:
                form.refuse(error.fields or {"": error.message})
                status = error.status
            else:
                messages.success(request, f"{ticket.number}改由{row.director}督办。")
                return redirect("opinion", uid=ticket.uid)
    return render(request, "opinions/supervision.html", {"ticket": ticket, "form": form}, status=status)
