"""One activity: what it is, who is coming or came, its files; cancelling it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from activities.forms.events import CancelForm, FileForm
from activities.models import Activity, ActivityFile
from activities.permissions import attendance_reach, can_record_activity, oversees_activity
from activities.rules.expected import tally
from activities.services.events import add_activity_file, cancel_activity, remove_activity_file, roll_of
from activities.states import ActivityState, SignUp
from activities.views.events.lists import is_waiting
from activities.views.files import file_answer
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.working_days import today_here


def visible_activity(user, uid) -> Activity:
    """The activity with what its pages show of it, or 404."""
    rows = Activity.objects.visible_to(user).select_related(
        "station__parent__parent", "project", "plan_item__plan__station", "recorder"
    )
    return get_object_or_404(rows.prefetch_related("partners"), uid=uid)


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
    may_record = can_record_activity(user, found.station)
    today = today_here()
    context = {
        "activity": found, "people": people, "tally": tally(one.line for one in people),
        "partners": found.partners.all(), "files": found.files.select_related("added_by"),
        "may_record": may_record,
        "may_attend": found.state != ActivityState.CANCELLED and found.held_on <= today
        and attendance_reach(user, found) != set(),
        "is_waiting": is_waiting(found, today), "is_held": found.state == ActivityState.HELD,
        "is_cancelled": found.state == ActivityState.CANCELLED,
        "coming": sum(one.row.sign_up == SignUp.COMING for one in people),
        "not_coming": sum(one.row.sign_up == SignUp.NOT_COMING for one in people),
        "silent": [one.deputy for one in people if one.is_expected and not one.row.sign_up and not one.leave],
        "no_account": [one.deputy for one in people if one.is_expected and one.deputy.user_id is None],
        "cancel_form": CancelForm(), "file_form": FileForm(), **bound,
    }  # fmt: skip
    return render(request, "activities/event.html", context, status=status)


@require_POST
@login_required
def activity_cancel(request, uid):
    """Call it off with a reason, or take back what was recorded by mistake."""
    found, form = visible_activity(request.user, uid), CancelForm(request.POST)
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
    return _refused(request, found, status, cancel_form=form)


@require_POST
@login_required
def file_add(request, uid):
    """Attach one file."""
    found, form = visible_activity(request.user, uid), FileForm(request.POST, request.FILES)
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
    return _refused(request, found, status, file_form=form)


def _refused(request, found: Activity, status: int, **bound):
    """The page with the form that needs mending; whoever doesn't see the page gets the bare refusal."""
    if status == 403 or not oversees_activity(request.user, found):
        raise NotAllowed("活动由举办单位办理。")
    return _page(request, found, status=status, **bound)


@require_safe
@login_required
@never_cache
def file_download(request, uid, file):
    """A file, for whoever sees the activity: those asked to it too."""
    found = get_object_or_404(Activity.objects.visible_to(request.user), uid=uid)
    return file_answer(get_object_or_404(ActivityFile, activity=found, uid=file))


@require_POST
@login_required
def file_remove(request, uid, file):
    """Take a file away."""
    found = visible_activity(request.user, uid)
    row = get_object_or_404(ActivityFile, activity=found, uid=file)
    remove_activity_file(row=row, actor=request.user, at=timezone.now())
    messages.success(request, f"“{row.name}”去掉了。")
    return redirect("activity", uid=found.uid)
