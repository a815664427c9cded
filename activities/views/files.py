"""Handing out attached files, after the page that owns them has checked who asks."""

from django.http import FileResponse, Http404
from django.utils import timezone

from activities.models import AttachedFile
from activities.services.files import path_of
from julu_liaison.common.handing_out import hand_out_attachment


def file_answer(request, row: AttachedFile, of) -> FileResponse:
    """The file of `of` under the name people gave it, always as a download: nothing uploaded is ever shown in the page's
    place. Who took it is recorded.

    404 where the file is gone from disk.
    """
    path = path_of(row)
    if not path.is_file():
        raise Http404
    hand_out_attachment(file=row, of=of, actor=request.user, at=timezone.now())
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=row.name)
    answer["Content-Type"] = "application/octet-stream"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
