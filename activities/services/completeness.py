"""What the months of a year still lack at stations: receptions without a log, logs that nobody confirmed."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Exists, OuterRef

from activities.models import CompleteMonth, DutyLog, Roster, Shift
from activities.states import CALLED_OFF, RosterState
from stations.models import Station


@dataclass
class MonthRecords:
    """One month of one station. `missing`: published days that came, were not called off and have no log.

    `complete`: the station's word that stands; `taken_back` the last one that does not, where none stands.
    """

    station: Station
    first: date
    over: bool
    begun: bool
    published: bool = False
    missing: list[Shift] = field(default_factory=list)
    unconfirmed: int = 0
    complete: CompleteMonth | None = None
    taken_back: CompleteMonth | None = None

    @property
    def lacks(self) -> bool:
        return bool(self.missing or self.unconfirmed or not self.published)


def month_records(*, stations: Iterable[Station], year: int, today: date) -> list[list[MonthRecords]]:
    """Return the twelve months of each station, in the order given (4 queries, whatever the number)."""
    stations = list(stations)
    table = {
        (station.pk, month): MonthRecords(
            station, first := date(year, month, 1), over=first + relativedelta(months=1) <= today, begun=first <= today
        )
        for station in stations
        for month in range(1, 13)
    }
    for key in _published(stations, year):
        table[key].published = True
    for key, shifts in _missing(stations, year, today).items():
        table[key].missing = shifts
    for key, count in _unconfirmed(stations, year).items():
        table[key].unconfirmed = count
    _put_words(table, stations, year)
    return [[table[station.pk, month] for month in range(1, 13)] for station in stations]


def _published(stations: list[Station], year: int) -> list[tuple[int, int]]:
    rows = Roster.objects.filter(station__in=stations, month__year=year, state=RosterState.PUBLISHED)
    return list(rows.values_list("station", "month__month"))


def _missing(stations: list[Station], year: int, today: date) -> dict[tuple[int, int], list[Shift]]:
    """A day put off counts for the month of its Sunday (docs/domain.md §3)."""
    logs = DutyLog.objects.valid().filter(branch=OuterRef("branch"), date=OuterRef("date"))
    shifts = Shift.objects.filter(
        ~Exists(logs), station__in=stations, for_sunday__year=year, date__lte=today, roster__state=RosterState.PUBLISHED
    )
    found = defaultdict(list)
    for shift in shifts.exclude(state__in=CALLED_OFF).select_related("branch").order_by(
        "date", "branch__official_order", "branch__code"
    ):
        found[shift.station_id, shift.for_sunday.month].append(shift)
    return found


def _unconfirmed(stations: list[Station], year: int) -> Counter[tuple[int, int]]:
    logs = DutyLog.objects.unconfirmed().filter(station__in=stations, date__year=year).order_by()
    counted: Counter[tuple[int, int]] = Counter()
    for station, month, count in logs.values_list("station", "date__month").annotate(count=Count("pk")):
        counted[station, month] = count
    return counted


def _put_words(table: dict[tuple[int, int], MonthRecords], stations: list[Station], year: int) -> None:
    rows = CompleteMonth.objects.filter(station__in=stations, month__year=year)
    for row in rows.select_related("declared_by", "taken_back_by").order_by("pk"):
        records = table[row.station_id, row.month.month]
        if row.taken_back_at:
            records.taken_back = row
        else:
            records.complete = row
