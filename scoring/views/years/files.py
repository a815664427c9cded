"""The list and the figures of a year as files; who took them is recorded."""

from io import BytesIO

from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from julu_liaison.common.errors import NotAllowed
from scoring.permissions import can_print_publicity
from scoring.posters.publicity import publicity_name, publicity_pdf
from scoring.services.years import YearSheet, hand_out_file, year_sheet
from scoring.spreadsheets.results import results_workbook, workbook_name
from scoring.views.years.finding import staffs_year
from scoring.views.years.lists import readable_sheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@login_required
@never_cache
def publicity_file(request, year):
    """The list for the notice board: the county's staff, and clerks while it is made public."""
    sheet = readable_sheet(request.user, year)
    if not can_print_publicity(request.user, sheet.scheme.county):
        raise NotAllowed("公示名单由县人大办公室和联络站打印,您可以在网页上看。")
    return _file(request, sheet, publicity_pdf(sheet), publicity_name(sheet), "application/pdf")


@require_safe
@login_required
@never_cache
def workbook(request, year):
    """The county's workbook of the figures as they stand."""
    sheet = year_sheet(staffs_year(request.user, year), timezone.now())
    return _file(request, sheet, results_workbook(sheet), workbook_name(sheet), XLSX)


def _file(request, sheet: YearSheet, content: bytes, name: str, kind: str):
    hand_out_file(scheme=sheet.scheme, file=name, actor=request.user, at=timezone.now())
    return FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type=kind)
