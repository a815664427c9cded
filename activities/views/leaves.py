"""A deputy's own duties and leave, on the phone: what is coming, asking for leave in two taps, wishes."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from activities.forms.leaves import DayLeaveForm, PeriodLeaveForm, WishForm
from activities.models import DutyPreference, Leave, Shift, Swap
from activities.rules import is_too_late
from activities.services import ask_leave, set_preference, withdraw_leave
from activities.states import CALLED_OFF, LEAVE_KINDS, LeaveState, SwapState
from deputies.models import Deputy
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.working_days import today_here
from stations.models import Station

RECENT = timedelta(days=60)
MOST_SHOWN = 20
REPORTED = "报上去了。站长或联络站批准后,会在通知里告诉您。"


@dataclass
class Duty:
    """One coming day of the deputy, with the leave asked from it and the offer made of it."""

    shift: Shift
    leave: Leave | None
    swap: Swap | None
    days: int

    @property
    def is_off(self) -> bool:
        return self.shift.state in CALLED_OFF

    @property
    def can_be_left(self) -> bool:
        """Whether leave or a swap can still be asked for on the phone."""
        return not self.is_off and self.days > 0

    @property
    def others(self) -> list[str]:
        return [place.deputy.name for place in self.shift.places.all() if place.deputy_id != self.shift.mine]


def own_person(request) -> Deputy:
    """The deputy whose account this is; 404 for everybody else."""
    return get_object_or_404(Deputy.objects.select_related("county"), user=request.user)


def serving_at(person: Deputy, today: date) -> Station | None:
    membership = person.memberships.in_force(today).select_related("branch__parent__parent").first()
    return membership.branch if membership else None


# ---- What is coming ------------------------------------------------------------------------------------------------


@require_safe
@login_required
@never_cache
def my_duty(request):
    """Coming days, leave and its state, swaps by and to the deputy, wishes."""
    return _duty_page(request, own_person(request))


def _duty_page(request, person: Deputy, wish_form: WishForm | None = None):
    today = today_here()
    branch = serving_at(person, today)
    leaves = _leaves(person, today)
    swaps = _swaps(request.user, today)
    duties = _duties(person, leaves, swaps, today)
    wish = DutyPreference.objects.filter(deputy=person).first()
    initial = {"avoided_weeks": wish.avoided_weeks, "note": wish.note} if wish else {}
    context = {
        "person": person, "branch": branch, "today": today, "duties": duties, "leaves": leaves[:MOST_SHOWN],
        "mine": [swap for swap in swaps if swap.giver_id == person.pk],
        "taken": [swap for swap in swaps if swap.taker_id == person.pk],
        "offered": _for_me(person, branch, swaps, duties, leaves),
        "wish": wish, "wish_form": wish_form or WishForm(initial=initial),
    }  # fmt: skip
    return render(request, "activities/duty.html", context, status=wish_form.status if wish_form else 200)


def _leaves(person: Deputy, today: date) -> list[Leave]:
    """What counts or has been asked lately; each knows whether the deputy may still take it back."""
    rows = Leave.objects.filter(deputy=person).filter(Q(ended_on__gte=today) | Q(asked_at__date__gte=today - RECENT))
    found = list(rows.with_details().order_by("-started_on", "-pk"))
    for leave in found:
        in_time = leave.state == LeaveState.APPROVED and not is_too_late(leave.started_on, today)
        leave.may_withdraw = leave.state == LeaveState.ASKED or in_time
    return found


def _swaps(user, today: date) -> list[Swap]:
    """Open swaps the user sees of days to come."""
    rows = Swap.objects.visible_to(user).open().coming(today)
    return list(rows.with_details().order_by("shift__date", "pk"))


def _duties(person: Deputy, leaves: list[Leave], swaps: list[Swap], today: date) -> list[Duty]:
    found = []
    for shift in Shift.objects.duties_of(person, today).with_people().select_related("branch__parent__parent"):
        shift.mine = person.pk
        leave = next((one for one in leaves if _covers(one, shift.date)), None)
        swap = next((one for one in swaps if one.shift_id == shift.pk and one.giver_id == person.pk), None)
        found.append(Duty(shift, leave, swap, (shift.date - today).days))
    return found


def _covers(leave: Leave, day: date) -> bool:
    counts = leave.activity_id is None and leave.state in (LeaveState.ASKED, LeaveState.APPROVED)
    return counts and leave.started_on <= day <= leave.ended_on


def _for_me(person: Deputy, branch, swaps: list[Swap], duties: list[Duty], leaves: list[Leave]) -> list[Swap]:
    """Offers of the own branch that the deputy is free to take."""
    busy = {duty.shift.date for duty in duties if not duty.is_off}
    return [
        swap
        for swap in swaps
        if swap.state == SwapState.OFFERED and swap.giver_id != person.pk and branch and swap.branch_id == branch.pk
        and swap.shift.date not in busy and not any(_covers(leave, swap.shift.date) for leave in leaves)
    ]  # fmt: skip


@require_POST
@login_required
@never_cache
def my_wishes(request):
    """Which Sundays of the month are inconvenient."""
    person, form = own_person(request), WishForm(request.POST)
    if form.is_valid():
        try:
            set_preference(deputy=person, **form.cleaned_data, actor=request.user, at=timezone.now())
        except NotAllowed:
            raise
        except DomainError as error:
            form.tell(error)
        else:
            messages.success(request, "记下了。排班时会尽量照顾,人手不够时还可能排到您。")
            return redirect("my-duty")
    return _duty_page(request, person, form)


# ---- Leave ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def my_leave(request, day: str):
    """Leave from one of one's own days: a reason, and the kind as the button that sends it."""
    person, today = own_person(request), today_here()
    shift = own_duty(person, day, today)
    form = DayLeaveForm(request.POST if request.method == "POST" else None)
    if _asked(request, person, form, started_on=shift.date, ended_on=shift.date):
        return redirect("my-duty")
    context = {
        "form": form, "shift": shift, "branch": shift.branch, "kinds": LEAVE_KINDS,
        "too_late": is_too_late(shift.date, today),
    }  # fmt: skip
    return render(request, "activities/leave_ask.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def my_leave_period(request):
    """Leave from some days, whether there is a duty on them or not."""
    person, today = own_person(request), today_here()
    form = PeriodLeaveForm(request.POST if request.method == "POST" else None)
    if _asked(request, person, form):
        return redirect("my-duty")
    context = {
        "form": form, "branch": serving_at(person, today), "kinds": LEAVE_KINDS, "tomorrow": today + timedelta(days=1)
    }  # fmt: skip
    return render(request, "activities/leave_ask.html", context, status=form.status)


def own_duty(person: Deputy, day: str, today: date) -> Shift:
    """The published day `day` (YYYY-MM-DD) that the deputy is on and that takes place, or 404."""
    try:
        on = date.fromisoformat(day)
    except ValueError as error:
        raise Http404 from error
    rows = Shift.objects.duties_of(person, today).filter(date=on).exclude(state__in=CALLED_OFF)
    shift = rows.select_related("branch__parent__parent", "roster").first()
    if shift is None:
        raise Http404
    return shift


def _asked(request, person: Deputy, form: DayLeaveForm, **days) -> bool:
    if not form.is_valid():
        return False
    try:
        ask_leave(deputy=person, **form.cleaned_data | days, actor=request.user, at=timezone.now())
    except NotAllowed:
        raise
    except DomainError as error:
        form.tell(error)
        return False
    messages.success(request, REPORTED)
    return True


@require_POST
@login_required
def my_leave_withdraw(request, uid):
    """Take back what one has asked for."""
    person = own_person(request)
    leave = get_object_or_404(Leave, uid=uid, deputy=person)
    try:
        withdraw_leave(leave=leave, actor=request.user, at=timezone.now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "请假撤回了。")
    return redirect("my-duty")
