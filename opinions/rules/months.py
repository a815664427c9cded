"""What a month's report says of opinions, branch by branch."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Exists, OuterRef
from django.utils import timezone

from opinions.models import Hop, Opinion
from opinions.states import State
from stations.models import Station


def opinions_of_month(*, place: Station, first: date, last: date, on: date) -> dict[int, dict[str, int]]:
    """Counts by branch (key) at `place` and below it, under the names of the report's fields (four queries).

    `opinions` came in the month, `transferred` of these have ever gone to a department; `closed` ended in it, whenever
    they came in; `overdue` came up to its end and are late on the day `on`.
    """
    opinions = Opinion.objects.opinions().checked().under(place).order_by()
    came = opinions.valid().registered_within(first, last)
    ended = opinions.filter(
        state=State.CLOSED, ended_at__gte=_start_of(first), ended_at__lt=_start_of(last + timedelta(days=1))
    )
    transferred = came.filter(Exists(Hop.objects.filter(opinion=OuterRef("pk"), move="transfer")))
    late = opinions.filter(registered_on__lte=last).overdue(on)
    tables = {"opinions": came, "transferred": transferred, "closed": ended, "overdue": late}
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for name, tickets in tables.items():
        for branch, number in tickets.values_list("branch").annotate(number=Count("pk")):
            found[branch][name] = number
    return found


def _start_of(day: date) -> datetime:
    """Midnight in the county."""
    return timezone.make_aware(datetime.combine(day, time.min))
