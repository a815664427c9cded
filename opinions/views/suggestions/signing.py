"""Who signs with the lead: the list, and one tap for each of its people."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from julu_liaison.common.errors import Conflict, NotAllowed
from julu_liaison.common.working_days import today_here
from opinions.forms.suggestions import CosignersForm
from opinions.permissions import can_change_cosigners, looks_after_it
from opinions.services.suggestions import (
    confirm_cosigner,
    decline_cosigner,
    invite_cosigners,
    remove_cosigner,
    takes_cosigners,
)
from opinions.views.suggestions.common import back_to, done, visible_suggestion

# what the button says it does: the service, and what the person reads then
TAPS: dict[str, tuple[Callable, str]] = {
    "confirm": (confirm_cosigner, "{}已附议。"),
    "decline": (decline_cosigner, "{}不附议,已告诉领衔代表。"),
    "remove": (remove_cosigner, "{}已从附议名单里去掉。"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def suggestion_cosigners(request, uid):
    """Invite more people, by name; clerk and county also from a signed paper."""
    ticket = visible_suggestion(request, uid)
    if not can_change_cosigners(request.user, ticket):
        raise NotAllowed("附议代表由领衔代表或所在联络站增减。")
    if not takes_cosigners(ticket):
        raise Conflict(f"{ticket.number}已经交办或者已经有结果,附议名单不能再改。")
    form = CosignersForm(
        request.POST if request.method == "POST" else None, county_id=ticket.county_id, today=today_here(),
        may_have_paper=looks_after_it(request.user, ticket),
    )  # fmt: skip
    new, status = done(request, form, invite_cosigners, opinion=ticket) if form.is_bound else (None, 200)
    if new is None:
        return render(request, "opinions/suggestion_cosigners.html", {"form": form, "ticket": ticket}, status=status)
    names = "、".join(row.deputy.name for row in new)
    messages.success(request, f"附议名单里加了:{names}。" if new else "他们都已经在附议名单里了。")
    return redirect("opinion", uid=ticket.uid)


@require_POST
@login_required
def suggestion_cosigner(request, uid, code):
    """`do`: confirm, decline or remove."""
    ticket = visible_suggestion(request, uid)
    row = get_object_or_404(ticket.cosigners.select_related("deputy__user", "opinion"), deputy__code=code)
    if request.POST.get("do") not in TAPS:
        raise Http404
    service, words = TAPS[request.POST["do"]]
    service(cosigner=row, actor=request.user, at=timezone.now())
    messages.success(request, words.format(row.deputy.name))
    return back_to(request, ticket)
