"""The sheet's drafts, saved by its script while somebody types; every answer is JSON, so that typing goes on."""

from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.forms import SentDraft
from activities.services import save_draft
from activities.views.days import day_in
from julu_liaison.common.errors import DomainError
from stations.models import Station


@require_POST
def sunday_draft(request, day: str):
    """Keep one row: 200 with its new version, 409 with somebody else's newer one, 401 when the login has run out."""
    if not request.user.is_authenticated:
        return JsonResponse({"message": "登录已过期,您填的内容还在,请重新登录后继续。"}, status=401)
    on = day_in(day)
    try:
        sent = SentDraft.read(request.body)
        draft = save_draft(
            branch=Station.objects.branches().named(sent.branch, request.user), on=on, version=sent.version,
            typed=sent.typed, actor=request.user, at=timezone.now(),
        )  # fmt: skip
    except DomainError as error:
        return JsonResponse({"message": error.message, **error.details}, status=error.status)
    return JsonResponse({"version": draft.version, "saved_at": draft.saved_at})
