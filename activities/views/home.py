"""This week's tasks at the station: what is due, Sundays to file, who is on next Sunday."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.models import DutyLog, SheetDraft
from activities.services import is_begun
from activities.views.days import ReceptionDay
from activities.views.due import WEEKS_BACK, Outlook, dues_of
from deputies.permissions import sees_whole_phones
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.states import Right


@require_safe
@login_required
def station_home(request):
    """Opened by clerks, and by heads for their own branch."""
    today = today_here(timezone.now())
    outlook = Outlook(request.user, today)
    if not outlook.branches:
        raise Http404
    month = DutyLog.objects.valid().filter(branch__in=outlook.branches).within(today.replace(day=1), today)
    context = {
        "today": today, "dues": dues_of(outlook), "days": _with_drafts(outlook.gaps), "next_day": outlook.next_day,
        "next_shifts": outlook.next_shifts, "totals": month.totals(), "phones": sees_whole_phones(request.user),
        "weeks": WEEKS_BACK, "cards": _own_stations(outlook),
    }  # fmt: skip
    return render(request, "activities/home.html", context)


def _own_stations(outlook: Outlook) -> list[Station]:
    """The stations of these branches whose cards the person prints; a head has none."""
    printed = outlook.places(Right.PRINT_BOARDS)
    return list({branch.parent: None for branch in outlook.branches if branch.parent_id in printed})


def _with_drafts(days: list[ReceptionDay]) -> list[ReceptionDay]:
    """Say how many of the branches without a log somebody has begun to type in."""
    open_ones = {(branch.pk, day.day): day for day in days for branch in day.missing}
    drafts = SheetDraft.objects.filter(date__in=[day.day for day in days], branch__in=[key for key, _day in open_ones])
    for draft in drafts:
        day = open_ones.get((draft.branch_id, draft.date))
        if day and is_begun(draft):
            day.drafts += 1
    return days
