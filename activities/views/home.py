"""This week's tasks at the station: Sundays to file, tickets waiting, who is on next Sunday."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.models import DutyLog, Shift
from activities.permissions import branches_to_file
from activities.rules import reception_days
from activities.states import ShiftState
from deputies.permissions import sees_whole_phones
from julu_liaison.common.working_days import Calendar, today_here
from opinions.models import Opinion
from stations.models import Station

WEEKS_BACK = 5
READ_AHEAD = timedelta(days=35)  # a holiday block postpones a Sunday by days, never by weeks


@dataclass
class ReceptionDay:
    """One past reception day: the branches that have no log yet, and how many have."""

    day: date
    missing: list[Station] = field(default_factory=list)
    done: int = 0


@require_safe
@login_required
def station_home(request):
    """Opened by clerks, and by heads for their own branch."""
    today = today_here(timezone.now())
    calendar = Calendar.load(today - READ_AHEAD * 2, today + READ_AHEAD)
    days = past_days(today, calendar)
    branches = list(branches_to_file(request.user, today, since=min([today.replace(day=1), *days])))
    if not branches:
        raise Http404
    coming = reception_days(today - timedelta(days=7), today + READ_AHEAD, calendar)
    next_day = next((day for day in coming if day >= today), None)
    waiting = Opinion.objects.waiting_for(request.user)
    month = DutyLog.objects.valid().filter(branch__in=branches).within(today.replace(day=1), today)
    context = {
        "today": today,
        "days": days_with_gaps(branches, days),
        "waiting": waiting.count(),
        "overdue": waiting.overdue(today).count(),
        "next_day": next_day,
        "next_shifts": _shifts(branches, next_day),
        "totals": month.totals(),
        "phones": sees_whole_phones(request.user),
        "weeks": WEEKS_BACK,
    }
    context["missing"] = sum(len(day.missing) for day in context["days"])
    return render(request, "activities/home.html", context)


def past_days(today: date, calendar: Calendar) -> list[date]:
    """The last reception days up to today, latest first."""
    days = reception_days(today - READ_AHEAD * 2, today, calendar)
    return [day for day in reversed(days) if day <= today][:WEEKS_BACK]


def days_with_gaps(branches: list[Station], days: list[date]) -> list[ReceptionDay]:
    """Return each day with the branches that were open then and have neither a log nor a reason for none."""
    if not days:
        return []
    logs = DutyLog.objects.valid().filter(branch__in=branches).within(days[-1], days[0])
    off = Shift.objects.filter(branch__in=branches, state=ShiftState.NOT_HELD).within(days[-1], days[0])
    settled = {*logs.values_list("branch", "date"), *off.values_list("branch", "date")}
    found = []
    for day in days:
        expected = [branch for branch in branches if branch.is_open(day)]
        missing = [branch for branch in expected if (branch.pk, day) not in settled]
        found.append(ReceptionDay(day, missing, len(expected) - len(missing)))
    return found


def _shifts(branches: list[Station], day: date | None) -> list[Shift]:
    """The roster of one day in the branches' official order."""
    if day is None:
        return []
    order = {branch.pk: index for index, branch in enumerate(branches)}
    rows = Shift.objects.filter(branch__in=branches, date=day).with_people()
    return sorted(rows, key=lambda shift: order[shift.branch_id])
