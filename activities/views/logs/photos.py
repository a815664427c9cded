"""Photos of a duty log: handed out to whoever sees the log, added and removed on a page of their own."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_http_methods, require_safe

from activities.models import DutyLog, LogPhoto
from activities.permissions import can_correct_log
from activities.services import MOST_PHOTOS, add_log_photos, remove_log_photo
from activities.services.files import path_of
from activities.views.logs.one import visible_log
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.pictures import MOST_BYTES, TOO_LARGE_FILE


@require_safe
@login_required
def duty_log_photo(request, uid, photo):
    """One photo. Browsers ask again every time, so that a removed one is gone at once."""
    logs = DutyLog.objects.visible_to(request.user).filter(uid=uid)
    row = get_object_or_404(LogPhoto.objects.filter(log__in=logs), uid=photo)
    path = path_of(row)
    if not path.is_file():
        raise Http404
    etag = f'"{row.uid.hex}"'
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        answer = FileResponse(path.open("rb"), content_type="image/jpeg", filename=row.name)
    answer["ETag"], answer["Cache-Control"] = etag, "private, no-cache"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def duty_log_photos(request, uid):
    """POST `photos` adds pictures, POST `remove` takes one away."""
    log = visible_log(request.user, uid)
    if not can_correct_log(request.user, log):
        raise NotAllowed("照片由所在联络站或本站站长上传。")
    if request.method != "POST":
        return _page(request, log)
    if "remove" in request.POST:
        remove_log_photo(photo=_photo_of(log, request.POST["remove"]), actor=request.user, at=timezone.now())
        messages.success(request, "照片去掉了。")
        return redirect("duty-log-photos", uid=log.uid)
    try:
        added = add_log_photos(log=log, files=_contents(request), actor=request.user, at=timezone.now())
    except DomainError as error:
        return _page(request, log, problem=error.fields.get("photos", error.message), status=error.status)
    messages.success(request, f"加了{len(added)}张照片。")
    return redirect("duty-log-photos", uid=log.uid)


def _photo_of(log: DutyLog, text: str) -> LogPhoto:
    try:
        return get_object_or_404(log.photos, uid=UUID(text))
    except ValueError as error:
        raise Http404 from error


def _contents(request) -> list[bytes]:
    """What was uploaded, read only where it is few and small enough; one more than allowed tells the service so."""
    files = request.FILES.getlist("photos")[: MOST_PHOTOS + 1]
    if any(file.size > MOST_BYTES for file in files):
        raise DomainError(TOO_LARGE_FILE)
    return [file.read() for file in files]


def _page(request, log: DutyLog, *, problem: str = "", status: int = 200):
    photos = list(log.photos.all())
    context = {"log": log, "photos": photos, "room": MOST_PHOTOS - len(photos), "most": MOST_PHOTOS, "problem": problem}
    return render(request, "activities/log_photos.html", context, status=status)
