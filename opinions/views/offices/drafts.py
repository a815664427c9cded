"""The draft of an answer as the script keeps it, and the page to begin an answer on where there is no script."""

from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.texts import plain_number
from opinions.models import Opinion
from opinions.permissions import sees_drafts
from opinions.services.labels import class_labels
from opinions.services.offices.drafts import Typed, answer_begun, read_draft, save_draft
from opinions.services.offices.samples import earlier_answers, samples_for
from opinions.workflow import moves_open_to


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def answer_draft(request, uid):
    """The draft as JSON; a POST keeps `text` over `version`. A conflict (412) comes with what the others typed."""
    ticket = _found(request, uid)
    try:
        if request.method != "POST":
            return JsonResponse(_shown(read_draft(ticket=ticket, actor=request.user), request.user))
        version = plain_number(request.POST.get("version", ""), digits=9)
        text = request.POST.get("text", "").replace("\0", "")
        typed = save_draft(
            ticket=ticket, text=text.replace("\r\n", "\n"), version=version or 0, actor=request.user, at=timezone.now()
        )
    except DomainError as error:
        theirs = error.details.get("theirs")
        told = {"sentence": error.message} | (_shown(theirs, request.user) if theirs else {})
        return JsonResponse(told, status=error.status)
    return JsonResponse(_shown(typed, request.user))


@require_safe
@login_required
@never_cache
def start_answer(request, uid):
    """The answer's form, begun with the draft or what `?from=` names; it is sent where the ticket's own form is."""
    ticket = _found(request, uid)
    if "reply" not in [move.name for move in moves_open_to(request.user, ticket)]:
        if not sees_drafts(request.user, ticket):
            raise NotAllowed("只有承办部门能答复这一件。")
        raise Conflict(f"{ticket.number}现在不用答复,可能已经有人交上去了。")
    samples, earlier = samples_for(ticket), earlier_answers(ticket)
    typed, returned = answer_begun(ticket=ticket, actor=request.user)
    begun = typed.text or (returned.text if returned else "")
    chosen = _chosen(request.GET, samples, earlier)
    context = {
        "ticket": ticket, "samples": samples, "earlier": earlier, "typed": typed, "text": chosen or begun,
        "classes": class_labels(ticket.county_id), "hides_draft": bool(typed.text and chosen),
        "returned": returned,
    }  # fmt: skip
    return render(request, "opinions/office_answer.html", context)


def _found(request, uid) -> Opinion:
    return get_object_or_404(Opinion.objects.visible_to(request.user).for_list(), uid=uid)


def _chosen(query, samples, earlier) -> str:
    """The text that `?from=` names among those offered; nothing else can be named."""
    texts = {str(row.pk): row.text for row in samples} | {f"e{row.key}": row.text for row in earlier}
    return texts.get(query.get("from", ""), "")


def _shown(typed: Typed, user) -> dict:
    return {
        "text": typed.text, "version": typed.version, "by": typed.by, "mine": typed.by_key == user.pk,
        "at": timezone.localtime(typed.at).strftime("%H:%M") if typed.at else "",
    }  # fmt: skip
