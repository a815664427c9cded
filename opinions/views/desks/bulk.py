"""One move for many tickets: chosen on the list, looked at once more, moved one by one, told one by one."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from julu_liaison.common.versions import version_seen
from julu_liaison.common.working_days import today_here
from opinions.forms.desks import BulkForm
from opinions.models import Opinion
from opinions.services.desks import Outcome, move_together, obstacle_to
from opinions.services.desks.bulk import MOST_AT_ONCE
from opinions.workflow import MOVES
from stations.permissions import holds_anywhere, places_with
from stations.states import Right

BULK_MOVES = ("transfer", "urge")
KEPT = "bulk_outcome"  # in the session, until the next one


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def bulk(request):
    """The tickets that were ticked (`ticket`, repeated), what can be done with each, and the two forms.

    POST with `act` (transfer or urge) makes the move with each ticket in the version it was shown in; without `act` it
    is the list that sends what was ticked.
    """
    _demand_county(request.user)
    given = request.POST if request.method == "POST" else request.GET
    keys = _keys(given)
    act = request.POST.get("act", "")
    if act not in BULK_MOVES:
        return _page(request, keys, initial=_typed(given))
    form = BulkForm(request.POST, move=act, county_ids=places_with(request.user, Right.DIRECT_OPINIONS))
    if len(keys) > MOST_AT_ONCE or not form.is_valid():
        return _page(request, keys, refused=form, status=400)
    tickets = _tickets(request.user, keys)
    seen = [(ticket, _version_seen(request.POST, ticket)) for ticket in tickets]
    outcomes = move_together(tickets=seen, move=act, actor=request.user, at=timezone.now(), **form.facts())
    request.session[KEPT] = _kept(act, outcomes, len(keys) - len(tickets), request.POST)
    return redirect("opinions-bulk-outcome")


@require_safe
@login_required
@never_cache
def bulk_outcome(request):
    """What became of the last ones: done, or why not, with a way to try those again."""
    _demand_county(request.user)
    kept = request.session.get(KEPT)
    if kept is None:
        return redirect("opinions")
    keys = [UUID(key) for key in (*kept["done"], *kept["refused"])]
    by_key = {str(ticket.uid): ticket for ticket in _tickets(request.user, keys)}
    context = {
        "move": MOVES[kept["move"]],
        "done": [by_key[key] for key in kept["done"] if key in by_key],
        "refused": [(by_key[key], why) for key, why in kept["refused"].items() if key in by_key],
        "missing": kept["missing"],
        "typed": kept["typed"],
    }
    return render(request, "opinions/desk_bulk_outcome.html", context)


def _page(
    request, keys: list[UUID], *, refused: BulkForm | None = None, initial: dict | None = None, status: int = 200
):
    """The chosen tickets with what keeps each from either move, and a form for each move that one of them is open to."""
    tickets = _tickets(request.user, keys[:MOST_AT_ONCE])
    today = today_here()
    rows = [
        (ticket, {move: obstacle_to(move=move, ticket=ticket, actor=request.user, on=today) for move in BULK_MOVES})
        for ticket in tickets
    ]
    counties = places_with(request.user, Right.DIRECT_OPINIONS)
    forms = []
    for move in BULK_MOVES:
        ready = sum(not why[move] for _ticket, why in rows)
        is_refused = refused is not None and refused.auto_id == f"{move}_%s"
        form = refused if is_refused else BulkForm(move=move, county_ids=counties, initial=initial)
        forms.append({"move": MOVES[move], "form": form, "ready": ready})
    context = {
        "rows": rows, "forms": forms, "refused": refused, "today": today, "most": MOST_AT_ONCE,
        "too_many": len(keys) if len(keys) > MOST_AT_ONCE else 0, "missing": len(keys[:MOST_AT_ONCE]) - len(tickets),
    }  # fmt: skip
    return render(request, "opinions/desk_bulk.html", context, status=400 if context["too_many"] else status)


def _demand_county(user) -> None:
    if not holds_anywhere(user, Right.DIRECT_OPINIONS):
        raise PermissionDenied


def _keys(given: QueryDict) -> list[UUID]:
    """The chosen tickets, each once; what is no address of a ticket is left out."""
    found: dict[UUID, None] = {}
    for text in given.getlist("ticket"):
        try:
            found[UUID(text)] = None
        except ValueError:
            continue
    return list(found)


def _tickets(user, keys: Iterable[UUID]) -> list[Opinion]:
    rows = Opinion.objects.visible_to(user).filter(uid__in=list(keys)).for_list().without_villager()
    return list(rows.order_by("-pk"))


def _version_seen(given: QueryDict, ticket: Opinion) -> int:
    """What the page said beside the ticket; a ticket it did not show was not seen in any version."""
    return version_seen(given.get(f"version_{ticket.uid}", "")) or 0


def _typed(given: QueryDict) -> dict:
    """What was said of tickets that could not be moved, to be sent again with others or later."""
    return {
        "department": given.get("department", ""), "assisting": given.getlist("assisting"), "note": given.get("note", "")
    }  # fmt: skip


def _kept(move: str, outcomes: list[Outcome], missing: int, given: QueryDict) -> dict:
    return {
        "move": move,
        "done": [str(outcome.ticket.uid) for outcome in outcomes if not outcome.refusal],
        "refused": {str(outcome.ticket.uid): outcome.refusal for outcome in outcomes if outcome.refusal},
        "missing": missing,
        "typed": _typed(given),
    }
