"""Files of a ticket's history, handed out to whoever may read the step they belong to."""

import mimetypes

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.services.files import path_of
from julu_liaison.common.handing_out import hand_out_attachment
from opinions.models import Opinion
from opinions.services.looking import file_for

UNKNOWN_KIND = "application/octet-stream"


@require_safe
@login_required
def opinion_file(request, uid, file):
    """One file under the name people gave it, always as a download: nothing uploaded is ever shown in the page's place."""
    ticket = get_object_or_404(Opinion.objects.visible_to(request.user), uid=uid)
    row = file_for(opinion=ticket, uid=file, actor=request.user)
    path = path_of(row)
    if not path.is_file():
        raise Http404
    hand_out_attachment(file=row, of=ticket, actor=request.user, at=timezone.now())
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=row.name)
    answer["Content-Type"] = (
        mimetypes.guess_type(path.name)[0] or UNKNOWN_KIND
    )  # its ending was checked with its content
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
