"""How the due days of a ticket were counted."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from julu_liaison.common.working_days import today_here
from opinions.models import Opinion
from opinions.services.clocks import stories_of


@require_safe
@login_required
def opinion_clock(request, uid):
    """Every clock of the ticket, day by day, with what was late and by how much."""
    rows = Opinion.objects.visible_to(request.user).select_related("register").without_villager()
    ticket = get_object_or_404(rows, uid=uid)
    today = today_here()
    stories = stories_of(opinion=ticket, on=today)
    context = {
        "ticket": ticket, "today": today,
        "running": [story for story in stories if story.clock.stopped_on is None],
        "past": [story for story in stories if story.clock.stopped_on is not None],
    }  # fmt: skip
    return render(request, "opinions/clock.html", context)
