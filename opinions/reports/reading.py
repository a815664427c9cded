"""The figures of a period, read in a fixed number of queries, however many places, departments and tickets there are.

All of them come from rows alone, so the same question on the same day gives the same numbers. What was received counts
by the day it was received, what ended by the day it ended; what is open or overdue is so on the day of the question.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from activities.models import DutyLog
from julu_liaison.common.working_days import today_here
from opinions.models import Hop, Opinion
from opinions.rules.counting import FIGURES, RETURNED, Basis, returns
from opinions.states import Kind
from stations.models import Department, Station
from stations.states import Level


@dataclass(frozen=True)
class Asked:
    """Which period, for which place or (`place` None) which departments, as things stand on the day `on`."""

    since: date
    until: date
    on: date
    place: Station | None = None
    departments: tuple[Department, ...] = ()

    @property
    def column(self) -> str:
        """What the tickets of a place are divided by: a county's by station, all others' by branch."""
        return "station" if self.place and self.place.level == Level.CENTRE else "branch"


@dataclass
class Line:
    """The figures of one place or department, for one kind of ticket. `days`: from receiving to the first answer.

    `of` is IN_HAND in the total of departments.
    """

    name: str
    of: Station | Department | str | None = None
    counts: Counter = field(default_factory=Counter)
    days: list[int] = field(default_factory=list)
    duties: int = 0

    def add(self, other: "Line") -> None:
        self.counts += other.counts
        self.days += other.days
        self.duties += other.duties

    @property
    def is_blank(self) -> bool:
        return not any(self.counts.values()) and not self.duties


@dataclass
class Figures:
    """By kind of ticket: a line for each place and each department, both in official order."""

    asked: Asked
    places: dict[str, list[Line]]
    departments: dict[str, list[Line]]


def read_figures(asked: Asked) -> Figures:
    """Count everything: three queries for the tickets, one each for answers, returns, logs, places and departments."""
    with row_by_row():
        return _read(asked)


@contextmanager
def row_by_row() -> Iterator[None]:
    """Have PostgreSQL look the steps, clocks and answers of the tickets up by their keys, and not compile the query.

    It guesses that reading those of all counties at once is cheaper, which it is not for one county of many: then the
    figures of one would cost more with every other.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL jit = off")
        yield


def _read(asked: Asked) -> Figures:
    tickets = _tickets(asked)
    by_place: dict[tuple, Line] = {}
    by_office: dict[tuple, Line] = {}
    for basis in Basis:
        for kind, place, office, counts in counts_of(tickets, basis, asked):
            _line(by_place, kind, place).counts += counts
            _line(by_office, kind, office).counts += counts
    for kind, place, office, days in _days_to_answer(tickets, asked):
        _line(by_place, kind, place).days.append(days)
        _line(by_office, kind, office).days.append(days)
    for kind, office, number in _returned(asked):
        _line(by_office, kind, office).counts[RETURNED] += number
    for place, duties in _duties(asked):
        _line(by_place, Kind.OPINION, place).duties += duties
    places, offices = _places(asked), _offices(asked)
    return Figures(
        asked,
        {kind: _in_order(places, by_place, kind, asked.since) for kind in Kind},
        {kind: _in_order(offices, by_office, kind) for kind in Kind},
    )


def _line(lines: dict[tuple, Line], kind: str, key: int | None) -> Line:
    return lines.setdefault((kind, key), Line(""))


def period_of(rows: QuerySet, basis: Basis, asked: Asked) -> QuerySet:
    """The tickets whose day of `basis` lies in the period."""
    if basis == Basis.RECEIVED:
        return rows.registered_within(asked.since, asked.until)
    if basis == Basis.NOW:
        return rows.open().filter(registered_on__lte=asked.until)
    return rows.filter(ended_at__gte=_start_of(asked.since), ended_at__lt=_start_of(asked.until + timedelta(days=1)))


