"""Monthly reports: what waits for whom, one report with its story, the moves, every edition as a file."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.http import require_POST, require_safe


@require_safe
@login_required
def month_reports(request):
    return HttpResponse("")


@require_safe
@login_required
def month_report(request, code: str, month: str):
    return HttpResponse("")


@require_POST
@login_required
def month_report_move(request, code: str, month: str, move: str):
    return HttpResponse("")


@require_safe
@login_required
def month_report_file(request, code: str, month: str, number: int, kind: str):
    return HttpResponse("")
