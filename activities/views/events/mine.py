"""A deputy's own activities: what is coming, signing up, asking for leave from one; what became of past ones."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from activities.forms.events import ActivityLeaveForm
from activities.models import ActivityAttendance, Leave
from activities.rules import is_too_late
from activities.rules.expected import NOT_SIGNED_UP
from activities.services import ask_leave, sign_up
from activities.services.events import expectations, holders, last_sign_up_day
from activities.services.leaves import station_desk
from activities.states import LEAVE_KINDS, ActivityState, LeaveState, SignUp
from deputies.models import Deputy
from julu_liaison.common.errors import DomainError
from julu_liaison.common.working_days import today_here

PAST = 30


def _person(user) -> Deputy:
    person = Deputy.objects.filter(user=user).first()
    if person is None:
        raise Http404
    return person


def _rows(person: Deputy):
    return ActivityAttendance.objects.filter(deputy=person).select_related("activity__station__parent", "stands_in_for")


@require_safe
@login_required
@never_cache
def my_activities(request):
    """What is coming with the buttons to sign up, then the last ones with what was recorded."""
    person, today = _person(request.user), today_here()
    rows = _rows(person)
    coming = rows.filter(activity__held_on__gte=today).exclude(activity__state=ActivityState.HELD)
    past = rows.filter(activity__held_on__lte=today).exclude(pk__in=coming.values("pk"))
    context = {
        "coming": [(row, _can_answer(row, today)) for row in coming.order_by("activity__held_on", "activity__pk")],
        "past": past.order_by("-activity__held_on", "-activity__pk")[:PAST],
        "today": today,
    }
    return render(request, "activities/event_mine_list.html", context)


def _can_answer(row: ActivityAttendance, today) -> bool:
    return row.activity.state == ActivityState.ANNOUNCED and today <= last_sign_up_day(row.activity)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def my_activity(request, uid):
    """The notice with its files; `answer` signs up, `kind` asks for leave from this activity."""
    person = _person(request.user)
    row = get_object_or_404(_rows(person), activity__uid=uid)
    if request.method != "POST":
        return _page(request, row)
    if "answer" in request.POST:
        return _answer(request, row)
    return _ask_leave(request, row)


def _answer(request, row: ActivityAttendance):
    answer = request.POST["answer"]
    try:
        sign_up(activity=row.activity, deputy=row.deputy, answer=answer, actor=request.user, at=timezone.now())
    except DomainError as error:
        return _page(request, row, problem=error.message, status=error.status)
    if answer == SignUp.NOT_COMING and row.activity.required:
        messages.warning(request, f"记下了。应当参加的活动不来,还要请假:{_how_to_ask(row)}。")
        return redirect("my-activity", uid=row.activity.uid)
    messages.success(request, "报好名了。" if answer == SignUp.COMING else "记下了,您不参加。")
    return redirect("my-activities")


def _how_to_ask(row: ActivityAttendance) -> str:
    return f"请打电话给{_desk(row)}" if _is_late(row) else "请写事由,点一下假别"


def _is_late(row: ActivityAttendance) -> bool:
    """On the day itself leave is a matter for the telephone."""
    return is_too_late(row.activity.held_on, today_here())


def _desk(row: ActivityAttendance) -> str:
    """Whom to call: the station where the deputy serves, else the one that holds the activity."""
    rows = row.deputy.memberships.in_force(today_here()).select_related("branch__parent__parent")
    membership = rows.first()
    return station_desk(membership.branch) if membership else f"{row.activity.station.full_name}"


def _ask_leave(request, row: ActivityAttendance):
    form = ActivityLeaveForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form=form, status=400)
    on = row.activity.held_on
    try:
        ask_leave(
            deputy=row.deputy, started_on=on, ended_on=on, activity=row.activity, actor=request.user,
            at=timezone.now(), **form.cleaned_data,
        )  # fmt: skip
    except DomainError as error:
        form.add_error(None, error.message)
        return _page(request, row, form=form, status=error.status)
    messages.success(request, "请假交上去了,批了会告诉您。")
    return redirect("my-activity", uid=row.activity.uid)


def _page(request, row: ActivityAttendance, *, form: ActivityLeaveForm | None = None, problem: str = "", status: int = 200):
    activity, today = row.activity, today_here()
    is_ahead = activity.state == ActivityState.ANNOUNCED and activity.held_on >= today
    because = row.not_expected_because
    if activity.state == ActivityState.ANNOUNCED:
        signed_up = [row.deputy_id] if row.sign_up == SignUp.COMING else []
        why = expectations(
            [row.deputy_id], places=holders(activity), on=activity.held_on, required=activity.required,
            signed_up=signed_up,
        )  # fmt: skip
        because = why[row.deputy_id]
    leave = _leave(row)
    has_to_ask = is_ahead and activity.required and not because and leave is None and not row.status
    context = {
        "row": row, "activity": activity, "files": activity.files.all(), "today": today, "problem": problem,
        "can_answer": _can_answer(row, today), "because": "" if because == NOT_SIGNED_UP else because,
        "leave": leave, "kinds": LEAVE_KINDS, "form": form or ActivityLeaveForm(),
        "can_ask_leave": has_to_ask and not _is_late(row), "desk": _desk(row) if has_to_ask and _is_late(row) else "",
    }  # fmt: skip
    return render(request, "activities/event_mine.html", context, status=status)


def _leave(row: ActivityAttendance) -> Leave | None:
    """The deputy's leave of that day, asked or approved."""
    on = row.activity.held_on
    rows = Leave.objects.filter(deputy=row.deputy, state__in=(LeaveState.ASKED, LeaveState.APPROVED))
    return rows.filter(Q(activity=None) | Q(activity=row.activity)).overlapping(on, on).first()
