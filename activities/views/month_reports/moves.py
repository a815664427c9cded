"""A step with a report: taken, or shown again where it was sent from with the reason why not."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from activities.forms.month_reports import StepForm
from activities.models import MonthReport
from activities.permissions import can_accept_month
from activities.services import accept_month, confirm_month, lock_month, reissue_month, return_month, send_back_month
from activities.services.month_reports import current_edition, places_left
from activities.views.month_reports.desk import desk_page
from activities.views.month_reports.finding import report_of
from activities.views.month_reports.one import report_page
from activities.workflow import MONTH_MOVES
from julu_liaison.common.errors import Conflict
from julu_liaison.common.sending import done

SERVICES: dict[str, Callable[..., MonthReport]] = {
    "confirm": confirm_month, "accept": accept_month, "lock": lock_month, "return": return_month,
    "hand_back": send_back_month, "reissue": reissue_month,
}  # fmt: skip


@require_POST
@login_required
def month_report_move(request, code: str, month: str, move: str):
    """`from=list`: the step was sent from the list, where the person stays."""
    report = report_of(request.user, code, month)
    if move not in SERVICES:
        raise Http404
    form = StepForm(request.POST, move=MONTH_MOVES[move])
    taken = done(request, form, SERVICES[move], report=report)
    if taken is not None:
        messages.success(request, _what_next(request.user, taken, move))
    elif _was_taken_already(form, report, request.user):
        messages.info(request, "刚才已经记下了,不用再点。")
    else:
        return _refused(request, report, form)
    return redirect(_back(request, report))


def _was_taken_already(form: StepForm, report: MonthReport, user) -> bool:
    """A button pressed twice: the last step is this one, by the same person, and still stands."""
    if getattr(form, "refused_status", None) != Conflict.status:
        return False
    last = report.steps.first()
    report.refresh_from_db(fields=["state"])
    return last is not None and (last.move, last.actor_id, last.to_state) == (form.move.name, user.pk, report.state)


def _refused(request, report: MonthReport, form: StepForm):
    report.refresh_from_db(fields=["state"])
    if _is_from_list(request):
        return desk_page(request, report.month, _drilled(request), refused=form)
    return report_page(request, report, refused=form)


def _is_from_list(request) -> bool:
    return request.POST.get("from") == "list"


def _drilled(request) -> str:
    return request.POST.get("station", "")


def _back(request, report: MonthReport) -> str:
    month = f"{report.month:%Y-%m}"
    if not _is_from_list(request):
        return reverse("month-report", args=[report.place.code, month])
    station = f"&station={report.station.code}" if report.station_id and _drilled(request) else ""
    return f"{reverse('month-reports')}?month={month}{station}"


def _what_next(user, report: MonthReport, move: str) -> str:
    """What was done, and what comes after it."""
    words = {
        "confirm": _after_confirming, "accept": _after_accepting, "lock": _after_locking, "reissue": _after_reissuing,
        "return": lambda user, report: f"退回{report.place.name}了,已经通知站长,改好了请站长再确认。",
        "hand_back": lambda user, report: f"退回{report.place.name}了,已经通知联络站,改好了请他们再报。",
    }  # fmt: skip
    return words[move](user, report)


def _after_confirming(user, report: MonthReport) -> str:
    if not can_accept_month(user, report):
        return "确认好了。联络站审核以后,报到县里。"
    left = "、".join(place.name for place in places_left(report))
    return f"记下了。还差{left},都确认了就可以报县里。" if left else "记下了。各分站都确认了,可以审核报县里了。"


def _after_accepting(user, report: MonthReport) -> str:
    return f"{report.month_words}的月报报到县里了。县里锁定以前还要改的,请县里退回来。"


def _after_locking(user, report: MonthReport) -> str:
    return f"{report.month_words}的全县月报锁定了。以后要改,先批准补录,改好了再重新出一版。"


def _after_reissuing(user, report: MonthReport) -> str:
    return f"第{current_edition(report).number}版出好了,以前的各版还在。"
