"""One visit: what is written down, who came (masked, or revealed and recorded), and what can be done with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from activities.forms.visits import AcceptForm, CorrectForm, OutcomeForm, RevealForm, VoidForm
from activities.models import Visit
from activities.permissions import can_keep_visit, can_reveal_villager, can_void_visit
from activities.services import (
    accept_visit,
    closed_reason,
    correct_visit,
    record_outcome,
    reveal_villager,
    void_visit,
)
from activities.services.visits.keeping import demand_keeper, demand_voider
from activities.states import LogState
from julu_liaison.common.errors import DomainError, StaleVersion
from julu_liaison.common.handing_out import hand_out_print
from julu_liaison.common.secrets import masked_name, masked_phone


@dataclass(frozen=True)
class Act:
    """What can be done with a visit: who may, its form, the service with what was typed, and what is said afterwards."""

    demand: Callable[[Any, Visit], None]
    form: Callable[..., Any]
    do: Callable[[Visit, Any, Any, datetime], Visit]
    said: str


def _outcome(visit, form, actor, at) -> Visit:
    return record_outcome(visit=visit, **form.facts(), actor=actor, at=at)


def _correct(visit, form, actor, at) -> Visit:
    version = form.cleaned_data["version"]
    return correct_visit(visit=visit, changes=form.changes(), version=version, actor=actor, at=at)


def _accept(visit, form, actor, at) -> Visit:
    return accept_visit(visit=visit, version=form.cleaned_data["version"], actor=actor, at=at)


def _void(visit, form, actor, at) -> Visit:
    return void_visit(visit=visit, reason=form.cleaned_data["reason"], actor=actor, at=at)


ACTS = {
    "outcome": Act(demand_keeper, OutcomeForm, _outcome, "办理情况记下了。"),
    "correct": Act(demand_keeper, CorrectForm, _correct, "更正好了。"),
    "accept": Act(demand_keeper, AcceptForm, _accept, "已转为意见,从分站办起。"),
    "void": Act(demand_voider, VoidForm, _void, "作废了,编号和原因会保留。"),
}


@require_safe
@login_required
@never_cache
def visit(request, uid):
    return _page(request, visible_visit(request.user, uid))


@require_POST
@never_cache
def visit_act(request, uid, name):
    """Do one of ACTS. What is refused comes back on the visit's page with everything that was typed."""
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("visit", args=[uid]))
    if name not in ACTS:
        raise Http404
    act, found = ACTS[name], visible_visit(request.user, uid)
    act.demand(request.user, found)
    form = act.form(request.POST, visit=found)
    if not form.is_valid():
        return _page(request, found, **{name: form}, status=400)
    try:
        act.do(found, form, request.user, timezone.now())
    except DomainError as error:
        form.refuse(error.fields or {"": error.message})
        found = visible_visit(request.user, uid)
        if isinstance(error, StaleVersion):
            form.read_again(found.version)
        return _page(request, found, **{name: form}, status=error.status)
    messages.success(request, f"接待登记{found.number}:{act.said}")
    return redirect("visit", uid=found.uid)


@require_POST
@never_cache
def visit_reveal(request, uid):
    """The page once with name and phone in full; reading it again hides them, asking again is recorded again."""
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("visit", args=[uid]))
    found = visible_visit(request.user, uid)
    return _page(request, found, villager=_revealed(request, found))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def visit_print(request, uid):
    """The visit as a form on paper (接待登记表), masked; POST prints who came, which is recorded."""
    found = visible_visit(request.user, uid)
    villager = _revealed(request, found) if request.method == "POST" else None
    hand_out_print(what="visit", target=found, actor=request.user, at=timezone.now(), named=villager is not None)
    context = {"visit": found, "villager": villager, "purposes": RevealForm(), **_who(request.user, found)}
    return render(request, "activities/visit_print.html", context)


def visible_visit(user, uid) -> Visit:
    """The visit with everything the pages show; 404 out of scope."""
    rows = Visit.objects.visible_to(user).select_related(
        "branch__parent", "register", "log__register", "deputy", "recorder", "opinion__register", "opinion__holder_station",
        "opinion__holder_department",
    )  # fmt: skip
    return get_object_or_404(rows, uid=uid)


def _revealed(request, found: Visit) -> tuple[str, str]:
    form = RevealForm(request.POST)
    why = form.cleaned_data["why"] if form.is_valid() else ""
    return reveal_villager(visit=found, actor=request.user, at=timezone.now(), why=why)


def _who(user, found: Visit) -> dict:
    """The villager as everybody sees them; of a confidential one only those who may ask see more than nothing."""
    may_reveal = can_reveal_villager(user, found)
    hidden = found.confidential and not may_reveal
    return {
        "may_reveal": may_reveal,
        "is_known": bool(found.villager_name or found.villager_phone),
        "name": "" if hidden else masked_name(found.villager_name),
        "phone": "" if hidden else masked_phone(found.villager_phone),
        "hidden": hidden,
    }


def _page(request, found: Visit, *, villager: tuple[str, str] | None = None, status: int = 200, **refused):
    """The visit's page; `refused` are forms by act that need mending, shown open."""
    at, user = timezone.now(), request.user
    in_force, is_ticket = found.state != LogState.VOID, hasattr(found, "opinion")
    keeps, voids = can_keep_visit(user, found), can_void_visit(user, found)
    closed = closed_reason(found.branch, found.date, at) if in_force and (keeps or voids) else ""
    may = {
        "outcome": keeps and in_force and not is_ticket,
        "accept": keeps and in_force and not is_ticket,
        "correct": keeps and in_force and not closed,
        "void": voids and in_force and not closed,
    }
    forms = {
        name: refused.get(name) or (ACTS[name].form(visit=found) if allowed else None) for name, allowed in may.items()
    }
    context = {
        "visit": found, "villager": villager, "closed": closed, "forms": forms, "refused": next(iter(refused.values()), None),
        "refused_name": next(iter(refused), ""), "purposes": RevealForm(), **_who(user, found),
    }  # fmt: skip
    return render(request, "activities/visit.html", context, status=status)
