"""A preview of what would be printed today, without an edition."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.views.decorators.http import require_http_methods


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def draft(request, code):
    raise Http404
