"""A villager's data at the desk: set right or let go of at the villager's own wish, what waits, what a phone is held for."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.keyset import page_of
from julu_liaison.common.own_forms import ForgetForm, PersonForm
from julu_liaison.common.secrets import masked_name, masked_phone
from julu_liaison.common.sending import refuse
from julu_liaison.common.versions import version_seen
from julu_liaison.common.working_days import today_here
from opinions.forms.villagers import AnswerForm, FindForm
from opinions.models import Opinion, VillagerRequest
from opinions.permissions import can_settle_villager, settles_villagers
from opinions.rules.asked import asked_moves_open_to, needs_contact
from opinions.services import look_at_villager
from opinions.services.villagers import find_villager, settle_at_desk, settle_request
from opinions.states import AskedFor, AskedState
from stations.models import Station
from stations.permissions import places_with
from stations.states import Right

ANSWERS = ("refuse", "withdraw")  # correcting and letting go are done by their forms, which ask how it was put forward
NOT_YOURS = "群众的信息由分站站长、联络站和县人大办公室更正、删去。"
SAID = {
    AskedState.DONE: "办好了。", AskedState.PROMISED: "记下了:这件事办结以后,姓名和电话自动删去。",
    AskedState.REFUSED: "答复记下了,群众凭链接能看到。", AskedState.WITHDRAWN: "撤回了。",
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def opinion_villager(request, uid):
    """What is held of a ticket's villager, masked, and what they ask for; POST `act` corrects it or lets it go."""
    ticket = _found(request, uid)
    if request.method != "POST":
        return _page(request, ticket)
    kind = AskedFor.FORGET if request.POST.get("act") == AskedFor.FORGET else AskedFor.CORRECT
    form = ForgetForm(request.POST) if kind == AskedFor.FORGET else PersonForm(request.POST)
    if not form.is_valid():
        return _page(request, ticket, refused=form, status=400)
    who = form.who() if isinstance(form, PersonForm) else None
    try:
        row = settle_at_desk(
            opinion=ticket, kind=kind, how=form.cleaned_data["how"], who=who, actor=request.user, at=timezone.now()
        )
    except NotAllowed:
        raise
    except DomainError as error:
        refuse(form, error)
        return _page(request, ticket, refused=form, status=error.status)
    messages.success(request, SAID[AskedState(row.state)])
    return redirect("opinion-villager", uid)


@require_POST
@login_required
@never_cache
def opinion_villager_request(request, uid, request_uid):
    """Settle what a villager asked for by the link: refuse it with a reason, or take it back on the villager's word."""
    ticket = _found(request, uid)
    row = get_object_or_404(ticket.villager_requests.select_related("opinion"), uid=request_uid)
    move, form = request.POST.get("move", ""), AnswerForm(request.POST)
    note = request.POST.get("note", "").replace("\0", "")
    try:
        row = settle_request(
            request=row, move=move if move in ANSWERS else "", note=note, actor=request.user, at=timezone.now(),
            version=version_seen(request.POST.get("version", "")),
        )  # fmt: skip
    except NotAllowed:
        raise
    except DomainError as error:
        form.is_valid()
        form.errors.clear()
        refuse(form, error)
        return _page(request, ticket, refused=form, status=error.status)
    messages.success(request, SAID[AskedState(row.state)])
    return redirect("opinion-villager", uid)


def _found(request, uid) -> Opinion:
    rows = Opinion.objects.visible_to(request.user).opinions()
    ticket = get_object_or_404(rows.select_related("register", "visit", "merged_into", "county"), uid=uid)
    if not can_settle_villager(request.user, ticket):
        raise NotAllowed(NOT_YOURS)
    return ticket


def _page(request, ticket: Opinion, *, refused: forms.Form | None = None, status: int = 200):
    """A villager's words may name them, so that showing them is a look at the identity and recorded as such."""
    rows = list(ticket.villager_requests.select_related("asked_by", "decided_by").order_by("-pk"))
    for row in rows:
        row.opinion = ticket
    if any(row.said for row in rows):
        look_at_villager(opinion=ticket, actor=request.user, at=timezone.now())
    context = {
        "ticket": ticket, "name": masked_name(ticket.villager_name), "phone": masked_phone(ticket.villager_phone),
        "village": masked_name(ticket.villager_village),
        "requests": [(row, [move.name for move in asked_moves_open_to(request.user, row)]) for row in rows],
        "refused": refused, "waits": needs_contact(ticket), "today": today_here(),
        "person": refused if isinstance(refused, PersonForm) else PersonForm(auto_id="p_%s"),
        "forget": refused if isinstance(refused, ForgetForm) else ForgetForm(auto_id="f_%s"),
        "answer": refused if isinstance(refused, AnswerForm) else AnswerForm(auto_id="a_%s"),
        "is_known": bool(ticket.villager_name or ticket.villager_phone or ticket.villager_village),
    }  # fmt: skip
    return render(request, "opinions/villager.html", context, status=status)


@require_safe
@login_required
@never_cache
def villager_requests(request):
    """What villagers ask for and nobody has answered yet, the nearest term first; without anybody's words."""
    if not settles_villagers(request.user):
        raise NotAllowed(NOT_YOURS)
    places = places_with(request.user, Right.REVEAL_VILLAGERS)
    rows = VillagerRequest.objects.visible_to(request.user).settled_at(places).waiting()
    page = page_of(
        rows.select_related("opinion__register", "opinion__branch__parent").defer(
            "said", "opinion__villager_name", "opinion__villager_phone"
        ),
        by=("due_on", "pk"), after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    context = {
        "rows": page.rows, "links": page.links(request.GET), "today": today_here(),
        "finds": bool(places_with(request.user, Right.FIND_VILLAGERS)),
    }  # fmt: skip
    return render(request, "opinions/villager_requests.html", context)


@sensitive_post_parameters("phone")
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def villagers_found(request):
    """按电话查找群众信息: POST only, so that no phone stands in an address; the answer is a sheet to print."""
    counties = Station.objects.filter(pk__in=places_with(request.user, Right.FIND_VILLAGERS)).order_by("pk")
    county = counties.first()
    if county is None:
        raise NotAllowed("按电话查找群众信息由县级管理员办理。")
    form, found, status = FindForm(), None, 200
    if request.method == "POST":
        form = FindForm(request.POST)
        found, status = _look_up(request, form, county)
    context = {"form": form, "found": found, "county": county, "today": today_here()}
    if found is not None:
        context["phone"] = masked_phone(form.cleaned_data["phone"])
    return render(request, "opinions/villagers_found.html", context, status=status)


def _look_up(request, form: FindForm, county: Station):
    if not form.is_valid():
        return None, 400
    try:
        return find_villager(county=county, actor=request.user, at=timezone.now(), **form.cleaned_data), 200
    except NotAllowed:
        raise
    except DomainError as error:
        refuse(form, error)
        return None, error.status
