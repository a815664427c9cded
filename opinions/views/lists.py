"""The list of tickets."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from julu_liaison.common.keyset import page_of
from julu_liaison.common.working_days import today_here
from opinions.forms import FilterForm
from opinions.models import Opinion

IDENTITY = ("villager_name", "villager_phone")  # sealed columns: a list neither shows nor decrypts them


@require_safe
@login_required
def opinions(request):
    """Every ticket in the person's scope, newest first, filtered by the address."""
    today = today_here()
    form = FilterForm(request.GET, user=request.user)
    rows = form.applied(Opinion.objects.visible_to(request.user), today).for_list().defer(*IDENTITY)
    page = page_of(rows, by=("-pk",), after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {"form": form, "page": page, "links": page.links(request.GET), "today": today}
    return render(request, "opinions/list.html", context)
