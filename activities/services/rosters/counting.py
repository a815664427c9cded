"""How often deputies have served: what the page shows beside each name."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Max, Q

from activities.models import Attendance
from deputies.models import Membership


def service_counts(*, branch_keys: Iterable[int], on: date) -> dict[int, tuple[date | None, int]]:
    """Return (last duty, days served this year) of every member of the branches on the day `on`, by deputy key.

    Served means: seen in a valid log up to that day, at whatever branch, substitutes too; a plan alone is no service.
    (Planning evens out `reading.Duty` instead, where the plan stands in for days that nobody has written a log of.)
    Two queries.
    """
    members = list(
        Membership.objects.in_force(on).filter(branch__in=list(branch_keys)).values_list("deputy", flat=True)
    )
    rows = Attendance.objects.counted().served().filter(deputy__in=members, log__date__lte=on).order_by()
    this_year = Q(log__date__gte=on.replace(month=1, day=1))
    counted = rows.values_list("deputy").annotate(
        last=Max("log__date"), times=Count("log__date", filter=this_year, distinct=True)
    )
    found: dict[int, tuple[date | None, int]] = dict.fromkeys(members, (None, 0))
    return found | {deputy: (last, times) for deputy, last, times in counted}
