"""An edition of a report as workbook or PDF, made from the figures that it kept."""

from io import BytesIO

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from activities.reports import edition_name, report_pdf, report_workbook
from activities.services.month_reports import hand_out_edition, printable
from activities.views.month_reports.finding import report_of

MAKERS = {"xlsx": report_workbook, "pdf": report_pdf}
MOST = 32_767  # what the column of the number holds


@require_safe
@login_required
@never_cache
def month_report_file(request, code: str, month: str, number: int, kind: str):
    """A PDF that cannot be printed is refused with a sentence that names what is to mend."""
    report = report_of(request.user, code, month)
    if kind not in MAKERS or number > MOST:
        raise Http404
    edition = get_object_or_404(report.editions, number=number)
    edition.report = report
    part = printable(edition)
    content = MAKERS[kind](part.figures, part.words)
    hand_out_edition(edition=edition, kind=kind, actor=request.user, at=timezone.now())
    name = edition_name(part.figures, number, kind)
    return FileResponse(BytesIO(content), as_attachment=kind != "pdf", filename=name)
