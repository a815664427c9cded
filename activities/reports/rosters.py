"""A station's month of reception days as a table: branches × days, for the page, the paper and the workbook."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO

from activities.models import Shift, ShiftPlace
from activities.rules.plans import month_end
from activities.states import CALLED_OFF, RosterState
from julu_liaison.common.spreadsheets import Column, Sheet, write_workbook
from julu_liaison.common.templatetags.liaison import day_in_year
from julu_liaison.common.working_days import sundays_of
from stations.models import Station

ENOUGH = 2  # deputies; with fewer a reception day has a gap
NAMES_WIDTH = 22


@dataclass(frozen=True)
class OnDuty:
    """One deputy on one day, with the last day served and how often this year; `asks_leave`: leave of it is not decided."""

    place: ShiftPlace
    last: date | None = None
    times: int = 0
    asks_leave: bool = False


@dataclass(frozen=True)
class Cell:
    """One branch on one reception day; `moved_to` is the own date where it differs from the column's."""

    shift: Shift
    people: list[OnDuty]
    moved_to: date | None = None

    @property
    def is_off(self) -> bool:
        return self.shift.state in CALLED_OFF

    @property
    def missing(self) -> int:
        """How many deputies the day lacks to have two."""
        return 0 if self.is_off else max(0, ENOUGH - len(self.people))


@dataclass(frozen=True)
class Day:
    """A column: the Sunday (or the extra day) it counts for, and the date most branches hold it on."""

    for_sunday: date
    date: date
    is_extra: bool = False

    @property
    def is_moved(self) -> bool:
        return self.date != self.for_sunday


@dataclass(frozen=True)
class Line:
    """A row: one branch and its cells in the order of the days; None where nothing is planned."""

    branch: Station
    pairs: list[tuple[Cell | None, Day]]

    @property
    def cells(self) -> list[Cell | None]:
        return [cell for cell, _day in self.pairs]


@dataclass(frozen=True)
class MonthTable:
    """A month as planned. Without any shift it has no days and no lines."""

    month: date
    days: list[Day] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @property
    def cells(self) -> Iterable[Cell]:
        return (cell for line in self.lines for cell in line.cells if cell)

    @property
    def gaps(self) -> list[Cell]:
        """Days with fewer than two deputies."""
        return [cell for cell in self.cells if cell.missing]

    @property
    def people(self) -> int:
        """How many different deputies are on."""
        return len({one.place.deputy_id for cell in self.cells for one in cell.people if not cell.is_off})


def month_table(
    station: Station,
    month: date,
    *,
    branches: Collection[int] | None = None,
    published_only: bool = False,
    counts: Mapping[int, tuple[date | None, int]] | None = None,
    asking: Collection[tuple[int, date, date]] = (),
) -> MonthTable:
    """Read the month of `station`: of the branches with these keys, or of all (three queries).

    Shown beside the names: `counts`, (last duty, times this year) by deputy key; `asking`, leave that nobody has decided
    yet (deputy key, first and last day).
    """
    rows = Shift.objects.filter(station=station).of_month(month)
    rows = rows.filter(roster__state=RosterState.PUBLISHED) if published_only else rows
    rows = rows.filter(branch__in=branches) if branches is not None else rows
    shifts = list(rows.select_related("branch", "roster").prefetch_related("places__deputy", "places__instead_of"))
    if not shifts:
        return MonthTable(month)
    days = _days(month, shifts)
    return MonthTable(month, days, _lines(_places(station, month, shifts, branches), days, shifts, counts or {}, asking))


def _days(month: date, shifts: list[Shift]) -> list[Day]:
    held = {shift.for_sunday: Counter() for shift in shifts}
    for shift in shifts:
        held[shift.for_sunday][shift.date] += 1
    ordinary = set(sundays_of(month)) | {shift.for_sunday for shift in shifts if not shift.is_extra}
    days = [
        Day(day, held[day].most_common(1)[0][0] if day in held else day, day not in ordinary)
        for day in {*ordinary, *held}
    ]
    return sorted(days, key=lambda day: (day.date, day.for_sunday))


def _places(station: Station, month: date, shifts: list[Shift], branches: Collection[int] | None) -> list[Station]:
    """The branches that are there in the month, and those that had a day all the same."""
    planned = {shift.branch_id for shift in shifts}
    rows = Station.objects.filter(parent=station).order_by("official_order", "code")
    last = month_end(month)
    return [
        branch
        for branch in rows
        if (branches is None or branch.pk in branches)
        and (branch.pk in planned or branch.is_open(last) or branch.is_open(month))
    ]


def _lines(
    branches: list[Station], days: list[Day], shifts: list[Shift], counts: Mapping, asking: Collection
) -> list[Line]:
    by_place = {(shift.branch_id, shift.for_sunday): shift for shift in shifts}
    lines = []
    for branch in branches:
        found = [(by_place.get((branch.pk, day.for_sunday)), day) for day in days]
        lines.append(Line(branch, [(_cell(shift, day, counts, asking) if shift else None, day) for shift, day in found]))
    return lines


def _cell(shift: Shift, day: Day, counts: Mapping, asking: Collection) -> Cell:
    asked = {key for key, start, end in asking if start <= shift.date <= end}
    people = [
        OnDuty(place, *counts.get(place.deputy_id, (None, 0)), asks_leave=place.deputy_id in asked)
        for place in shift.places.all()
    ]
    return Cell(shift, people, shift.date if shift.date != day.date else None)


# ---- As a workbook -------------------------------------------------------------------------------------------------


def roster_workbook(station: Station, table: MonthTable) -> bytes:
    """Return the month as .xlsx, one row a branch."""
    columns = [Column("branch", "分站", width=14)]
    columns += [Column(str(index), day_words(day), width=NAMES_WIDTH) for index, day in enumerate(table.days)]
    rows = [[line.branch.name, *(cell_words(cell) for cell in line.cells)] for line in table.lines]
    heading = f"{station.full_name}{table.month.year}年{table.month.month}月接待日排班表"
    target = BytesIO()
    write_workbook(target, [Sheet(f"{table.month.month}月", heading, columns, rows)])
    return target.getvalue()


def day_words(day: Day) -> str:
    """Return a column's title: the date, and where it comes from if it is not an ordinary Sunday."""
    if day.is_extra:
        return f"{day_in_year(day.date)}(加开)"
    if day.is_moved:
        return f"{day_in_year(day.date)}(原{day.for_sunday.month}月{day.for_sunday.day}日)"
    return day_in_year(day.date)


def cell_words(cell: Cell | None) -> str:
    """Return a cell as text: names, or why the day is off."""
    if cell is None:
        return ""
    if cell.is_off:
        return f"{cell.shift.get_state_display()}:{cell.shift.reason}"
    names = "、".join(one.place.deputy.name for one in cell.people)
    return f"{names}({day_in_year(cell.moved_to)})" if cell.moved_to else names
