"""What let a locked month change: the dated exceptions of its days, place by place."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date

from django.db.models import Max, Min, Q

from activities.models import FilingException, MonthReport, Shift


def exceptions_of(report: MonthReport) -> list[FilingException]:
    """Those of the county that open a day of the month, or one on which a reception of it was held; the newest first."""
    first, last = _days_of(report)
    rows = FilingException.objects.filter(Q(place__county=report.county_id) | Q(place=report.county_id))
    return list(rows.filter(started_on__lte=last, ended_on__gte=first).select_related("place").order_by("-pk"))


def exceptions_for(report: MonthReport, changed: Iterable[MonthReport]) -> dict[int, FilingException]:
    """By changed report (key) the newest exception that let it change; above the branches, that of a branch below."""
    known, changed = exceptions_of(report), list(changed)
    branches = {one.pk: _newest(known, one) for one in changed if one.branch_id}
    found = {}
    for one in changed:
        below = [branches[other.pk] for other in changed if other.branch_id and _is_above(one, other)]
        fitting = [exception for exception in below if exception]
        if fitting:
            found[one.pk] = max(fitting, key=lambda exception: exception.pk)
    return found


def suggested_reason(report: MonthReport) -> str:
    """The reason of the only exception there is for the month: what a new edition is most likely made for."""
    known = exceptions_of(report)
    return f"{known[0].place.name}{known[0].reason}" if len(known) == 1 else ""


def _newest(known: list[FilingException], report: MonthReport) -> FilingException | None:
    places = (report.branch_id, report.station_id, report.county_id)
    return next((exception for exception in known if exception.place_id in places), None)


def _is_above(report: MonthReport, branch: MonthReport) -> bool:
    return report.place_id in (branch.branch_id, branch.station_id, branch.county_id)


def _days_of(report: MonthReport) -> tuple[date, date]:
    """First and last day on which something that counts for the month may have happened."""
    month = report.month
    end = month.replace(day=monthrange(month.year, month.month)[1])
    held = Shift.objects.of_month(month).filter(county=report.county_id).aggregate(first=Min("date"), last=Max("date"))
    return min(month, held["first"] or month), max(end, held["last"] or end)
