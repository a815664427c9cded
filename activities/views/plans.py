"""A place's work plan of a year with how far it is, and the county's list of plans."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from activities.forms.plans import AdoptForm, PlanFileForm, PlanForm
from activities.models import PlanFile, PlanItem, WorkPlan
from activities.permissions import can_keep_plan
from activities.rules.plans import HowFar, how_far, progress_of
from activities.services import adopt_plan, attach_to_plan, copy_plan, edit_plan, remove_from_plan, write_plan
from activities.services.plans import TEXTS
from activities.views.files import file_answer
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.sending import done, refuse, sent, status_of
from julu_liaison.common.texts import plain_number
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.querysets import scope_of
from stations.states import Level


@dataclass(frozen=True)
class Promise:
    """One promised activity with how it stands today."""

    item: PlanItem
    progress: str


@dataclass(frozen=True)
class Row:
    """One place in the county's list; `plan` is None where there is none yet."""

    place: Station
    plan: WorkPlan | None
    far: HowFar


# ---- One plan ------------------------------------------------------------------------------------------------------


@require_safe
@login_required
def work_plan(request):
    """The plan of `?year=` (this one) of `?place=`, by its code (one's own), for all who serve there."""
    places = _places(request.user)
    place = _chosen_place(request, places)
    year, years = _chosen_year(request, place)
    plans = WorkPlan.objects.visible_to(request.user).select_related("station")
    return plan_page(request, place, year, plans.filter(station=place, year=year).first(), places=places, years=years)


def plan_page(request, place: Station, year: int, plan: WorkPlan | None, *, places=None, years=None, **forms):
    """The page of a plan, or of a year without one; `adopt` and `upload` are forms that need mending."""
    today = today_here()
    items = list(plan.items.with_progress(today)) if plan else []
    context = {
        "place": place, "year": year, "plan": plan, "today": today, "may": can_keep_plan(request.user, place),
        "places": _grouped(places if places is not None else _places(request.user)),
        "years": years if years is not None else _chosen_year(request, place)[1],
        "texts": [(label, getattr(plan, name)) for name, label in TEXTS.items()] if plan else [],
        "promises": [Promise(item, progress_of(item, today)) for item in items], "far": how_far(items, today),
        "files": plan.files.select_related("added_by") if plan else [],
        "last": None if plan else WorkPlan.objects.filter(station=place, year__lt=year).order_by("-year").first(),
        "adopt": AdoptForm(initial={"adopted_on": (plan and plan.adopted_on) or today}), "upload": PlanFileForm(),
    } | forms  # fmt: skip
    return render(request, "activities/plan.html", context, status=status_of(*forms.values()))


def plan_url(plan: WorkPlan) -> str:
    return reverse("work-plan") + "?" + urlencode({"place": plan.station.code, "year": plan.year})


def _places(user) -> list[Station]:
    """Where the user serves and what is below, for branches also the station above; the widest first."""
    scope = scope_of(user)
    seen = (
        Q(county__in=scope.counties) | Q(pk__in=scope.townships | scope.branches) | Q(parent__in=scope.townships)
        | Q(children__in=scope.branches)
    )  # fmt: skip
    places = Station.objects.filter(seen).select_related("parent").distinct()
    order = ("depth", "parent__official_order", "parent__code", "official_order", "code")
    return list(places.order_by(*order))


def _chosen_place(request, places: list[Station]) -> Station:
    scope, code = scope_of(request.user), request.GET.get("place", "")
    own = scope.counties or scope.townships or scope.branches
    for place in places:
        if place.code == code or (not code and place.pk in own):
            return place
    raise Http404


def _grouped(places: list[Station]) -> list[tuple[str, list[Station]]]:
    """The places under their station, in its official order; a group of one's own for the county."""
    groups: dict[int, tuple[str, list[Station]]] = {}
    for place in places:
        top = place.parent if place.level == Level.BRANCH else place
        groups.setdefault(top.pk, (top.name, []))[1].append(place)
    return list(groups.values())


def _chosen_year(request, place: Station) -> tuple[int, list[int]]:
    """The year asked for, else this one; and those to choose from, the next one first. Raises Http404."""
    this_year = today_here().year
    first = WorkPlan.objects.filter(station=place).order_by("year").values_list("year", flat=True).first()
    years = list(range(this_year + 1, min(first or this_year, this_year) - 1, -1))
    asked = request.GET.get("year", "")
    year = next((year for year in years if str(year) == asked), None)
    if asked and year is None:
        raise Http404
    return year or this_year, years


# ---- Writing it ----------------------------------------------------------------------------------------------------


@require_POST
@login_required
def plan_begin(request):
    """Begin a plan, empty or (`copy`) with what the last one says."""
    place = _chosen_place_sent(request)
    begin = copy_plan if "copy" in request.POST else write_plan
    year = plain_number(request.POST.get("year", ""), digits=4) or 0
    try:
        plan = begin(station=place, year=year, actor=request.user, at=timezone.now())
    except Conflict as error:  # somebody else was faster; their plan is what is wanted
        messages.warning(request, error.message)
        return redirect(reverse("work-plan") + "?" + urlencode({"place": place.code, "year": year}))
    return redirect("plan-edit", uid=plan.uid) if begin is write_plan else redirect(plan_url(plan))


