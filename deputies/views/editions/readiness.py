"""Which boards are ready for the month's first Sunday, and which are not."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.views.decorators.http import require_http_methods


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def boards_ready(request):
    raise Http404
