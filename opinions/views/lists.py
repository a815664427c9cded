"""The list of tickets, and the same list as a file."""

from collections.abc import Iterable
from io import BytesIO

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.keyset import page_of
from julu_liaison.common.working_days import today_here
from opinions.forms import FilterForm
from opinions.models import Opinion
from opinions.permissions import can_export_tickets
from opinions.querysets import OpinionQuerySet
from opinions.services.looking import hide_villagers
from opinions.spreadsheets import export_tickets
from opinions.views.desks.bulk import BULK_MOVES
from opinions.workflow import MOVES
from stations.permissions import holds_anywhere
from stations.states import Right

MOST_COUNTED = 100


@require_safe
@login_required
def opinions(request):
    """Every ticket in the person's scope, filtered by the address; the last registered first, or by the days left."""
    today = today_here()
    form = FilterForm(request.GET, user=request.user)
    found = form.applied(Opinion.objects.visible_to(request.user), today)
    page = page_of(
        found.for_list().without_villager(), by=form.row_order,
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    hide_villagers(tickets=page.rows, actor=request.user)
    context = {
        "form": form, "page": page, "links": page.links(request.GET), "today": today, "count": _count_words(found),
        "may_export": can_export_tickets(request.user), "query": request.GET.urlencode(),
        "bulk_states": _bulk_states(request.user, page.rows),
    }  # fmt: skip
    return render(request, "opinions/list.html", context)


@require_safe
@login_required
@never_cache
def opinions_export(request):
    """The same rows as a workbook. Filters that are wrong, and too many rows, lead back to the list, which says so."""
    form, today = FilterForm(request.GET, user=request.user), today_here()
    if not form.is_valid():
        return _back_to_list(request)
    rows = form.applied(Opinion.objects.visible_to(request.user), today).for_list().without_villager()
    try:
        content = export_tickets(
            rows=rows.order_by(*form.row_order), filters=form.chosen, actor=request.user, at=timezone.now(),
            stations=form.shows_stations, branches=form.shows_branches,
        )  # fmt: skip
    except NotAllowed:
        raise
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return _back_to_list(request)
    return FileResponse(BytesIO(content), as_attachment=True, filename=f"意见建议-{today:%Y-%m-%d}.xlsx")


def _back_to_list(request):
    return redirect(f"{reverse('opinions')}?{request.GET.urlencode()}")


def _bulk_states(user, tickets: Iterable[Opinion]) -> set[str]:
    """The states in which a ticket of this page gets a box for 批量办理; none but for the county, who can move many."""
    if not holds_anywhere(user, Right.DIRECT_OPINIONS):
        return set()
    movable = set().union(*(MOVES[name].sources for name in BULK_MOVES))
    return movable & {ticket.state for ticket in tickets}


def _count_words(rows: OpinionQuerySet) -> str:
    """How many there are: counted no further than a person would page; `12件`, `100多件`."""
    count = rows.order_by()[: MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED}多件" if count > MOST_COUNTED else f"{count}件"
