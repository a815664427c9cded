"""The way from the inbox to what a notice is about."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from julu_liaison.notices.models import Notice
from julu_liaison.notices.services.reading import read_notice


@require_safe
@login_required
@never_cache
def notice_open(request, pk):
    """Mark one of the person's own notices as read, and go where it leads; one that leads nowhere, back to the inbox."""
    notice = get_object_or_404(Notice, pk=pk, user=request.user)
    if request.method == "GET":
        read_notice(notice=notice, at=timezone.now())
    leads_here = url_has_allowed_host_and_scheme(notice.link, allowed_hosts=None)
    return redirect(notice.link if notice.link and leads_here else "notices")
