"""Who came to an activity: the sheet, and the same as a workbook."""

from io import BytesIO

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from activities.forms.presence import FIGURES, AttendanceSheet
from activities.models import Activity
from activities.permissions import attendance_reach, can_record_activity, oversees_activity
from activities.reports.rolls import roll_name, roll_workbook
from activities.services import closed_reason
from activities.services.events import entering_place, finish_activity, record_attendance, roll_of
from activities.states import LEAVE_KINDS, ActivityState
from activities.views.events.page import visible_activity
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.handing_out import hand_out_table
from julu_liaison.common.working_days import today_here

ANCHORS = (*FIGURES, "reason", "attendance")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def attendance(request, uid):
    """One row a person. `do`: fill (全部到岗, nothing is saved), save, or finish, which records it as held."""
    activity = visible_activity(request.user, uid)
    reach = attendance_reach(request.user, activity)
    if reach == set():
        raise NotAllowed("出席由举办单位和联合举办的联络站登记。")
    _demand_open(request.user, activity)
    sheet = AttendanceSheet.of(activity, roll_of(activity), reach)
    if request.method != "POST":
        return _page(request, sheet)
    sheet.fill(request.POST, user=request.user)
    if request.POST.get("do") == "fill":
        sheet.fill_present()
        return _page(request, sheet)
    if sheet.problems:
        return _page(request, sheet, status=400)
    return _save(request, sheet)


def _demand_open(user, activity: Activity) -> None:
    if activity.state == ActivityState.CANCELLED:
        raise Conflict("这个活动已经取消了,不用登记出席。")
    if activity.held_on > today_here(timezone.now()):
        raise Conflict(f"活动{activity.held_on.month}月{activity.held_on.day}日才举行,请举行后再登记出席。")
    closed = closed_reason(entering_place(user, activity), activity.held_on, timezone.now(), of_sessions=False)
    if closed:
        raise Conflict(closed)


def _save(request, sheet: AttendanceSheet):
    """Record what was chosen first: it stays even if the activity can't be finished yet."""
    activity, reason = sheet.activity, sheet.values["reason"]
    facts = {"activity": activity, "actor": request.user, "at": timezone.now(), "reason": reason}
    is_correction = activity.state == ActivityState.HELD
    finishes = request.POST.get("do") == "finish" or (is_correction and _is_host(request, activity) and sheet.has_new_figures)
    try:
        saved = record_attendance(
            statuses=sheet.changes, stands_in_for=sheet.stands_in_for, version=sheet.version, **facts
        )
        if finishes:
            sheet.values["version"] = str(saved.version)
            finish_activity(**sheet.figures, **facts)
    except DomainError as error:
        return _refused(request, sheet, error)
    if is_correction or finishes:
        messages.success(request, "更正保存好了。" if is_correction else "登记完成了,出席情况已经记进代表的档案和得分。")
        return redirect("activity", uid=activity.uid)
    messages.success(request, f"保存好了,{_what_is_left(request, sheet)}。")
    return redirect("activity-attendance", uid=activity.uid)


def _is_host(request, activity: Activity) -> bool:
    return can_record_activity(request.user, activity.station)


def _what_is_left(request, sheet: AttendanceSheet) -> str:
    here, everywhere = sheet.unset_here, sheet.tally.unset
    if here:
        return f"还有{here}人没填"
    if not _is_host(request, sheet.activity):
        return "本站的人填齐了,由举办单位登记完成"
    return f"还要等联合举办的联络站登记{everywhere}人" if everywhere else "人都填齐了,可以登记完成"


def _refused(request, sheet: AttendanceSheet, error: DomainError):
    """The page again with what was typed; after a clash with somebody else's entries a second submit overwrites them."""
    by_key = {str(row.key): row for row in sheet.rows}
    for name, sentence in error.fields.items():
        if name in by_key:
            by_key[name].problem = sentence
            sheet.problems[f"r-{name}"] = sentence
        elif name in ANCHORS:
            sheet.problems[name] = sentence
    if not sheet.problems:
        sheet.problems["rows"] = error.message
    if isinstance(error, StaleVersion):
        sheet.activity.refresh_from_db(fields=["version"])
        sheet.values["version"] = str(sheet.activity.version)
    return _page(request, sheet, status=error.status)


def _page(request, sheet: AttendanceSheet, status: int = 200):
    context = {
        "activity": sheet.activity, "sheet": sheet, "leaves": LEAVE_KINDS, "tally": sheet.tally,
        "is_host": _is_host(request, sheet.activity), "is_held": sheet.activity.state == ActivityState.HELD,
        "figures": [(name, label, sheet.values[name], sheet.problems.get(name)) for name, label in FIGURES.items()],
        "extra_problems": {extra.index: sheet.problems.get(f"x-{extra.index}-who") for extra in sheet.extras},
    }  # fmt: skip
    return render(request, "activities/event_attendance.html", context, status=status)


@require_safe
@login_required
@never_cache
def attendance_file(request, uid):
    """The list as a workbook, for whoever oversees the activity."""
    activity = visible_activity(request.user, uid)
    if not oversees_activity(request.user, activity):
        raise PermissionDenied
    content = BytesIO()
    roll_workbook(content, activity, roll_of(activity))
    content.seek(0)
    hand_out_table(what="attendance", file_format="xlsx", target=activity, actor=request.user, at=timezone.now())
    return FileResponse(content, as_attachment=True, filename=roll_name(activity))
