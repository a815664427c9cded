"""A deputy's home: score, next duty and tickets of a deputy, head or member, on one screen of a phone."""

from datetime import date

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activities.models import Activity, Attendance, Leave, Shift
from activities.states import CALLED_OFF, LeaveState
from activities.views.due import Outlook, dues_of
from deputies.models import Deputy
from julu_liaison.common.working_days import today_here
from opinions.models import Opinion
from opinions.services.suggestions import asked_of
from opinions.states import ENDED
from scoring.services import score_of
from stations.querysets import scope_of


@require_safe
@login_required
def me(request):
    person = Deputy.objects.filter(user=request.user).select_related("county").first()
    if person is None:
        raise Http404
    today = today_here()
    membership = person.memberships.in_force(today).select_related("branch__parent__parent").first()
    tickets = Opinion.objects.visible_to(request.user)
    is_head = bool(scope_of(request.user).headed)
    score = score_of(deputy=person, year=today.year)
    context = {
        "person": person,
        "branch": membership.branch if membership else None,
        "is_head": is_head,
        "dues": dues_of(Outlook(request.user, today)) if is_head else [],
        "today": today,
        "score": score,
        "deducted": -score.deductions,
        "services": _services(person, today.year),
        "duty": _next_duty(person, today),
        "waiting": tickets.waiting_for(request.user).count(),
        "counts": tickets.aggregate(
            open=Count("pk", filter=~Q(state__in=ENDED)), ended=Count("pk", filter=Q(state__in=ENDED))
        ),
        "latest": _latest(request.user, tickets),
        "unsigned": Activity.objects.waiting_for_answer(person, today).count(),
        "suggestions": asked_of(person),
        "constituents": person.constituents.in_force(today).count(),
    }
    return render(request, "me.html", context)


def _services(person: Deputy, year: int) -> int:
    rows = Attendance.objects.counted().served().within(date(year, 1, 1), date(year, 12, 31))
    return rows.filter(deputy=person).count()


def _next_duty(person: Deputy, today: date) -> Shift | None:
    """The next published reception day of the deputy: how many `days` off it is, and the `leave` asked from it."""
    rows = Shift.objects.duties_of(person, today).exclude(state__in=CALLED_OFF)
    shift = rows.select_related("branch__parent__parent").first()
    if shift:
        shift.days = (shift.date - today).days
        asked = Leave.objects.filter(deputy=person, state=LeaveState.ASKED).from_duty()
        shift.leave = asked.overlapping(shift.date, shift.date).first()
    return shift


def _latest(user, tickets) -> Opinion | None:
    """The ticket most worth a look: the most urgent one that waits for this person, else the newest."""
    waiting = tickets.waiting_for(user).order_by("due_on", "pk").first()
    return waiting or tickets.order_by("-pk").first()
