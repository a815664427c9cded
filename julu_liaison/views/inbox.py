"""The person's inbox."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from julu_liaison.notices.models import Notice
from julu_liaison.notices.services import mark_read

SHOWN_NOTICES = 50


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def notices(request):
    """The person's inbox, newest first; POST marks everything as read."""
    if request.method == "POST":
        mark_read(user=request.user, at=timezone.now())
        return redirect("notices")
    rows = list(Notice.objects.filter(user=request.user)[:SHOWN_NOTICES])
    return render(request, "notices.html", {"notices": rows, "has_new": any(row.read_at is None for row in rows)})
