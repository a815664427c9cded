"""All branches of one reception day moved to another date in one go, as after a change of the holidays."""

from datetime import date, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from activities.forms.rosters import MoveForm
from activities.models import Shift
from activities.services.rosters import move_day
from activities.states import RosterState, ShiftState
from activities.views.calls import told_words
from activities.views.days import day_in
from activities.views.rosters.days import NOT_YOURS, is_done, people_on
from activities.views.rosters.desks import desk_of
from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.working_days import Calendar
from stations.models import Station

HOLIDAY_REACH = timedelta(days=20)  # a holiday block postpones a Sunday by days, never by weeks


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def roster_move(request):
    """`?day=` is the Sunday (or extra day) that the receptions count for; those called off are left out."""
    desk = desk_of(request)
    if not desk.plans:
        raise NotAllowed(NOT_YOURS)
    shifts = _shifts(desk.station, day_in(request.GET.get("day", "")))
    if not shifts:
        raise Http404
    form = MoveForm(request.POST or None, key="move", initial=_by_calendar(shifts))
    if request.method == "POST":
        people = people_on(shifts)
        if is_done(form, lambda facts: move_day(shifts=shifts, actor=request.user, at=timezone.now(), **facts)):
            day = form.cleaned_data["to"]
            told = f"{told_words(people)}。" if shifts[0].roster.state == RosterState.PUBLISHED else ""
            messages.success(request, f"{len(shifts)}个分站都改到{day.month}月{day.day}日了。{told}")
            return redirect(desk.url)
    context = {"desk": desk, "form": form, "shifts": shifts, "dates": sorted({shift.date for shift in shifts})}
    return render(request, "activities/roster_move.html", context, status=400 if form.errors else 200)


def _shifts(station: Station, sunday: date) -> list[Shift]:
    rows = Shift.objects.filter(station=station, for_sunday=sunday, state=ShiftState.PLANNED)
    return list(rows.in_order().select_related("roster"))


def _by_calendar(shifts: list[Shift]) -> dict:
    """The day the calendar puts the Sunday on, where that is another one than all of them are held on."""
    sunday = shifts[0].for_sunday
    day = Calendar.load(sunday, sunday + HOLIDAY_REACH).reception_day(sunday)
    if shifts[0].is_extra or all(shift.date == day for shift in shifts):
        return {}
    return {"to": day, "reason": "节假日调整"}
