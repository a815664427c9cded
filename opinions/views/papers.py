"""The papers of a suggestion as files."""

from io import BytesIO

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from julu_liaison.common.errors import NotFound
from opinions.models import Opinion, Reply
from opinions.permissions import sees_drafts
from opinions.posters import CONTENT_TYPES, PAPERS, paper_file, paper_name
from opinions.services.papers import hand_out_paper


@require_safe
@login_required
@never_cache
def ticket_paper(request, uid, paper, file_format):
    """One of the papers; `?reply=` names an earlier answer, the default is the last one that the person may read."""
    if paper not in PAPERS or file_format not in CONTENT_TYPES:
        raise Http404
    rows = Opinion.objects.visible_to(request.user).suggestions().exclude(detail=None)
    ticket = get_object_or_404(rows.for_list().select_related("county", "detail__session", "branch__parent"), uid=uid)
    at = timezone.now()
    reply = _reply(request, ticket)
    if reply is None and paper == "reply":
        raise NotFound("这件建议还没有答复,答复以后才有答复函。")
    content = paper_file(ticket, paper, file_format, reply=reply, at=at)
    hand_out_paper(opinion=ticket, paper=paper, file_format=file_format, actor=request.user, at=at)
    return FileResponse(
        BytesIO(content), as_attachment=file_format != "pdf", filename=paper_name(ticket, paper, file_format),
        content_type=CONTENT_TYPES[file_format],
    )  # fmt: skip


def _reply(request, ticket: Opinion) -> Reply | None:
    rows = ticket.replies.filter(withdrawn=False).select_related("department", "signed_by").order_by("-pk")
    if not sees_drafts(request.user, ticket):
        rows = rows.exclude(signed_at=None)
    wanted = request.GET.get("reply", "")
    if not wanted:
        return rows.first()
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 15):
        raise Http404
    return get_object_or_404(rows, pk=int(wanted))