def _chosen_place_sent(request) -> Station:
    code = request.POST.get("place", "")
    place = next((place for place in _places(request.user) if place.code == code), None)
    if place is None:
        raise Http404
    return place


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def plan_edit(request, uid):
    """The three texts. Who saves after somebody else sees both, and decides."""
    plan = kept_plan(request, uid)
    form, latest = PlanForm.of(plan, sent(request)), None
    if done(request, form, edit_plan, plan=plan):
        messages.success(request, "存好了。")
        return redirect(plan_url(plan))
    if getattr(form, "refused_status", 0) == StaleVersion.status:
        latest = catch_up(form, plan)
    shown = [(label, getattr(latest, name)) for name, label in TEXTS.items()] if latest else []
    context = {"plan": plan, "form": form, "latest": shown}
    return render(request, "activities/plan_edit.html", context, status=status_of(form))


def catch_up(form, plan: WorkPlan) -> WorkPlan:
    """Let the form be saved over the newest version, which is returned to be shown beside it."""
    latest = WorkPlan.objects.get(pk=plan.pk)
    form.data = form.data.copy()
    form.data["version"] = latest.version
    return latest


@require_POST
@login_required
def plan_adopt(request, uid):
    plan = kept_plan(request, uid)
    form = AdoptForm(request.POST)
    if done(request, form, adopt_plan, plan=plan):
        messages.success(request, "通过日期记好了。")
        return redirect(plan_url(plan))
    return plan_page(request, plan.station, plan.year, plan, adopt=form)


@require_POST
@login_required
def plan_file_add(request, uid):
    plan = kept_plan(request, uid)
    form = PlanFileForm(request.POST, request.FILES)
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            attach_to_plan(plan=plan, name=upload.name, content=upload.read(), actor=request.user, at=timezone.now())
        except NotAllowed:
            raise
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, f"上传好了:{upload.name}")
            return redirect(plan_url(plan))
    return plan_page(request, plan.station, plan.year, plan, upload=form)


@require_safe
@login_required
def plan_file(request, uid):
    """One file of a plan, for all who see the plan."""
    row = get_object_or_404(_files(request.user), uid=uid)
    return file_answer(request, row, row.plan)


@require_POST
@login_required
def plan_file_remove(request, uid):
    file = get_object_or_404(_files(request.user), uid=uid)
    remove_from_plan(file=file, actor=request.user, at=timezone.now())
    messages.success(request, f"删掉了:{file.name}")
    return redirect(plan_url(file.plan))


def _files(user):
    return PlanFile.objects.filter(plan__in=WorkPlan.objects.visible_to(user)).select_related("plan__station")


def kept_plan(request, uid) -> WorkPlan:
    """A plan that the user may write: 404 out of scope, 403 for those who only read it."""
    plan = get_object_or_404(WorkPlan.objects.visible_to(request.user).select_related("station__parent"), uid=uid)
    if not can_keep_plan(request.user, plan.station):
        raise PermissionDenied
    return plan


# ---- All of them ---------------------------------------------------------------------------------------------------


@require_safe
@login_required
def console_plans(request):
    """The county's places with their plans of `?year=`; of branches those that have one. Clerks: their own station's."""
    scope = scope_of(request.user)
    if not (scope.counties or scope.townships):
        raise PermissionDenied
    this_year = today_here().year
    plans = WorkPlan.objects.visible_to(request.user)
    first = plans.order_by("year").values_list("year", flat=True).first()
    years = list(range(this_year + 1, min(first or this_year, this_year) - 1, -1))
    asked = request.GET.get("year", str(this_year))
    year = next((year for year in years if str(year) == asked), None)
    if year is None:
        raise Http404
    rows = _rows(_places(request.user), {plan.station_id: plan for plan in plans.filter(year=year)}, year)
    context = {
        "rows": rows, "year": year, "years": years,
        "held": sum(row.far.held for row in rows), "times": sum(row.far.times for row in rows),
        "missing": sum(row.plan is None for row in rows),
    }  # fmt: skip
    return render(request, "activities/plan_list.html", context)


def _rows(places: list[Station], plans: dict[int, WorkPlan], year: int) -> list[Row]:
    today = today_here()
    items: dict[int, list[PlanItem]] = {}
    for item in PlanItem.objects.filter(plan__in=plans.values()).with_progress(today):
        items.setdefault(item.plan_id, []).append(item)
    found = []
    for _name, group in _grouped([place for place in places if _is_there(place, year)]):
        for place in group:
            plan = plans.get(place.pk)
            if plan or place.level != Level.BRANCH:
                found.append(Row(place, plan, how_far(items.get(plan.pk, []) if plan else [], today)))
    return found


def _is_there(place: Station, year: int) -> bool:
    return place.opened_on.year <= year and (place.closed_on is None or place.closed_on > date(year, 1, 1))
