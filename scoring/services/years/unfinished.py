"""What of a year is still open: claims, appeals, planned months that nobody declared complete, days without a log."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef

from activities.models import CompleteMonth, DutyLog, Roster, Shift
from activities.states import RosterState, ShiftState
from scoring.models import Appeal, BonusClaim, Scheme
from stations.models import Station


@dataclass(frozen=True)
class StationGaps:
    """What one station still owes: months (1–12) with a published roster and without its word, days without a log.

    A month without a roster costs nobody anything, so nobody's word is missed.
    """

    station: Station
    months: list[int]
    days: int

    @property
    def months_in_words(self) -> str:
        """`1月至5月、7月`."""
        runs: list[list[int]] = []
        for month in self.months:
            if runs and runs[-1][1] == month - 1:
                runs[-1][1] = month
            else:
                runs.append([month, month])
        return "、".join(f"{first}月" + (f"至{last}月" if last > first else "") for first, last in runs)


@dataclass(frozen=True)
class Unfinished:
    """What is open in a year. Open claims keep it from being published, open appeals from being closed."""

    claims: list[BonusClaim]
    appeals: list[Appeal]
    gaps: list[StationGaps]


def unfinished_of(scheme: Scheme, on: date) -> Unfinished:
    """Read what is open on a day; six queries, whatever the number."""
    return Unfinished(open_claims(scheme), open_appeals(scheme), _gaps(scheme, on))


def open_claims(scheme: Scheme) -> list[BonusClaim]:
    """Claims of the year that are neither approved nor refused nor withdrawn, the oldest first."""
    rows = BonusClaim.objects.open().filter(county=scheme.county_id, year=scheme.year)
    return list(rows.select_related("deputy", "branch__parent").order_by("pk"))


def open_appeals(scheme: Scheme) -> list[Appeal]:
    """Appeals against entries of the year that wait for their answer, the oldest first."""
    rows = Appeal.objects.open().filter(county=scheme.county_id, year=scheme.year)
    return list(rows.select_related("deputy", "branch__parent").order_by("pk"))


def _gaps(scheme: Scheme, on: date) -> list[StationGaps]:
    """Of each station that was open in the year; those that owe nothing are left out."""
    year = scheme.year
    stations = Station.objects.filter(parent=scheme.county_id, opened_on__lte=date(year, 12, 31))
    stations = stations.exclude(closed_on__lt=date(year, 1, 1)).order_by("official_order", "code")
    declared = set(
        CompleteMonth.objects.standing().filter(county=scheme.county_id, month__year=year).values_list("station", "month")
    )
    rosters = Roster.objects.filter(station__county=scheme.county_id, month__year=year, state=RosterState.PUBLISHED)
    waiting = set(rosters.values_list("station", "month")) - declared
    owed = _days_without_log(scheme, on)
    found = []
    for station in stations:
        months = [m for m in _months_over(station, year, on) if (station.pk, date(year, m, 1)) in waiting]
        if months or owed[station.pk]:
            found.append(StationGaps(station, months, owed[station.pk]))
    return found


def _months_over(station: Station, year: int, on: date) -> list[int]:
    """The months of the year that are over and that the station was there in."""
    ends = [(month, date(year + month // 12, month % 12 + 1, 1)) for month in range(1, 13)]
    closed = station.closed_on or date.max
    return [m for m, end in ends if end <= on and station.opened_on < end and date(year, m, 1) <= closed]


def _days_without_log(scheme: Scheme, on: date) -> Counter[int]:
    """Published reception days up to a day that have no log, by station key."""
    logs = DutyLog.objects.valid().filter(branch=OuterRef("branch"), date=OuterRef("date"))
    rows = Shift.objects.published().filter(
        ~Exists(logs), county=scheme.county_id, for_sunday__year=scheme.year, date__lt=on, state=ShiftState.PLANNED
    )
    return Counter(rows.values_list("station", flat=True))
