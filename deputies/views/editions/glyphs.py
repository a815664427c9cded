"""Pictures of characters that no font has."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.views.decorators.http import require_http_methods


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def glyphs(request):
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def glyph(request, uid):
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def glyph_drop(request, uid):
    raise Http404
