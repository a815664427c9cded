"""One edition: its kept file."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_safe

from deputies.models import Edition
from deputies.posters import file_name, kept_file, order_of


@require_safe
@login_required
def edition_file(request, uid):
    """The kept file of one edition."""
    found = get_object_or_404(Edition.objects.visible_to(request.user).select_related("place"), uid=uid)
    path = kept_file(found)
    if not path.is_file():
        raise Http404
    order = order_of(found.product, found.size, found.period)
    return FileResponse(path.open("rb"), as_attachment=True, filename=file_name(found.place, order))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edition(request, uid):
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edition_marks(request, uid):
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edition_preview(request, uid):
    raise Http404
