"""One edition: what it says, its kept files, what has changed since, and recording that it was hung."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from deputies.forms import HangingForm, TakeBackForm
from deputies.models import Edition
from deputies.permissions import can_print
from deputies.posters import Order, Rendition, kept_file, order_of, rendition_of, speaking_name
from deputies.posters.hanging import changes_since, usual_places
from deputies.services import record_hanging, take_back_hanging
from deputies.services.editions import CENTRALLY, record_download, record_look
from deputies.views.editions.choosing import demand_reader
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.pdf import PrintRefused
from julu_liaison.common.working_days import today_here

MARKS = Rendition(with_marks=True)
PREVIEW = Rendition(png=True)


def visible_edition(user, uid) -> Edition:
    """The edition, or 404."""
    related = ("place__parent", "place__county", "made_by", "hung_recorded_by")
    return get_object_or_404(Edition.objects.visible_to(user).select_related(*related), uid=uid)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edition(request, uid):
    """What it says and what became of it. POST records where it hangs, or with `do=take_back` that it never did; what
    needs mending comes back on the page."""
    demand_reader(request.user)
    found = visible_edition(request.user, uid)
    if request.method != "POST":
        return _page(request, found)
    if not can_print(request.user, found.place):
        raise NotAllowed(CENTRALLY)
    if request.POST.get("do") == "take_back":
        return _taken_back(request, found)
    form = HangingForm(request.POST)
    if form.is_valid():
        try:
            record_hanging(editions=[found], actor=request.user, at=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            form.take(error)
        else:
            messages.success(request, f"{found.place.full_name}的{found.label}已登记,挂在{form.cleaned_data['where']}。")
            return redirect("edition", uid=found.uid)
    return _page(request, found, form)


def _taken_back(request, found: Edition):
    form = TakeBackForm(request.POST)
    if not form.is_valid():
        return _page(request, found, wrong=form)
    take_back_hanging(edition=found, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now())
    messages.success(request, f"{found.place.full_name}的{found.label}的悬挂登记去掉了,现在是还没有挂。")
    return redirect("edition", uid=found.uid)


def _page(request, found: Edition, form: HangingForm | None = None, wrong: TakeBackForm | None = None):
    at, order = timezone.now(), order_of(found.product, found.size, found.period)
    editions = Edition.objects.filter(
        place=found.place_id, product=found.product, size=found.size, period=found.period
    ).defer("facts").order_by("-number")  # fmt: skip
    facts = order.product.facts_of([found.place], today_here(at), order.period)[found.place_id]
    why = changes_since(order, found, facts, at)
    context = {
        "edition": found, "order": order, "why": why, "others": [one for one in editions if one.pk != found.pk],
        "is_latest": all(one.number <= found.number for one in editions), "has_file": kept_file(found).is_file(),
        "has_preview": _may_draw(found, why, ".png"), "has_marks": _may_draw(found, why, "-marks.pdf"),
        "form": form or _offered(request, found), "wrong": wrong or TakeBackForm(),
        "may_print": can_print(request.user, found.place), "said": f"editions/said/{found.product}.html",
    }  # fmt: skip
    return render(request, "editions/edition.html", context, status=400 if form or wrong else 200)


def _offered(request, found: Edition) -> HangingForm:
    """The form with what was said of this edition, or else what is usual at the place."""
    if found.hung_on:
        return HangingForm(initial={"hung_on": found.hung_on, "where": found.hung_where, "by": found.hung_by})
    return HangingForm(
        initial={"hung_on": today_here(), "where": usual_places([found])[found.pk], "by": usual_hanger(request.user)}
    )


def usual_hanger(user) -> str:
    """Who hung what the user recorded last."""
    last = Edition.objects.filter(hung_recorded_by=user).order_by("-hung_recorded_at").values_list("hung_by", flat=True)
    return last.first() or ""


def _may_draw(found: Edition, why: list[str], suffix: str) -> bool:
    """Whether another file of it can be had: it still holds, or the file was drawn while it did."""
    kept = kept_file(found)
    return kept.is_file() and (not why or kept.with_name(kept.stem + suffix).is_file())


# ---- Files ----


@require_safe
@login_required
def edition_file(request, uid):
    """The kept file of one edition; who takes it is recorded."""
    found = visible_edition(request.user, uid)
    order = order_of(found.product, found.size, found.period)
    return _handed_out(request, found, kept_file(found), speaking_name(order, found))


@require_safe
@login_required
def edition_marks(request, uid):
    """The same with bleed and crop marks, drawn when first asked for; 409 once the facts have changed."""
    found = visible_edition(request.user, uid)
    order = order_of(found.product, found.size, found.period)
    path = _drawn(order, found, MARKS)
    return _handed_out(request, found, path, speaking_name(order, found, "-带裁切线.pdf"))


@require_safe
@login_required
def edition_preview(request, uid):
    """A picture of the edition; 409 once the facts have changed, unless it was drawn before. Who looks is recorded."""
    found = visible_edition(request.user, uid)
    path = _drawn(order_of(found.product, found.size, found.period), found, PREVIEW)
    record_look(edition=found, actor=request.user, at=timezone.now())
    return FileResponse(path.open("rb"), content_type="image/png")


def _drawn(order: Order, found: Edition, rendition: Rendition):
    if not kept_file(found).is_file():
        raise Http404
    try:
        return rendition_of(order, found, rendition, timezone.now())
    except PrintRefused as refusal:
        raise Conflict(f"现在印不了:{refusal.message}") from refusal


def _handed_out(request, found: Edition, path, name: str) -> FileResponse:
    if not path.is_file():
        raise Http404
    record_download(edition=found, file=name, actor=request.user, at=timezone.now())
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)
