"""What the overview's page and the wall show: every figure as a cell that opens its rows, nothing else is counted here."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from activities.states import Category
from julu_liaison.overview.charts import Bar, lengths, upright_bars
from julu_liaison.overview.measures import (
    MEASURES,
    OFFICE_COLUMNS,
    RATES,
    offices_address,
    tickets_address,
    where_of,
)
from julu_liaison.overview.periods import Period, Span
from julu_liaison.overview.reading import Line, Overview
from opinions.rules.counting import FIGURES
from opinions.rules.figures import Rate, on_time_rate, satisfied_rate
from opinions.states import Kind
from stations.models import Station

GOOD = 90  # per cent, under which a rate is marked
MOST_CATEGORIES = 10
TITLES = {Kind.OPINION: "承办部门:社情民意", Kind.SUGGESTION: "承办部门:代表建议"}


@dataclass(frozen=True)
class Cell:
    """One figure. `key`: where it is defined; `href`: the list of its rows, none for nothing; `is_low`: under GOOD.

    `length` of a bar beside it, None without one. `parts`: what a percentage is a percentage of.
    """

    key: str
    label: str
    words: str
    number: int = 0
    unit: str = ""
    href: str = ""
    is_low: bool = False
    parts: str = ""
    length: float | None = None


@dataclass(frozen=True)
class Card:
    """One large figure with the smaller ones that it is made of; `is_bad`: nobody should have to look for it."""

    main: Cell
    details: list[Cell] = field(default_factory=list)
    words: str = ""
    is_bad: bool = False


@dataclass(frozen=True)
class Table:
    """Lines of (place or department, cells); `total`: the cells of all of them together."""

    title: str
    owner: str
    heads: list[Cell]
    lines: list[tuple[object, list[Cell]]]
    total: list[Cell]


def thousands(number: int) -> str:
    return f"{number:,}"


# ---- Rates -----------------------------------------------------------------------------------------------------------


def prompt_rate(counts) -> Rate:
    return Rate(counts["prompt"], counts["due"])


def attendance_rate(counts) -> Rate:
    return Rate(counts["asked"] - counts["absent"], counts["asked"])


def closed_in_time(counts) -> Rate:
    return on_time_rate(on_time=counts["on_time"], late=counts["late"], overdue=counts["overdue_opinions"])


def satisfied(counts) -> Rate:
    return satisfied_rate(satisfied=counts["satisfied"], basic=counts["basic"], unsatisfied=counts["unsatisfied"])


def office_in_time(counts) -> Rate:
    late, overdue = counts["office_late"], counts["office_overdue"]
    return on_time_rate(on_time=counts["office_on_time"], late=late, overdue=overdue)


def rate_cell(key: str, rate: Rate, href: str = "") -> Cell:
    parts = f"{rate.part}/{rate.whole}" if rate.percent is not None else ""
    return Cell(
        key, RATES[key][0], rate.words, rate.whole, href=href if rate.whole else "", is_low=rate.reaches(GOOD) is False,
        parts=parts,
    )  # fmt: skip


# ---- One place -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """Cells of one place's figures in one period. `is_open`: lists offer no closed places."""

    period: Period
    counts: dict
    where: dict[str, str]
    is_open: bool = True

    def count(self, key: str, length: float | None = None) -> Cell:
        measure, number = MEASURES[key], self.counts[key]
        href = measure.address(self.period, self.where) if number and self.is_open else ""
        return Cell(key, measure.label, thousands(number), number, measure.unit, href, length=length)

    def rate(self, key: str, rate: Rate, whole: str = "") -> Cell:
        href = MEASURES[whole].address(self.period, self.where) if whole and self.is_open else ""
        return rate_cell(key, rate, href)


def cards_of(found: Overview, longest: int) -> list[Card]:
    """The six figures that leaders ask for; `longest`: days that the oldest overdue ticket is late."""
    total, shown = found.total, Shown(found.period, found.total, where_of(found.place))
    average = f"平均每次{total['received'] / total['logs']:.1f}人" if total["logs"] else ""
    return [
        Card(shown.rate("prompt_rate", prompt_rate(total), "due"), [shown.count("prompt"), shown.count("missing")]),
        Card(
            shown.rate("attendance_rate", attendance_rate(total), "asked"),
            [shown.count("on_leave"), shown.count("absent")],
        ),
        Card(shown.count("received"), [shown.count("logs")], average),
        Card(shown.count("received_opinions"), [shown.count("closed"), shown.rate("on_time_rate", closed_in_time(total))]),
        Card(shown.rate("satisfied_rate", satisfied(total)), [
            shown.count("satisfied"), shown.count("basic"), shown.count("unsatisfied"),
        ]),
        Card(shown.count("overdue"), words=f"最长超期{longest}天" if longest else "", is_bad=total["overdue"] > 0),
    ]  # fmt: skip


