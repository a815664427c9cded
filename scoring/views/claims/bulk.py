"""Checking or deciding many claims: chosen on the desk, looked at once more, moved one by one, told one by one."""

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
from scoring.forms.claims import NoteForm
from scoring.models import BonusClaim
from scoring.services.claims import MOST_AT_ONCE, Outcome, move_claims, obstacle_to
from scoring.views.claims.access import acts_on_claims, with_file_count, worths_of
from scoring.workflow import CLAIM_MOVES

BULK_MOVES = ("check", "approve")
KEPT = "claims_outcome"  # in the session, until the next one


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def claims_bulk(request):
    """The claims that were ticked (`claim`, repeated), what can be done with each, and a form for each move.

    POST with `act` makes the move with each claim in the version it was shown in; without it, it is the desk that sends
    what was ticked.
    """
    _demand_staff(request.user)
    given = request.POST if request.method == "POST" else request.GET
    keys, act = _keys(given), request.POST.get("act", "")
    if act not in BULK_MOVES:
        return _page(request, keys)
    form = NoteForm(request.POST, move=CLAIM_MOVES[act])
    if len(keys) > MOST_AT_ONCE or not form.is_valid():
        return _page(request, keys, refused=(act, form), status=400)
    rows = _claims(request.user, keys)
    seen = [(row, version_seen(request.POST.get(f"version_{row.uid}", "")) or 0) for row in rows]
    outcomes = move_claims(claims=seen, move=act, actor=request.user, at=timezone.now(), **form.facts())
    request.session[KEPT] = _kept(act, outcomes, len(keys) - len(rows))
    return redirect("claims-bulk-outcome")


@require_safe
@login_required
@never_cache
def claims_bulk_outcome(request):
    """What became of the last ones: done, or why not."""
    _demand_staff(request.user)
    kept = request.session.get(KEPT)
    if kept is None:
        return redirect("claims")
    keys = [UUID(key) for key in (*kept["done"], *kept["refused"])]
    by_key = {str(row.uid): row for row in _claims(request.user, keys)}
    context = {
        "move": CLAIM_MOVES[kept["move"]], "missing": kept["missing"],
        "done": [by_key[key] for key in kept["done"] if key in by_key],
        "refused": [(by_key[key], why) for key, why in kept["refused"].items() if key in by_key],
    }  # fmt: skip
    return render(request, "scoring/claims_outcome.html", context)


def _page(request, keys: list[UUID], *, refused: tuple[str, NoteForm] | None = None, status: int = 200):
    """The chosen claims with what keeps each from either move, and a form for each move that one of them is open to."""
    rows = _claims(request.user, keys[:MOST_AT_ONCE])
    obstacles = {
        move: {row.pk: obstacle_to(move=move, claim=row, actor=request.user) for row in rows} for move in BULK_MOVES
    }
    acts = []
    for name in BULK_MOVES:
        ready = [row for row in rows if not obstacles[name][row.pk]]
        if ready:
            form = refused[1] if refused and refused[0] == name else NoteForm(move=CLAIM_MOVES[name])
            acts.append({"move": CLAIM_MOVES[name], "form": form, "ready": ready})
    too_many, worths = len(keys) > MOST_AT_ONCE, worths_of(rows)
    context = {
        "rows": [(row, worths[row.pk], _why(row, obstacles)) for row in rows], "acts": [] if too_many else acts, "most": MOST_AT_ONCE,
        "too_many": len(keys) if too_many else 0, "missing": len(keys[:MOST_AT_ONCE]) - len(rows),
    }  # fmt: skip
    return render(request, "scoring/claims_bulk.html", context, status=400 if too_many else status)


def _why(row: BonusClaim, obstacles: dict) -> str:
    """Why nothing can be done with it; empty where something can. Of two obstacles the nearer one speaks."""
    found = {move: by_row[row.pk] for move, by_row in obstacles.items()}
    if not all(found.values()):
        return ""
    return found["approve"] if row.state in CLAIM_MOVES["approve"].sources else found["check"]


def _demand_staff(user) -> None:
    if not acts_on_claims(user):
        raise PermissionDenied


def _keys(given: QueryDict) -> list[UUID]:
    """The chosen claims, each once; what is no address of a claim is left out."""
    found: dict[UUID, None] = {}
    for text in given.getlist("claim"):
        try:
            found[UUID(text)] = None
        except ValueError:
            continue
    return list(found)


def _claims(user, keys: Iterable[UUID]) -> list[BonusClaim]:
    rows = with_file_count(BonusClaim.objects.visible_to(user).filter(uid__in=list(keys)).with_frozen())
    return list(rows.select_related("deputy", "branch", "station", "claimed_by").order_by("pk"))


def _kept(move: str, outcomes: list[Outcome], missing: int) -> dict:
    return {
        "move": move, "missing": missing,
        "done": [str(one.claim.uid) for one in outcomes if not one.refusal],
        "refused": {str(one.claim.uid): one.refusal for one in outcomes if one.refusal},
    }  # fmt: skip
