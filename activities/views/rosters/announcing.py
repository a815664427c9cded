"""What is announced of the coming receptions: texts ready for the group and the wall."""

from itertools import groupby

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from activities.models import Shift
from activities.services.rosters.announcing import announced_soon, announcement_lines
from activities.views.rosters.desks import desk_of, may_open_roster
from julu_liaison.common.working_days import today_here


@require_safe
@login_required
@never_cache
def announcements(request):
    """The station's branches, or the head's and the deputy's own, day by day; plain enough to be copied and printed."""
    desk, today = desk_of(request, for_members=True), today_here()
    rows = Shift.objects.visible_to(request.user).filter(station=desk.station)
    rows = rows if desk.branches is None else rows.filter(branch__in=desk.branches)
    shifts = announced_soon(rows, today)
    days = [
        (day, [announcement_lines(one, today) for one in mine])
        for day, mine in groupby(shifts, key=lambda one: one.date)
    ]
    context = {"desk": desk, "days": days, "today": today, "has_roster": may_open_roster(request.user, desk)}
    return render(request, "activities/announcements.html", context)