def more_of(found: Overview) -> list[Cell]:
    """The other figures of the place, in one row below the cards."""
    shown = Shown(found.period, found.total, where_of(found.place))
    return [shown.count(key) for key in (
        "planned", "due", "logged", "not_held", "expected", "attended", "unfiled", "prompt_logs", "activities",
        "received_suggestions", "transferred", "on_time", "late",
    )]  # fmt: skip


def places_table(found: Overview, owner: str) -> Table:
    bars = lengths(line.counts["received"] for line in found.lines)
    lines = [(line.of, _place_cells(found, line, bar)) for line, bar in zip(found.lines, bars, strict=True)]
    total = _place_cells(found, Line(found.place, found.total), None)
    return Table(f"各{owner}情况", owner, total, lines, total if len(lines) > 1 else [])


def _place_cells(found: Overview, line: Line, bar: float | None) -> list[Cell]:
    assert isinstance(line.of, Station)
    counts = line.counts
    shown = Shown(found.period, counts, where_of(line.of), line.of.is_open(found.on))
    return [
        shown.rate("prompt_rate", prompt_rate(counts), "due"),
        shown.rate("attendance_rate", attendance_rate(counts), "asked"), shown.count("received", bar),
        shown.count("received_opinions"), shown.count("closed"), shown.rate("on_time_rate", closed_in_time(counts)),
        shown.count("overdue"),
    ]  # fmt: skip


# ---- Charts ----------------------------------------------------------------------------------------------------------


def day_bars(found: Overview) -> list[Bar]:
    """The last reception days, each opening its logs."""
    where = where_of(found.place)
    return upright_bars((f"{day.month}/{day.day}", number, _logs_of(day, where)) for day, number in found.days)


def _logs_of(day: date, where: dict[str, str]) -> str:
    return MEASURES["logs"].address(Period(Span.WEEK, day, day), where)


def categories_of(found: Overview) -> list[Cell]:
    """What villagers raised, the most frequent first; what is left over stands in the list of all."""
    labels = dict(Category.choices)
    rows = sorted(found.categories.items(), key=lambda row: (-row[1], row[0]))[:MOST_CATEGORIES]
    where, bars = where_of(found.place), lengths(number for _key, number in rows)
    return [
        Cell(
            "received_opinions", labels.get(key, key), thousands(number), number, "件",
            tickets_address("received", found.period, where, kind=str(Kind.OPINION), category=key), length=bar,
        )
        for (key, number), bar in zip(rows, bars, strict=True)
    ]  # fmt: skip


# ---- Departments -----------------------------------------------------------------------------------------------------


def office_tables(found: Overview) -> list[Table]:
    """Opinions and suggestions by department, never added up; a kind that no department has to do with is left out."""
    return [_office_table(found, kind, lines) for kind, lines in found.offices.items() if _is_worked_on(lines)]


def _is_worked_on(lines: Iterable[Line]) -> bool:
    return any(any(line.counts.values()) for line in lines)


def _office_table(found: Overview, kind: str, lines: list[Line]) -> Table:
    total = Line(None, sum((line.counts for line in lines), type(found.total)()))
    rows = [(line.of, _office_cells(found, kind, line)) for line in lines]
    cells = _office_cells(found, kind, total)
    return Table(TITLES[Kind(kind)], "承办部门", cells, rows, cells if len(rows) > 1 else [])


def _office_cells(found: Overview, kind: str, line: Line) -> list[Cell]:
    counts, where = line.counts, where_of(found.place)
    cells = [
        Cell(
            key, FIGURES[key].label, thousands(counts[key]), counts[key], "件",
            offices_address(key, found.period, where, kind, line.of) if counts[key] else "",
        )
        for key in OFFICE_COLUMNS
    ]  # fmt: skip
    rates = (("office_on_time_rate", office_in_time(counts)), ("office_satisfied_rate", satisfied(counts)))
    return cells + [rate_cell(key, rate) for key, rate in rates]
