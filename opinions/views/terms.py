"""How long each stage may last (办理期限): the county's table, and what a change of it would do before it is made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.sending import done, sent, status_of
from julu_liaison.common.working_days import today_here
from opinions.forms.terms import ChangeForm, TermForm
from opinions.models import Term
from opinions.rules.terms import law_for
from opinions.services.clocks import (
    Recomputed,
    add_term,
    days_seen,
    drop_term,
    preview_adding,
    preview_setting,
    set_term,
)
from opinions.states import Kind, Stage
from stations.models import Station
from stations.permissions import places_with
from stations.querysets import scope_of
from stations.states import Right

LISTED = 20  # tickets of a preview
FOREIGN = "办理期限由县级管理员设置,需要改的话请联系他们。"


@dataclass(frozen=True)
class Line:
    """One term in the table: `now` it is in force today, `ahead` it has not begun."""

    term: Term
    now: bool
    ahead: bool
    may_drop: bool


@require_safe
@login_required
def terms(request):
    """The county's terms by kind and stage, with the exceptions of categories and those that were or will be."""
    today = today_here()
    rows = list(_seen(request.user).select_related("county"))
    may = places_with(request.user, Right.SET_RULES)
    tables = [(kind.label, _lines([row for row in rows if row.kind == kind], today)) for kind in Kind]
    laws = {row.get_stage_display(): law for row in rows if (law := law_for(row.kind, row.stage))}
    return render(request, "opinions/terms.html", {"tables": tables, "laws": laws, "may": may})


def _lines(rows: list[Term], today: date) -> list[Line]:
    """In the order of stages; of each the general terms first, the newest on top."""
    order = list(Stage.values)
    rows.sort(key=lambda row: row.starts_on, reverse=True)
    rows.sort(key=lambda row: (row.county_id, order.index(row.stage), row.category))
    begun: set[tuple] = set()
    lines = []
    for row in rows:
        key, ahead = (row.county_id, row.stage, row.category), row.starts_on > today
        lines.append(Line(row, not ahead and key not in begun, ahead, not row.statutory))
        if not ahead:
            begun.add(key)
    return lines


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def term_add(request):
    """Type a new term in, see what it does, confirm."""
    counties = Station.objects.centres().filter(pk__in=places_with(request.user, Right.SET_RULES))
    county = counties.order_by("pk").first()
    if county is None:
        raise NotAllowed(FOREIGN)
    form = TermForm(sent(request), initial={"starts_on": today_here()})
    facts = {"county": county}
    return _act(request, form, None, preview=preview_adding, do=add_term, facts=facts)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def term(request, pk):
    """Change one, after a look at what that does."""
    row = _kept(request.user, pk)
    form = ChangeForm.of(row, sent(request))
    return _act(request, form, row, preview=preview_setting, do=set_term, facts={"term": row})


@require_POST
@login_required
def term_drop(request, pk):
    """Take one back that nothing has run by."""
    row = _kept(request.user, pk)
    try:
        drop_term(term=row, actor=request.user, at=timezone.now())
    except NotAllowed:
        raise
    except DomainError as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, f"去掉了:{row.get_kind_display()}的“{row.get_stage_display()}”。")
    return redirect("terms")


def _seen(user):
    counties = scope_of(user).counties
    if not counties:
        raise NotAllowed(FOREIGN)
    return Term.objects.filter(county__in=counties)


def _kept(user, pk: int) -> Term:
    """One of the terms that the person sees and may set; 404 for another county's."""
    row = get_object_or_404(_seen(user).select_related("county"), pk=pk)
    if row.county_id not in places_with(user, Right.SET_RULES):
        raise NotAllowed(FOREIGN)
    return row


def _act(request, form, row: Term | None, *, preview: Callable, do: Callable, facts: dict):
    """The form; once it is sent, what it would do above it; once that is confirmed, do it."""
    outcome = None
    if request.method == "POST":
        confirmed = "confirmed" in request.POST
        outcome = done(request, form, do if confirmed else preview, **facts)
        if outcome and confirmed:
            _say(request, outcome)
            return redirect("terms")
    context = {
        "form": form, "row": row, "outcome": outcome, "listed": LISTED,
        "days": days_seen(outcome=outcome, user=request.user, most=LISTED) if outcome else [],
        "law": law_for(row.kind, row.stage) if row else None,
    }  # fmt: skip
    return render(request, "opinions/term.html", context, status=status_of(form))


def _say(request, outcome: Recomputed) -> None:
    messages.success(request, "保存好了。" + ("" if outcome.days else "正在办的意见建议期限都不变。"))
    for sentence in outcome.sentences:
        messages.warning(request, sentence)
