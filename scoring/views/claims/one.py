"""One claim: what was done, what shows it, who has looked at it, the steps open to whoever looks."""

import mimetypes
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from activities.services.files import path_of
from julu_liaison.common.handing_out import hand_out_attachment
from julu_liaison.common.sending import done, status_of
from julu_liaison.common.versions import version_seen
from julu_liaison.common.workflow import Move
from julu_liaison.common.working_days import today_here
from scoring.forms.claims import step_form
from scoring.models import BonusClaim
from scoring.services.claims import move_claim
from scoring.views.claims.access import opens_desk, worths_of
from scoring.workflow import CLAIM_MOVES, claim_moves_open_to, label_of

PICTURES = (".jpg", ".jpeg", ".png")
USUAL = ("check", "approve", "complete")


@dataclass(frozen=True)
class Step:
    """One open move with its form; one that was refused stands open."""

    move: Move
    form: forms.Form
    is_open: bool


@require_safe
@login_required
@never_cache
def claim(request, uid):
    return _page(request, _found(request, uid))


@require_POST
@login_required
@never_cache
def claim_move(request, uid, name):
    """Make one move; whatever is refused comes back on the claim's page with everything that was typed."""
    row = _found(request, uid)
    move = CLAIM_MOVES.get(name)
    if move is None:
        raise Http404
    form = step_form(move, row, request.POST, request.FILES)
    moved = done(request, form, move_claim, claim=row, move=name, version=version_seen(request.POST.get("version", "")))
    if moved is None:
        return _page(request, _found(request, uid), refused=(move, form), status=status_of(form))
    messages.success(request, f"{moved.deputy.name}的加分申报:{moved.get_state_display()}。")
    return redirect("claims" if opens_desk(request.user) else "claims-mine")


def _found(request, uid) -> BonusClaim:
    rows = BonusClaim.objects.visible_to(request.user).with_frozen()
    return get_object_or_404(
        rows.select_related("deputy", "branch__parent", "county", "claimed_by", "checked_by"), uid=uid
    )


def _page(request, row: BonusClaim, *, refused: tuple[Move, forms.Form] | None = None, status: int = 200):
    """A step that has closed meanwhile keeps what was typed to be copied."""
    moves = claim_moves_open_to(request.user, row)
    steps = [
        Step(move, *((refused[1], True) if refused and move == refused[0] else (step_form(move, row), move.name in USUAL)))
        for move in moves
    ]  # fmt: skip
    files = list(row.files.all())
    context = {
        "row": row, "steps": steps, "refused": refused[1] if refused else None, "today": today_here(),
        "kept": _kept(refused[1]) if refused and refused[0] not in moves else [],
        "pictures": [file for file in files if file.name.lower().endswith(PICTURES)],
        "papers": [file for file in files if not file.name.lower().endswith(PICTURES)],
        "history": [(step, label_of(step.move)) for step in row.steps.select_related("actor")],
        "worth": worths_of([row])[row.pk], "at_desk": opens_desk(request.user),
    }  # fmt: skip
    return render(request, "scoring/claim.html", context, status=status)


def _kept(form: forms.Form) -> list[str]:
    return [text for name in ("text", "evidence", "note") if (text := form.data.get(name, ""))]


@require_safe
@login_required
def claim_file(request, uid, file):
    """One file of the evidence, under the name people gave it; opened by its address it is a download."""
    claim = _found(request, uid)
    row = get_object_or_404(claim.files, uid=file)
    path = path_of(row)
    if not path.is_file():
        raise Http404
    hand_out_attachment(file=row, of=claim, actor=request.user, at=timezone.now())
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=row.name)
    # Its ending was checked with its content when it came.
    answer["Content-Type"] = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
