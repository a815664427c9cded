"""What the county does with a year, each after a page that says what it means: publish, close, keep the archive."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from julu_liaison.common.errors import Conflict, NotAllowed
from julu_liaison.common.jobs import start_job
from julu_liaison.common.models import Job
from julu_liaison.common.texts import long_day
from julu_liaison.common.working_days import today_here
from scoring.models import Scheme, YearClosing
from scoring.permissions import can_close_year
from scoring.services.years import (
    close_year,
    closing_of,
    hand_out_archive,
    publish_year,
    stage_of,
    unfinished_of,
    year_sheet,
)
from scoring.services.years.holding import FOREIGN
from scoring.services.years.publishing import publicity_end
from scoring.states import YearStage
from scoring.tasks.archives import KIND, make_year_archive
from scoring.views.years.finding import staffs_year
from scoring.views.years.page import archive_title


def _closers_year(request, year: int) -> Scheme:
    scheme = staffs_year(request.user, year)
    if not can_close_year(request.user, scheme.county):
        raise NotAllowed(FOREIGN)
    return scheme


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def publish(request, year):
    """What publicity means and what stands against it; POST begins it."""
    scheme, at = _closers_year(request, year), timezone.now()
    if request.method == "POST":
        closing = publish_year(scheme=scheme, actor=request.user, at=at)
        messages.success(request, f"开始公示了,到{long_day(closing.publicity_until)}为止。已通知代表和联络站。")
        return redirect("point-year", year)
    sheet = year_sheet(scheme, at)
    context = {
        "scheme": scheme, "sheet": sheet, "ready": sheet.stage == YearStage.READY,
        "until": publicity_end(scheme, sheet.on), "unfinished": unfinished_of(scheme, sheet.on),
    }  # fmt: skip
    return render(request, "scoring/year_publish.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def close(request, year):
    """What closing means and what stands against it; POST closes the year and has its archive made."""
    scheme, at = _closers_year(request, year), timezone.now()
    if request.method == "POST":
        with transaction.atomic():
            closing = close_year(scheme=scheme, actor=request.user, at=at)
            _start_archive(scheme, closing, request.user)
        messages.success(request, "已经结账。存档正在后台做,做好以后在这一页下载。")
        return redirect("point-year", year)
    closing_now, today = closing_of(scheme), today_here(at)
    context = {
        "scheme": scheme, "closing": closing_now, "stage": stage_of(scheme, closing_now, today),
        "unfinished": unfinished_of(scheme, today),
    }  # fmt: skip
    return render(request, "scoring/year_close.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def archive(request, year):
    """The kept archive; POST has it made, by whoever closes years."""
    if request.method == "POST":
        scheme = _closers_year(request, year)
        return redirect("job", uid=_start_archive(scheme, _closed(scheme), request.user).uid)
    scheme = staffs_year(request.user, year)
    path = hand_out_archive(closing=_closed(scheme), actor=request.user, at=timezone.now())
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)


def _closed(scheme: Scheme) -> YearClosing:
    closing = closing_of(scheme)
    if closing is None or closing.closed_at is None:
        raise Conflict(f"{scheme.year}年还没有结账,结账以后才有存档。")
    closing.scheme = scheme
    return closing


def _start_archive(scheme: Scheme, closing: YearClosing, actor) -> Job:
    return start_job(
        kind=KIND, title=archive_title(scheme), actor=actor, task=make_year_archive, closing_id=closing.pk
    )
