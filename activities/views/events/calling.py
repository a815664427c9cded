"""Who is asked to an activity and has to be telephoned."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from activities.permissions import oversees_activity
from activities.services.events.telling import asked_people
from activities.views.calls import calls_page
from activities.views.events.page import visible_activity
from julu_liaison.common.templatetags.liaison import day_label


@require_safe
@login_required
@never_cache
def activity_calls(request, uid):
    """Those without an account, for whoever oversees the activity."""
    found = visible_activity(request.user, uid)
    if not oversees_activity(request.user, found):
        raise PermissionDenied
    about = f"“{found.title}” {day_label(found.held_on)}{found.hours} {found.venue}"
    return calls_page(
        request, dict.fromkeys(asked_people(found), ""), on=found.held_on, back=reverse("activity", args=[found.uid]),
        back_label=found.title, about=about, nobody="请到的代表都有账号,不用打电话。",
    )  # fmt: skip
