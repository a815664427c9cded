"""Counting a place's period from its records, in a fixed number of queries, into plain numbers that can be kept as JSON.

Everything is divided by place already in the database: a county's by station, a station's by branch. A county's total is
the sum of its stations' and of what it did itself.
"""

from collections import Counter, defaultdict
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet, Sum

from activities.models import Activity, DutyLog, Shift
from activities.rules.receptions import (
    attendance,
    attendance_conditions,
    reception_conditions,
    receptions,
    unanswered,
)
from activities.states import CALLED_OFF
from julu_liaison.common.working_days import SUNDAY
from julu_liaison.overview.measures import OFFICE_KEYS
from julu_liaison.overview.periods import Period
from opinions.models import Opinion
from opinions.reports.reading import Asked, counts_of, row_by_row
from opinions.rules.counting import Basis
from opinions.states import Kind
from stations.models import Station
from stations.states import Level

DAYS_SHOWN = 12
LOOK_BACK = timedelta(weeks=40)  # in which the last reception days are looked for
OPINION_KEYS = ("received", "closed", "on_time", "late", "overdue", "transferred", "satisfied", "basic", "unsatisfied")
TICKET_KEYS = tuple(dict.fromkeys((*OPINION_KEYS, *OFFICE_KEYS)))

Numbers = dict[int, Counter]


def count_overview(*, place: Station, period: Period, on: date) -> dict:
    """Return the figures as known on the day `on`; keys of rows (places, departments) are text, as JSON has it.

    `places`: by place its figures; `days`: the last reception days with how many were received; `categories`: opinions
    by what they are about; `offices`: by kind of ticket and department.
    """
    with row_by_row():
        places: Numbers = defaultdict(Counter)
        for counted in (_receptions, _attendance, _logs, _activities):
            for key, counts in counted(place, period, on).items():
                places[key].update(counts)
        offices = _tickets(place, period, on, places)
        return {
            "on": on.isoformat(),
            "places": {str(key): dict(counts) for key, counts in places.items()},
            "days": _days(place, min(period.end, on)),
            "categories": _categories(place, period),
            "offices": {
                kind: {str(key): dict(counts) for key, counts in found.items()} for kind, found in offices.items()
            },
        }


def column_of(place: Station) -> str:
    """What the rows of a place are divided by."""
    return "station" if place.level == Level.CENTRE else "branch"


def _grouped(rows: QuerySet, column: str, conditions: dict[str, Q]) -> Numbers:
    """Count each condition, by the values of a column (one query)."""
    sums = {name: Count("pk", filter=condition) if condition else Count("pk") for name, condition in conditions.items()}
    found = rows.order_by().values_list(column).annotate(**{f"n_{name}": number for name, number in sums.items()})
    return {key: Counter(dict(zip(sums, numbers, strict=True))) for key, *numbers in found}


def _receptions(place: Station, period: Period, on: date) -> Numbers:
    return _grouped(receptions(place, period.start, period.end), column_of(place), reception_conditions(on))


def _attendance(place: Station, period: Period, on: date) -> Numbers:
    span = (place, period.start, period.end)
    found = _grouped(attendance(*span), f"log__{column_of(place)}", attendance_conditions())
    silent = _grouped(unanswered(*span, on), f"shift__{column_of(place)}", {"expected": Q(), "unfiled": Q()})
    for key, counts in silent.items():
        found[key] = found.get(key, Counter()) + counts
    return found


def _logs(place: Station, period: Period, on: date) -> Numbers:
    logs = DutyLog.objects.valid().under(place).counting_within(period.start, period.end).order_by()
    sums = logs.values_list(column_of(place)).annotate(Count("pk"), Sum("received"))
    found = {key: Counter(logs=number, received=received or 0) for key, number, received in sums}
    for key, counts in _grouped(logs.prompt(), column_of(place), {"prompt_logs": Q()}).items():
        found[key] += counts
    return found


def _activities(place: Station, period: Period, on: date) -> Numbers:
    """A branch's activities are its station's, too; those of the place itself stand under its own key."""
    held = Activity.objects.held().under(place).within(period.start, period.end).order_by()
    found: Numbers = defaultdict(Counter)
    for level, key, parent, number in held.values_list("station__level", "station", "station__parent").annotate(
        Count("pk")
    ):
        is_below = place.level == Level.CENTRE and level == Level.BRANCH
        found[parent if is_below else key]["activities"] += number
    return found


def _tickets(place: Station, period: Period, on: date, places: Numbers) -> dict[str, Numbers]:
    """Add the places' figures to `places`; return those of departments by kind of ticket."""
    asked = Asked(period.start, period.end, on, place)
    tickets = Opinion.objects.valid().under(place).order_by()
    offices: dict[str, Numbers] = {str(kind): defaultdict(Counter) for kind in Kind}
    for basis in Basis:
        for kind, key, office, counts in counts_of(tickets, basis, asked, TICKET_KEYS):
            _add_to_place(places[key], kind, counts)
            if office is not None:
                offices[kind][office].update({name: counts[name] for name in OFFICE_KEYS if counts[name]})
    return offices


def _add_to_place(line: Counter, kind: str, counts: Counter) -> None:
    line["overdue"] += counts["overdue"]
    if kind == Kind.SUGGESTION:
        line["received_suggestions"] += counts["received"]
        return
    line["received_opinions"] += counts["received"]
    line["overdue_opinions"] += counts["overdue"]
    line.update({name: counts[name] for name in OPINION_KEYS if name not in ("received", "overdue")})


def _categories(place: Station, period: Period) -> dict[str, int]:
    rows = Opinion.objects.valid().opinions().under(place).registered_within(period.start, period.end)
    return dict(rows.order_by().values_list("category").annotate(Count("pk")))


def _days(place: Station, until: date) -> list[list]:
    """The last reception days up to `until`, oldest first, each with how many were received: on the roster, or Sundays
    about which there is a log.
    """
    since = until - LOOK_BACK
    shifts = (
        Shift.objects.under(place).counting_within(since, until).filter(date__lte=until).exclude(state__in=CALLED_OFF)
    )
    logs = DutyLog.objects.valid().under(place).counting_within(since, until).order_by()
    received = dict(logs.values_list("counts_on").annotate(Sum("received")))
    planned = set(shifts.order_by().values_list("for_sunday", flat=True).distinct())
    days = planned | {day for day in received if day.weekday() == SUNDAY}
    return [[day.isoformat(), received.get(day) or 0] for day in sorted(days)[-DAYS_SHOWN:]]
