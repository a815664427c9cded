"""Moving, merging and closing a place: choose, look at what comes of it, confirm exactly that."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from julu_liaison.common.errors import Conflict, DomainError
from julu_liaison.common.working_days import today_here
from stations.forms import ActForm, CloseForm, MergeForm, MoveForm
from stations.models import Station
from stations.services import (
    Outcome,
    close_station,
    merge_branches,
    move_branch,
    preview_closing,
    preview_merger,
    preview_move,
    reopen_station,
)
from stations.views.places import kept_place

AS_NOBODY_SAW = "-"  # a digest that no outcome has
FIELD_OF = {"closed_on": "on"}


@dataclass(frozen=True)
class Act:
    """One of the three: its form, the services that try it out and do it, and its words."""

    form: type[ActForm]
    preview: Callable[..., Outcome]
    do: Callable[..., Outcome]
    title: str
    confirm: str
    done: Callable[[Station, Outcome], str]


def _moved(before: Station, outcome: Outcome) -> str:
    return f"{before.full_name}迁好了,现在是{outcome.place.full_name}。"


def _merged(before: Station, outcome: Outcome) -> str:
    return f"{before.full_name}已并入{outcome.place.merged_into.full_name},请看新的排班,公示牌要重新印。"


def _closed(before: Station, outcome: Outcome) -> str:
    return f"{before.full_name}从{outcome.place.closed_on:%Y年%-m月%-d日}起撤销,以前的记录都保留。"


MOVE = Act(MoveForm, preview_move, move_branch, "迁到别的乡镇", "确认迁移", _moved)
MERGE = Act(MergeForm, preview_merger, merge_branches, "并入别的分站", "确认并入", _merged)
CLOSE = Act(CloseForm, preview_closing, close_station, "撤销", "确认撤销", _closed)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def move(request, code):
    return _act(request, code, MOVE)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def merge(request, code):
    return _act(request, code, MERGE)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def close(request, code):
    return _act(request, code, CLOSE)


@require_POST
@login_required
def reopen(request, code):
    """Take a closing back."""
    place = reopen_station(station=kept_place(request.user, code), actor=request.user, at=timezone.now())
    messages.success(request, f"{place.full_name}恢复了。")
    return redirect("place", code=place.code)


def _act(request, code: str, act: Act):
    """GET shows the form and, once it is filled in, what would come of it; POST does what was shown."""
    place = kept_place(request.user, code)
    given = request.POST if request.method == "POST" else request.GET
    form = act.form(given if "on" in given else None, place=place, today=today_here())
    if not form.is_valid():
        return _page(request, act, place, form, status=400 if form.errors else 200)
    if request.method == "POST":
        return _confirm(request, act, place, form)
    return _preview(request, act, place, form)


def _confirm(request, act: Act, place: Station, form: ActForm):
    seen = request.POST.get("digest") or AS_NOBODY_SAW
    try:
        outcome = act.do(**form.facts, actor=request.user, at=timezone.now(), expected=seen)
    except Conflict as error:
        messages.warning(request, error.message)
        return _preview(request, act, place, form, status=error.status)
    except (DomainError, ValidationError) as error:
        return _refused(request, act, place, form, error)
    messages.success(request, act.done(place, outcome))
    return redirect("place", code=(outcome.place.merged_into or outcome.place).code)


def _preview(request, act: Act, place: Station, form: ActForm, status: int = 200):
    try:
        outcome = act.preview(**form.facts, actor=request.user, at=timezone.now())
    except (DomainError, ValidationError) as error:
        return _refused(request, act, place, form, error)
    return _page(request, act, place, form, outcome, status=status)


def _refused(request, act: Act, place: Station, form: ActForm, error: DomainError | ValidationError):
    if isinstance(error, ValidationError):
        form.add_error(None, error.messages)
        return _page(request, act, place, form, status=400)
    form.add_error(None, error.message)
    for name, sentence in error.fields.items():
        field = FIELD_OF.get(name, name)
        if field in form.fields:
            form.add_error(field, sentence)
    return _page(request, act, place, form, status=error.status)


def _page(request, act: Act, place: Station, form: ActForm, outcome: Outcome | None = None, status: int = 200):
    context = {"act": act, "place": place, "form": form, "outcome": outcome}
    return render(request, "stations/act.html", context, status=status)
