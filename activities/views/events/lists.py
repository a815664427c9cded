"""The list of activities, each with its figures."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activities.forms.events import ActivityFilter
from activities.models import Activity
from activities.permissions import activity_places, oversees_activities
from activities.services.events import tallies_of
from activities.states import ActivityState
from julu_liaison.common.keyset import page_of
from julu_liaison.common.working_days import today_here


@require_safe
@login_required
def activities(request):
    """Everything in the person's places by day, latest first; the county, auditors, clerks and heads."""
    if not oversees_activities(request.user):
        raise PermissionDenied
    today = today_here()
    form = ActivityFilter(request.GET, user=request.user, today=today)
    rows = form.applied(Activity.objects.visible_to(request.user))
    page = page_of(
        rows.select_related("station__parent"), by=("-held_on", "-pk"),
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    tallies = tallies_of(page.rows)
    context = {
        "form": form,
        "lines": [(activity, tallies[activity.pk], is_waiting(activity, today)) for activity in page.rows],
        "links": page.links(request.GET),
        "may_announce": activity_places(request.user, today).exists(),
    }
    return render(request, "activities/events.html", context)


def is_waiting(activity: Activity, today) -> bool:
    """Its day has come and who came has not been recorded yet."""
    return activity.state == ActivityState.ANNOUNCED and activity.held_on <= today
