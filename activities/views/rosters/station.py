"""A station's month: planned, looked over, published, planned again after changes."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from activities.forms.rosters import OtherServiceForm, ReplanForm
from activities.models import Leave, OtherService, Roster, RosterChange, Shift
from activities.services.addressees import reach_of
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
from activities.services.rosters.drafting import calendar_warnings
from activities.services.rosters.telling import people_on
from activities.states import RosterState
from activities.views.calls import names_told, told_words
from activities.views.rosters.desks import Desk, desk_of, found_or_404, months_around, year_words
from deputies.models import Deputy
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.permissions import holds_anywhere
from stations.querysets import scope_of
from stations.states import Right

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
    table = desk.table(_counts(desk), _asking(desk))
    planned = desk.roster
    published = planned is not None and planned.state == RosterState.PUBLISHED
    unplaced = unplaced_of(roster=planned) if planned and not desk.published_only else []
    forms = further.pop("forms", {})
    context = {
        "desk": desk, "table": table, "roster": planned, "is_published": published, "today": today_here(),
        "unplaced": [(one, forms.get(one.deputy.code) or _other_form(desk, one.deputy)) for one in unplaced],
        "others": _others(desk, planned), "changes": _changes(desk, planned) if published else [],
        "lacks_holidays": desk.plans and calendar_warnings(desk.month),
        "is_county": bool(scope_of(request.user).counties), "replan": ReplanForm(key="replan"),
        "keeps_calendar": holds_anywhere(request.user, Right.MAINTAIN), "counted": year_words(desk.month),
        **_publishing(request, desk, planned),
        **months_around(desk.month), **further,
    }  # fmt: skip
    return render(request, "activities/roster.html", context, status=status)


def _counts(desk: Desk) -> dict:
    keys = desk.branches
    if keys is None:
        keys = Station.objects.filter(parent=desk.station).values_list("pk", flat=True)
    return service_counts(branch_keys=list(keys), on=today_here())


def _asking(desk: Desk) -> list[tuple]:
    """Leave that nobody has decided yet, for whoever looks after the station."""
    if desk.published_only:
        return []
    rows = Leave.objects.asked().from_duty().filter(station=desk.station)
    return list(rows.values_list("deputy", "started_on", "ended_on"))


def _publishing(request, desk: Desk, planned: Roster | None) -> dict:
    """Whether publishing is asked about, and whom that would reach."""
    if not (planned and desk.plans and "publish" in request.GET):
        return {"asks_to_publish": False}
    return {"asks_to_publish": True, "told_words": told_words(people_on(planned), done=False)}


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
    for warning in drafted.warnings[len(calendar_warnings(desk.month)) :]:  # the page itself says the first
        messages.warning(request, warning)
    left = f"有{len(drafted.unplaced)}人没排上,下面写了原因和办法。" if drafted.unplaced else ""
    messages.success(request, f"{desk.month.month}月的班排好了,现在是草稿,公布以后代表才看得到。{left}")


def _publish(request, desk: Desk):
    published = publish_roster(roster=_planned(desk), actor=request.user, at=timezone.now())
    people = people_on(published)
    words = f"{desk.month.month}月的排班公布了。{told_words(people)}"
    to_call = format_html(',<a href="{}?{}">看要打电话的名单</a>', reverse("roster-calls"), desk.query)
    messages.success(request, format_html("{}{}。", words, to_call if reach_of(people).to_call else ""))


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
        messages.success(
            request, f"改好了,共{len(found)}处变动,下面写了哪几处。有账号的代表已经通知,没有账号的请打电话告诉他们。"
        )
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
    told = names_told([deputy]) if desk.is_published else ""
    messages.success(request, f"{deputy.name}排到{shift.date.month}月{shift.date.day}日了。{told}")
    return redirect(f"{desk.url}#left")


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
            told = names_told([deputy]) if desk.is_published else ""
            messages.success(request, f"给{deputy.name}另行安排了服务。{told}")
            return redirect(f"{desk.url}#left")
    return _page(request, desk, forms={deputy.code: form}, bad_form=form, status=400)


def _drop_other(request, desk: Desk):
    rows = OtherService.objects.filter(roster=_planned(desk)).select_related("deputy")
    service = found_or_404(rows, pk=request.POST.get("service", ""))
    drop_other_service(service=service, actor=request.user, at=timezone.now())
    told = names_told([service.deputy]) if desk.is_published else ""
    messages.success(request, f"{service.deputy.name}的另行安排取消了。{told}")
    return redirect(f"{desk.url}#left")


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
