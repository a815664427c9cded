"""What was printed and is not on the wall yet; recording that it was hung."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.views.decorators.http import require_http_methods


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def hanging(request):
    raise Http404
