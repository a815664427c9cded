"""A station's month: planned, looked over, published, planned again after changes."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from activities.forms.rosters import OtherServiceForm, ReplanForm
from activities.models import OtherService, Roster, RosterChange, Shift
from activities.services.rosters import (
    draft_roster,
    drop_other_service,
    make_room,
    plan_other_service,
    preview_replan,
    publish_roster,
    put_on_shift,
    replan_roster,
    service_counts,
    unplaced_of,
)
from activities.states import RosterState
from activities.views.rosters.desks import Desk, desk_of, found_or_404, months_around
from deputies.models import Deputy
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.models import CalendarDay
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.querysets import scope_of

CHANGES_SHOWN = 30
REMEDY_REASON = "给没排上的代表补排"
NOT_PLANNED_YET = "这个月还没有排班,请先排班。"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def roster(request):
    """All branches × the month's reception days. POST with `act` does one of ACTS; a refusal keeps what was typed."""
    if _chooses_first(request):
        return redirect("console-roster")
    desk = desk_of(request)
    if request.method != "POST":
        return _page(request, desk)
    if not desk.plans:
        raise NotAllowed("排班由乡镇联络站办理。")
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        return redirect(desk.url)
    try:
        return act(request, desk) or redirect(desk.url)
    except DomainError as error:
        return _page(request, desk, problem=error.message, status=error.status)


def _chooses_first(request) -> bool:
    """The county has no station of its own: it starts from the list of all."""
    scope = scope_of(request.user)
    return bool(scope.counties) and not scope.townships and not request.GET.get("station")


def _page(request, desk: Desk, *, status: int = 200, **further):
    table = desk.table(_counts(desk))
    planned = desk.roster
    published = planned is not None and planned.state == RosterState.PUBLISHED
    unplaced = unplaced_of(roster=planned) if planned and not desk.published_only else []
    forms = further.pop("forms", {})
    context = {
        "desk": desk, "table": table, "roster": planned, "is_published": published, "today": today_here(),
        "unplaced": [(one, forms.get(one.deputy.code) or _other_form(desk, one.deputy)) for one in unplaced],
        "others": _others(desk, planned), "changes": _changes(desk, planned) if published else [],
        "lacks_holidays": desk.plans and not CalendarDay.objects.filter(date__year=desk.month.year).exists(),
        "is_county": bool(scope_of(request.user).counties), "replan": ReplanForm(key="replan"),
        "asks_to_publish": "publish" in request.GET and desk.plans,
        **months_around(desk.month), **further,
    }  # fmt: skip
    return render(request, "activities/roster.html", context, status=status)


def _counts(desk: Desk) -> dict:
    keys = desk.branches
    if keys is None:
        keys = Station.objects.filter(parent=desk.station).values_list("pk", flat=True)
    return service_counts(branch_keys=list(keys), on=today_here())


def _other_form(desk: Desk, deputy: Deputy, data=None) -> OtherServiceForm:
    return OtherServiceForm(data, key=f"other-{deputy.code}", month=desk.month)


def _others(desk: Desk, planned: Roster | None):
    rows = OtherService.objects.filter(roster=planned).select_related("branch", "deputy")
    return rows if desk.branches is None else rows.filter(branch__in=desk.branches)


def _changes(desk: Desk, planned: Roster):
    rows = RosterChange.objects.filter(roster=planned).select_related("actor", "shift__branch")
    rows = rows if desk.branches is None else rows.filter(shift__branch__in=desk.branches)
    return rows[:CHANGES_SHOWN]


# ---- Acts ----------------------------------------------------------------------------------------------------------


def _draft(request, desk: Desk):
    drafted = draft_roster(station=desk.station, month=desk.month, actor=request.user, at=timezone.now())
    for warning in drafted.warnings:
        messages.warning(request, warning)
    left = f"有{len(drafted.unplaced)}人没排上,下面写了原因和办法。" if drafted.unplaced else ""
    messages.success(request, f"{desk.month.month}月的班排好了,现在是草稿,公布以后代表才看得到。{left}")


def _publish(request, desk: Desk):
    publish_roster(roster=_planned(desk), actor=request.user, at=timezone.now())
    messages.success(request, f"{desk.month.month}月的排班公布了,已经通知各位代表。")


def _preview(request, desk: Desk):
    """Show what planning again would change, with nothing written."""
    return _replanning(
        request, desk, preview_replan, lambda found, form: _page(request, desk, preview=found, replan=form)
    )


def _replan(request, desk: Desk):
    return _replanning(request, desk, replan_roster, lambda found, _form: _tell_replanned(request, desk, found))


def _replanning(request, desk: Desk, plan: Callable, answer: Callable):
    form = ReplanForm(request.POST, key="replan")
    if form.is_valid():
        reason, at = form.cleaned_data["reason"], timezone.now()
        try:
            found = plan(roster=_planned(desk), actor=request.user, at=at, reason=reason)
        except DomainError as error:
            form.tell(error.fields, error.message)
            return _page(request, desk, replan=form, status=error.status)
        return answer(found, form)
    return _page(request, desk, replan=form, status=400)


def _tell_replanned(request, desk: Desk, found: list):
    if found:
        messages.success(request, f"改好了,共{len(found)}处变动,已经通知有关代表,下面写了哪几处。")
    else:
        messages.info(request, "没有可以补的空缺,一处也没有动。")
    return redirect(desk.url)


def _place(request, desk: Desk):
    """Put somebody who is left over on a day, with one seat more where the day is full."""
    shift, deputy = _shift(request, desk), _deputy(request)
    seats = request.POST.get("seats", "")
    facts = {"shift": shift, "deputy": deputy, "actor": request.user, "at": timezone.now(), "reason": REMEDY_REASON}
    if seats in ("2", "3", "4"):
        for warning in make_room(seats=int(seats), **facts):
            messages.warning(request, warning)
    else:
        put_on_shift(**facts)
    messages.success(request, f"{deputy.name}排到{shift.date.month}月{shift.date.day}日了。")


def _plan_other(request, desk: Desk):
    deputy = _deputy(request)
    form = _other_form(desk, deputy, request.POST)
    if form.is_valid():
        try:
            plan_other_service(
                roster=_planned(desk), deputy=deputy, actor=request.user, at=timezone.now(), **form.cleaned_data
            )
        except DomainError as error:
            form.tell(error.fields, error.message)
        else:
            return messages.success(request, f"给{deputy.name}另行安排了服务。")
    return _page(request, desk, forms={deputy.code: form}, bad_form=form, status=400)


def _drop_other(request, desk: Desk):
    rows = OtherService.objects.filter(roster=_planned(desk)).select_related("deputy")
    service = found_or_404(rows, pk=request.POST.get("service", ""))
    drop_other_service(service=service, actor=request.user, at=timezone.now())
    messages.success(request, f"{service.deputy.name}的另行安排取消了。")


ACTS: dict[str, Callable] = {
    "draft": _draft, "publish": _publish, "preview": _preview, "replan": _replan, "place": _place,
    "other": _plan_other, "drop": _drop_other,
}  # fmt: skip


def _planned(desk: Desk) -> Roster:
    planned = desk.roster
    if planned is None:
        raise Conflict(NOT_PLANNED_YET)
    return planned


def _shift(request, desk: Desk) -> Shift:
    rows = Shift.objects.visible_to(request.user).filter(station=desk.station).of_month(desk.month)
    return found_or_404(rows, pk=request.POST.get("shift", ""))


def _deputy(request) -> Deputy:
    return found_or_404(Deputy.objects.visible_to(request.user), code=request.POST.get("deputy", ""))