def counts_of(
    tickets: QuerySet, basis: Basis, asked: Asked, keys: Iterable[str] = tuple(FIGURES)
) -> Iterable[tuple[str, int, int | None, Counter]]:
    """The figures of one basis among `keys`, in one query: kind, place, department and the counts there."""
    figures = [FIGURES[key] for key in keys if FIGURES[key].basis == basis]
    sums = {figure.key: _number(figure.condition(asked.on)) for figure in figures}
    rows = period_of(tickets, basis, asked).values("kind", asked.column, "department").annotate(**sums)
    for row in rows:
        counts = Counter({figure.key: row[figure.key] for figure in figures if row[figure.key]})
        yield row["kind"], row[asked.column], row["department"], counts


def _number(condition: Q) -> Count:
    return Count("pk", filter=condition) if condition else Count("pk")


def _days_to_answer(tickets: QuerySet, asked: Asked) -> Iterable[tuple[str, int, int | None, int]]:
    received = period_of(tickets, Basis.RECEIVED, asked)
    rows = received.annotate(first=Min("replies__signed_at")).exclude(first=None)
    for kind, place, office, day, first in rows.values_list(
        "kind", asked.column, "department", "registered_on", "first"
    ):
        yield kind, place, office, max((today_here(first) - day).days, 0)


def _returned(asked: Asked) -> QuerySet:
    """Kind, department and how many tickets it sent back: they are the department's no more."""
    rows = _valid()
    rows = rows.under(asked.place) if asked.place else rows.filter(county__in=_counties(asked))
    received = period_of(rows, Basis.RECEIVED, asked)
    hops = returns(Hop.objects.filter(opinion__in=received.values("pk")).order_by())
    return hops.values_list("opinion__kind", "office").annotate(number=Count("opinion", distinct=True))


def _tickets(asked: Asked) -> QuerySet:
    return _valid().under(asked.place) if asked.place else _valid().filter(department__in=asked.departments)


def _valid() -> QuerySet:
    return Opinion.objects.valid().order_by()


def _counties(asked: Asked) -> set[int]:
    return {office.county_id for office in asked.departments}


def _duties(asked: Asked) -> Iterable[tuple[int, int]]:
    """Place and number of its reception days: each day of a branch that has a log counts once."""
    if asked.place is None:
        return
    logs = DutyLog.objects.valid().within(asked.since, asked.until).under(asked.place).order_by()
    columns = dict.fromkeys([asked.column, "branch"])
    for row in logs.values(*columns).annotate(days=Count("date", distinct=True)):
        yield row[asked.column], row["days"]


def _places(asked: Asked) -> list[Station]:
    if asked.place is None:
        return []
    rows = Station.objects.filter(county=asked.place.county_id).select_related("parent")
    level = Level.TOWNSHIP if asked.column == "station" else Level.BRANCH
    rows = rows.under(asked.place).filter(level=level, opened_on__lte=asked.until)
    return list(rows.order_by("official_order", "code"))


def _offices(asked: Asked) -> list[Department]:
    if asked.place is None:
        return list(asked.departments)
    return list(Department.objects.filter(county=asked.place.county_id))


def _in_order(owners: list, lines: dict[tuple, Line], kind: str, since: date | None = None) -> list[Line]:
    """A line for each owner; one that was closed before the period, or is no longer used, only with something to show."""
    found = []
    for owner in owners:
        line = lines.get((kind, owner.pk), Line(""))
        line.name, line.of = owner.name, owner
        if _counts_still(owner, since) or not line.is_blank:
            found.append(line)
    return found


def _counts_still(owner: Station | Department, since: date | None) -> bool:
    if isinstance(owner, Department):
        return owner.is_active
    return owner.closed_on is None or since is None or owner.closed_on > since


def _start_of(day: date) -> datetime:
    """Midnight in the county."""
    return timezone.make_aware(datetime.combine(day, time.min))
