"""Which month and which report an address means, for whoever may open monthly reports at all."""

import re
from datetime import date

from django.http import Http404
from django.shortcuts import get_object_or_404

from activities.models import MonthReport
from activities.permissions import sees_months
from julu_liaison.common.errors import NotAllowed

MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


def demand_sight(user) -> None:
    if not sees_months(user):
        raise NotAllowed("月报由站长确认、联络站审核、县人大办公室锁定,需要看的话请联系他们。")


def month_of(text: str) -> date:
    """The first day of `2026-03`. Raises Http404."""
    if not MONTH.fullmatch(text):
        raise Http404
    return date.fromisoformat(f"{text}-01")


def report_of(user, code: str, month: str) -> MonthReport:
    """One report within the person's sight, its places fetched. Raises NotAllowed, Http404."""
    demand_sight(user)
    if "\0" in code:
        raise Http404
    rows = MonthReport.objects.visible_to(user).of_month(month_of(month)).in_official_order()
    return get_object_or_404(rows, place__code=code)
