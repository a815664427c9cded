"""One activity: what it is, who is coming or came, its files; a partner's people; cancelling it."""

from collections import Counter

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from activities.forms.events import CancelForm, FileForm, OwnPeopleForm
from activities.models import Activity, ActivityFile
from activities.permissions import (
    attendance_reach,
    can_allow_late_logs,
    can_ask_own_people,
    can_record_activity,
    oversees_activity,
)
from activities.rules.expected import tally
from activities.services import closed_reason
from activities.services.addressees import reach_of
from activities.services.events import (
    Attendee,
    add_activity_file,
    ask_own_people,
    cancel_activity,
    entering_place,
    remove_activity_file,
    roll_of,
)
from activities.states import ActivityState, SignUp
from activities.views.events.lists import is_waiting
from activities.views.files import file_answer
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.working_days import today_here
from stations.models import Station


def visible_activity(user, uid) -> Activity:
    """The activity with what its pages show of it, or 404."""
    rows = Activity.objects.visible_to(user).select_related(
        "station__parent__parent", "project", "plan_item__plan__station", "recorder"
    )
    return get_object_or_404(rows.prefetch_related("partners"), uid=uid)


def kept_activity(user, uid) -> Activity:
    """The same for whoever holds it: 404 out of scope, 403 for those who only see it."""
    found = visible_activity(user, uid)
    if not can_record_activity(user, found.station):
        raise NotAllowed(f"{found.station.full_name}的活动由本站工作人员办理。")
    return found


@require_safe
@login_required
@never_cache
def activity(request, uid):
    """For whoever oversees it; a deputy who is only asked to come gets the own page."""
    found = visible_activity(request.user, uid)
    if not oversees_activity(request.user, found):
        return redirect("my-activity", uid=found.uid)
    return _page(request, found)


def _page(request, found: Activity, *, status: int = 200, **bound):
    user, people = request.user, roll_of(found)
    may_record, today = can_record_activity(user, found.station), today_here()
    is_held, is_cancelled = found.state == ActivityState.HELD, found.state == ActivityState.CANCELLED
    may_attend = not is_cancelled and found.held_on <= today and attendance_reach(user, found) != set()
    closed = closed_reason(entering_place(user, found), found.held_on, timezone.now(), of_sessions=False) if may_attend else ""
    context = {
        "activity": found, "people": people, "tally": tally(one.line for one in people),
        "partners": _partners(found, people), "files": found.files.select_related("added_by"),
        "may_record": may_record, "may_attend": may_attend and not closed,
        "may_change": may_record and not is_cancelled and not (is_held and closed),
        "closed": closed, "may_allow": bool(closed) and can_allow_late_logs(user, found.county_id),
        "is_waiting": is_waiting(found, today), "is_held": is_held, "is_cancelled": is_cancelled,
        "coming": sum(one.row.sign_up == SignUp.COMING for one in people),
        "not_coming": sum(one.row.sign_up == SignUp.NOT_COMING for one in people),
        "silent": [one.deputy for one in people if one.is_expected and not one.row.sign_up and not one.leave],
        "no_account": reach_of(one.deputy for one in people if one.is_expected).to_call,
        "cancel_form": CancelForm(), "file_form": FileForm(),
        "own_forms": [] if closed else _own_forms(user, found, people), **bound,
    }  # fmt: skip
    return render(request, "activities/event.html", context, status=status)


def _partners(found: Activity, people: list[Attendee]) -> list[tuple[Station, int]]:
    """Each partner with how many of its people are on the list: none until it agrees."""
    asked = Counter(one.branch.parent_id for one in people if one.branch)
    return [(place, asked[place.pk]) for place in found.partners.all()]


def _own_forms(user, found: Activity, people: list[Attendee]) -> list[OwnPeopleForm]:
    """Of whoever is clerk of a partner: the form to ask the own people."""
    if found.state != ActivityState.ANNOUNCED:
        return []
    return [
        OwnPeopleForm(user=user, activity=found, place=place, asked=asked)
        for place, asked in _partners(found, people)
        if can_ask_own_people(user, found, place)
    ]


@require_POST
@login_required
def own_people(request, uid):
    """A partner's clerk asks people of the station (`station`: its code), or takes some off again."""
    found = visible_activity(request.user, uid)
    code = request.POST.get("station", "")
    places = [place for place in found.partners.all() if can_ask_own_people(request.user, found, place)]
    place = next((place for place in places if place.code == code), places[0] if places else None)
    if place is None:
        raise NotAllowed("联合举办的联络站,由本站工作人员请本站的代表。")
    form, status = OwnPeopleForm(request.POST, user=request.user, activity=found, place=place), 400
    if form.is_valid():
        try:
            ask_own_people(
                activity=found, station=place, audience=form.audience, drop=form.cleaned_data["without"],
                actor=request.user, at=timezone.now(),
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
            status = error.status
        else:
            messages.success(request, f"{place.name}的代表记好了。")
            return redirect("activity", uid=found.uid)
    return _page(request, found, status=status, own_forms=[form])


@require_POST
@login_required
def activity_cancel(request, uid):
    """Call it off with a reason, or take back what was recorded by mistake."""
    found, form = kept_activity(request.user, uid), CancelForm(request.POST)
    status = 400
    if form.is_valid():
        try:
            cancel_activity(activity=found, actor=request.user, at=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            form.add_error("reason", error.message)
            status = error.status
        else:
            messages.success(request, f"“{found.title}”取消了。")
            return redirect("activity", uid=found.uid)
    return _page(request, found, status=status, cancel_form=form)


@require_POST
@login_required
def file_add(request, uid):
    """Attach one file."""
    found, form = kept_activity(request.user, uid), FileForm(request.POST, request.FILES)
    status = 400
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            add_activity_file(
                activity=found, kind=form.cleaned_data["kind"], name=file.name, content=file.read(),
                actor=request.user, at=timezone.now(),
            )  # fmt: skip
        except DomainError as error:
            form.add_error("file", error.message)
            status = error.status
        else:
            messages.success(request, "文件传好了。")
            return redirect("activity", uid=found.uid)
    return _page(request, found, status=status, file_form=form)


@require_safe
@login_required
@never_cache
def file_download(request, uid, file):
    """A file, for whoever sees the activity: those asked to it too."""
    found = get_object_or_404(Activity.objects.visible_to(request.user), uid=uid)
    return file_answer(request, get_object_or_404(ActivityFile, activity=found, uid=file), found)


@require_POST
@login_required
def file_remove(request, uid, file):
    """Take a file away."""
    found = kept_activity(request.user, uid)
    row = get_object_or_404(ActivityFile, activity=found, uid=file)
    remove_activity_file(row=row, actor=request.user, at=timezone.now())
    messages.success(request, f"“{row.name}”去掉了。")
    return redirect("activity", uid=found.uid)
