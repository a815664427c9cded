"""Asking to have something corrected, the list of whoever settles it, one request with its steps."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deputies.models import CorrectionRequest
from deputies.permissions import corrections_settled_by, settles_corrections
from deputies.services.corrections import ask_correction, is_plain, move_correction
from deputies.states import ACCOUNT_TOPIC
from deputies.workflow import CORRECTION_MOVES, correction_moves_open_to, label_of
from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.keyset import page_of
from julu_liaison.common.sending import done, sent, status_of
from julu_liaison.common.versions import version_seen
from julu_liaison.common.workflow import Move
from julu_liaison.common.working_days import today_here
from julu_liaison.personal.forms import CorrectionForm, NoteForm
from julu_liaison.personal.reading import correctables_of, value_now
from julu_liaison.personal.register import REGISTER

MINE, ALL = "mine", "all"


@dataclass(frozen=True)
class Step:
    """One open move with its form; one that was refused stands open."""

    move: Move
    form: NoteForm
    is_open: bool


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def correction_ask(request):
    """Choose what is wrong (`?what=` presets it), say what is right and why."""
    form = CorrectionForm(
        sent(request), choices=correctables_of(request.user), initial={"what": request.GET.get("what", "")[:120]}
    )
    row = done(request, form, ask_correction) if request.method == "POST" else None
    if row:
        messages.success(request, f"申请交上去了,{row.due_on.month}月{row.due_on.day}日以前答复您。")
        return redirect("correction", row.uid)
    return render(request, "own/ask.html", {"form": form}, status=status_of(form))


@require_safe
@login_required
@never_cache
def corrections(request):
    """What the person has to settle, the nearest term first; `?show=all` everything that was ever asked for."""
    if not settles_corrections(request.user):
        raise NotAllowed("更正申请由县人大办公室办理。您自己的申请在“我的个人信息”里。")
    show = request.GET.get("show", MINE)
    if show not in (MINE, ALL):
        raise Http404
    rows = CorrectionRequest.objects.visible_to(request.user).select_related("asker")
    if show == MINE:
        rows = rows.waiting_for(request.user, **corrections_settled_by(request.user))
    page = page_of(
        rows, by=("due_on", "pk") if show == MINE else ("-pk",), after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )  # fmt: skip
    context = {"rows": page.rows, "links": page.links(request.GET), "show": show, "today": today_here()}
    return render(request, "own/corrections.html", context)


@require_safe
@login_required
@never_cache
def correction(request, uid):
    return _page(request, _found(request, uid))


@require_POST
@login_required
@never_cache
def correction_move(request, uid, name):
    """Make one move; whatever is refused comes back on the page with the words that were typed."""
    row, move = _found(request, uid), CORRECTION_MOVES.get(name)
    if move is None:
        raise Http404
    form, seen = NoteForm(request.POST, move=move), version_seen(request.POST.get("version", ""))
    moved = done(request, form, move_correction, request=row, move=name, version=seen)
    if moved is None:
        return _page(request, _found(request, uid), refused=(move, form), status=status_of(form))
    messages.success(request, f"{moved.what}:{moved.get_state_display()}。")
    return redirect("correction", uid)


def _found(request, uid) -> CorrectionRequest:
    rows = CorrectionRequest.objects.visible_to(request.user).select_related("asker", "deputy", "county")
    return get_object_or_404(rows, uid=uid)


def _page(
    request, row: CorrectionRequest, *, refused: tuple[Move, NoteForm] | None = None, status: int = 200
):  # fmt: skip
    moves = [
        move for move in correction_moves_open_to(request.user, row) if move.name != "apply" or is_plain(row)
    ]
    steps = [
        Step(move, refused[1] if refused and move == refused[0] else NoteForm(move=move), bool(refused and move == refused[0]))
        for move in moves
    ]  # fmt: skip
    settles = any(step.move.name == "settle" for step in steps)
    context = {
        "row": row, "steps": steps, "refused": refused[1] if refused else None, "today": today_here(),
        "sees_old": _sees_old(request.user, row), "now": _value_now(row) if settles else None,
        "editing": _editing_page(row) if settles else "",
        "history": [(step, label_of(step.move)) for step in row.steps.select_related("actor")],
        "at_desk": settles_corrections(request.user) and row.asker_id != request.user.pk,
    }  # fmt: skip
    return render(request, "own/correction.html", context, status=status)


def _sees_old(user, row: CorrectionRequest) -> bool:
    """Whoever it is about and whoever settles it; an auditor reads what was asked for, no more."""
    return user.pk == row.asker_id or CORRECTION_MOVES["settle"].allowed(user, row)


def _value_now(row: CorrectionRequest) -> str | None:
    """What stands there today, where that differs from what stood there when it was asked for."""
    held = REGISTER.get(row.topic)
    now = value_now(held, row.asker, row.row_key, row.column) if held else None
    return None if now == row.old_value else now


def _editing_page(row: CorrectionRequest) -> str:
    """Where whoever settles it can correct what is no plain column."""
    if row.topic == ACCOUNT_TOPIC or row.deputy is None:
        return reverse("admin:accounts_user_change", args=[row.asker_id])
    return reverse("deputy", args=[row.deputy.code])
