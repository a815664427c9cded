"""A month's figures as they are reported: one row a deputy and branch, one a branch, as plain values that can be kept."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

from activities.states import ATTENDED, Presence
from stations.models import Station
from stations.states import Level

LATE_OR_EARLY = (Presence.LATE, Presence.LEFT_EARLY)


class Minimum(Enum):
    """Did a deputy serve at least once in the month (每月至少服务一次)? Asked of whom the whole month reaches."""

    MET = "达到"
    MISSED = "未达到"
    EXEMPT = "免除"
    NOT_ASKED = "—"  # member for a part of the month only, or the month is not over


@dataclass(frozen=True)
class ReportedPlace:
    """A place as it was called, and where it belonged, when the month was read. `above`: the station of a branch."""

    code: str
    name: str
    full_name: str
    level: str
    above: "ReportedPlace | None" = None

    @classmethod
    def of(cls, place: Station) -> "ReportedPlace":
        """Needs the parent of a branch fetched."""
        above = cls.of(place.parent) if place.level == Level.BRANCH and place.parent else None
        return cls(place.code, place.name, place.full_name, place.level, above)

    @property
    def township(self) -> "ReportedPlace":
        """The station of a branch, or the place itself."""
        return self.above or self


@dataclass
class DeputyMonth:
    """One deputy (permanent `code`) at one branch: how often they were expected and what became of it.

    `expected` (应到) counts the receptions the deputy was put on, while a member of the branch holding a mandate and not
    exempt, that were not called off, up to the day of the report; `attended` (实到) also counts coming without being
    expected. Each expected reception came to one thing: leave, absence, `unfiled` (no log says anything yet), or coming.
    `presence`: leave and absence of expected receptions only. `forms`: services by form. `others`: service records, and
    activities that are a form of service, while at the branch. `was_member`: at this branch, holding a mandate, on a day of
    the month itself (a postponed reception may lie after it); `is_whole`: on every day of a month that is over.
    `is_exempt`: from receptions on a day of it.
    """

    code: str
    name: str
    role: str
    note: str = ""
    was_member: bool = False
    is_whole: bool = False
    is_exempt: bool = False
    others: int = 0
    expected: int = 0
    unfiled: int = 0
    presence: Counter = field(default_factory=Counter)
    forms: Counter = field(default_factory=Counter)

    @property
    def attended(self) -> int:
        return sum(self.presence[status] for status in ATTENDED)

    @property
    def late_or_early(self) -> int:
        return sum(self.presence[status] for status in LATE_OR_EARLY)

    @property
    def services(self) -> int:
        """How often the deputy served, in whatever form."""
        return self.forms.total() + self.others

    @property
    def minimum(self) -> Minimum:
        if self.services:
            return Minimum.MET
        if not self.is_whole:
            return Minimum.NOT_ASKED
        return Minimum.EXEMPT if self.is_exempt else Minimum.MISSED


@dataclass
class PlaceMonth:
    """One branch (or a station's own activities) in the month.

    `planned` = `logged` + `not_held` + `missing` + receptions still to come; `held`: `logged` and Sundays held without
    a roster. `not_held` were called off with a reason, so nobody waits for their logs. `covered`: of `held`, with two
    deputies or more. `prompt`: of `logs`, those filed within the county's days. `households` and `leaflets` include the
    place's own activities. `opinions` came in the month, `transferred` of these have ever gone to a department; `closed`
    ended in it, whenever they came in; `overdue` are late on the day of the report.
    """

    place: ReportedPlace
    deputies: list[DeputyMonth] = field(default_factory=list)
    planned: int = 0
    logged: int = 0
    held: int = 0
    covered: int = 0
    not_held: int = 0
    missing: int = 0
    logs: int = 0
    prompt: int = 0
    received: int = 0
    households: int = 0
    leaflets: int = 0
    opinions: int = 0
    transferred: int = 0
    closed: int = 0
    overdue: int = 0

    @property
    def due(self) -> int:
        """Receptions whose log should be there: those that took place, or about which nobody has said anything."""
        return self.logged + self.missing

    @property
    def is_branch(self) -> bool:
        return self.place.level == Level.BRANCH


@dataclass(frozen=True)
class MonthFigures:
    """A place's month (`month`: its first day) as known on the day `on`; branches in official order.

    `county`: its key. `stations`: the township stations that were open in the month.
    """

    place: ReportedPlace
    county: int
    month: date
    on: date
    places: list[PlaceMonth]
    stations: list[ReportedPlace]

    def of_station(self, station: ReportedPlace) -> "MonthFigures":
        """The part of one of the stations."""
        rows = [row for row in self.places if row.place.township == station]
        return replace(self, place=station, places=rows, stations=[station])

    def of_branch(self, row: PlaceMonth) -> "MonthFigures":
        """The part of one of the branches."""
        return replace(self, place=row.place, places=[row], stations=[])

    def by_station(self) -> list["MonthFigures"]:
        """A county's figures, one part for each of its township stations."""
        return [self.of_station(station) for station in self.stations]

    def by_place(self) -> list["MonthFigures"]:
        """The figures of every place that reports: each branch, each station, and the place itself."""
        branches = [self.of_branch(row) for row in self.places if row.is_branch]
        stations = self.by_station() if self.place.level == Level.CENTRE else []
        return [*branches, *stations, *([self] if self.place.level != Level.BRANCH else [])]
