"""This week's tasks at the station: Sundays to file, tickets waiting, who is on next Sunday."""

from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.models import DutyLog, SheetDraft, Shift
from activities.permissions import branches_to_file, can_plan_roster
from activities.services import is_begun
from activities.services.rosters.gaps import missing_on
from activities.views.days import DAYS_BACK, READ_AHEAD, ReceptionDay, ReceptionDays
from activities.views.due import Due, due_for_clerk, due_for_head
from deputies.permissions import sees_whole_phones
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.querysets import scope_of

WEEKS_BACK = 5


@require_safe
@login_required
def station_home(request):
    """Opened by clerks, and by heads for their own branch."""
    today = today_here(timezone.now())
    branches = list(branches_to_file(request.user, today, since=today - DAYS_BACK))
    if not branches:
        raise Http404
    receptions = ReceptionDays(branches, today - DAYS_BACK, today + READ_AHEAD)
    next_day = receptions.next_from(today)
    month = DutyLog.objects.valid().filter(branch__in=branches).within(today.replace(day=1), today)
    context = {
        "today": today,
        "days": _with_drafts(receptions.gaps(today, WEEKS_BACK)),
        "next_day": next_day,
        "next_shifts": _shifts(request.user, branches, next_day, today),
        "totals": month.totals(),
        "phones": sees_whole_phones(request.user),
        "weeks": WEEKS_BACK,
    }
    context["due"] = _due(request.user, today, sum(len(day.missing) for day in context["days"]))
    return render(request, "activities/home.html", context)


def _due(user, today: date, missing: int) -> list[Due]:
    """What the clerk, or the head of a branch, has to do; the days without a log stand below."""
    waiting = due_for_clerk(user, today) if scope_of(user).townships else due_for_head(user, today)
    return [*waiting, *([Due("接待还没登记", missing, "#gaps", "次")] if missing else [])]


def _with_drafts(days: list[ReceptionDay]) -> list[ReceptionDay]:
    """Say how many of the branches without a log somebody has begun to type in."""
    open_ones = {(branch.pk, day.day): day for day in days for branch in day.missing}
    drafts = SheetDraft.objects.filter(date__in=[day.day for day in days], branch__in=[key for key, _day in open_ones])
    for draft in drafts:
        day = open_ones.get((draft.branch_id, draft.date))
        if day and is_begun(draft):
            day.drafts += 1
    return days


def _shifts(user, branches: list[Station], day: date | None, today: date) -> list[Shift]:
    """The roster of one day in the branches' official order, each with how many it lacks and whether `user` may fill it."""
    if day is None:
        return []
    order = {branch.pk: index for index, branch in enumerate(branches)}
    rows = list(Shift.objects.visible_to(user).filter(branch__in=branches, date=day).with_people().select_related("station"))
    for shift in rows:
        shift.missing = missing_on(shift)
        shift.may_fill = day > today and can_plan_roster(user, shift.station)
    return sorted(rows, key=lambda shift: order[shift.branch_id])
