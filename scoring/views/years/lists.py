"""The list made public (公示名单), as a page."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from julu_liaison.common.errors import NotAllowed
from scoring.permissions import can_print_publicity
from scoring.services.years import YearSheet, year_sheet
from scoring.states import YearStage
from scoring.views.years.finding import NOT_NOW, is_staff_of, readable_year


@require_safe
@login_required
@never_cache
def publicity(request, year):
    """Everybody's figures in official order: in publicity for the county's deputies and clerks, for staff at any time."""
    sheet = readable_sheet(request.user, year)
    context = {
        "sheet": sheet, "scheme": sheet.scheme, "stations": list(sheet.by_station), "namesakes": sheet.namesakes,
        "staff": is_staff_of(request.user, sheet.scheme.county),
        "prints": can_print_publicity(request.user, sheet.scheme.county),
    }  # fmt: skip
    return render(request, "scoring/year_list.html", context)


def readable_sheet(user, year: int) -> YearSheet:
    """The year's figures, if `user` may read them now. Raises NotAllowed."""
    scheme = readable_year(user, year)
    sheet = year_sheet(scheme, timezone.now())
    if sheet.stage != YearStage.PUBLISHED and not is_staff_of(user, scheme.county):
        raise NotAllowed(NOT_NOW)
    return sheet
