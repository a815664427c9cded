"""The rows of a register as checked entries, and the report of what is wrong, odd and about to change."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from deputies.models import Deputy
from deputies.spreadsheets import columns as c
from julu_liaison.common.errors import DomainError
from julu_liaison.common.fonts import code_points, missing_glyphs
from julu_liaison.common.spreadsheets import Column, Problem, Row, Table
from stations.models import Station
from stations.rules import PlaceBook

LONGEST_SHOWN = 60


@dataclass
class Entry:
    """One row of the file, readable in itself.

    `details`: columns of Deputy that the row fills in; empty cells are not in it and change nothing. `terms` and
    `constituencies`: level → text, empty where the row says nothing. `role`: None if the file has no such column.
    """

    row: Row
    details: dict[str, Any]
    levels: list[str]
    terms: dict[str, str]
    constituencies: dict[str, str]
    branch: Station
    role: str | None

    @property
    def name(self) -> str:
        return self.details["name"]

    @property
    def phone(self) -> str:
        return self.details.get("phone", "")


@dataclass(frozen=True)
class Difference:
    """One thing that changes, in the words of the register."""

    title: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """What the file does to one person; a person without differences stays the same."""

    row: int
    name: str
    branch: str
    is_new: bool
    differences: tuple[Difference, ...] = ()


@dataclass
class Report:
    """The outcome of one file. With errors nothing is written and all counts are 0."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    missing: list[Deputy] = field(default_factory=list)
    table: Table | None = None

    def refuse(self, row: Row, column: Column | None, message: str) -> None:
        self.errors.append(_problem(row, column, message))

    def warn(self, row: Row, column: Column | None, message: str) -> None:
        self.warnings.append(_problem(row, column, message))

    @property
    def added(self) -> list[Change]:
        return [change for change in self.changes if change.is_new]

    @property
    def changed(self) -> list[Change]:
        return [change for change in self.changes if change.differences and not change.is_new]

    @property
    def counts(self) -> dict[str, int]:
        """The keys of the outward contract."""
        created, updated = len(self.added), len(self.changed)
        return {"created": created, "updated": updated, "unchanged": len(self.changes) - created - updated}

    def as_dict(self) -> dict[str, Any]:
        """The JSON of `import_deputies --json`."""
        return {
            **self.counts,
            "errors": [problem.as_dict() for problem in self.errors],
            "warnings": [problem.as_dict() for problem in self.warnings],
        }

    @property
    def digest(self) -> str:
        """Tells whether a second look at the same file would do the same."""
        return hashlib.sha256(repr((self.changes, self.errors)).encode()).hexdigest()

    def in_sheet_order(self) -> "Report":
        self.errors.sort(key=_sheet_order)
        self.warnings.sort(key=_sheet_order)
        return self


def _sheet_order(problem: Problem) -> tuple[int, int]:
    titles = list(c.TITLES.values())
    return problem.row, titles.index(problem.column) if problem.column in titles else -1


def _problem(row: Row, column: Column | None, message: str) -> Problem:
    value = row[column.key].text.strip()[:LONGEST_SHOWN] if column else ""
    return Problem(row.number, column.title if column else "", value, message)


def read_entries(table: Table, places: PlaceBook, today: date, report: Report) -> list[Entry]:
    """Read every row; problems go to `report`. A row with a problem is not among the entries."""
    reader = _RowReader(table, places, today, report)
    entries = [entry for row in table.rows if (entry := reader.entry(row)) is not None]
    _warn_of_glyphs(entries, report)
    return entries


class _RowReader:
    """Reads one row after another, collecting problems instead of stopping at the first."""

    def __init__(self, table: Table, places: PlaceBook, today: date, report: Report):
        self.table, self.places, self.today, self.report = table, places, today, report

    def entry(self, row: Row) -> Entry | None:
        """Return the row's entry, or None when anything in it has to be changed first."""
        before = len(self.report.errors)
        details = self._details(row)
        levels = self._value(row, c.LEVELS, c.read_levels) or []
        terms = self._seats(row, c.TERM, levels)
        constituencies = self._seats(row, c.CONSTITUENCY, levels)
        branch = self._branch(row)
        role = self._value(row, c.ROLE, c.read_role)
        if len(self.report.errors) > before or branch is None or not details.get("name") or not levels:
            return None
        return Entry(row, details, levels, terms, constituencies, branch, role)

    def _value(self, row: Row, column: Column, read: Callable, *rest) -> Any:
        """Return what `read` makes of the cell, or None with a problem noted; None too if there's no such column."""
        if column.key not in self.table.titles:
            return None
        try:
            c.demand_value(row[column.key])
            return read(row[column.key], *rest)
        except DomainError as error:
            self.report.refuse(row, column, error.message)
            return None

    def _details(self, row: Row) -> dict[str, Any]:
        phone, warning = self._value(row, c.PHONE, c.read_phone) or ("", "")
        if warning:
            self.report.warn(row, c.PHONE, warning)
        details = {
            "name": self._value(row, c.NAME, c.read_name),
            "gender": self._value(row, c.GENDER, c.read_gender),
            "birth_month": self._value(row, c.BIRTH, c.read_birth_month, self.table.epoch, self.today),
            "phone": phone,
        }
        for column in (c.ETHNICITY, c.EMPLOYER, c.POSITION, c.SCOPE, c.NOTE):
            details[column.key] = self._value(row, column, c.read_text)
        for column in c.PLAIN:
            self._check_length(row, column, details[column.key])
        return {key: value for key, value in details.items() if value}

    def _check_length(self, row: Row, column: Column, value: Any) -> None:
        longest = c.LONGEST[column.key]
        if isinstance(value, str) and longest and len(value) > longest:
            self.report.refuse(row, column, f"{column.title}最多{longest}个字,这里有{len(value)}个,请写短一些。")

    def _seats(self, row: Row, column: Column, levels: list[str]) -> dict[str, str]:
        texts = self._value(row, column, c.read_seats, column.title, levels) or [""] * len(levels)
        for text in dict.fromkeys(texts):
            self._check_length(row, column, text)
        return dict(zip(levels, texts, strict=True)) if levels else {}

    def _branch(self, row: Row) -> Station | None:
        station = self._value(row, c.STATION, self._station_of)
        if station is None:
            self._value(row, c.BRANCH, self._filled_in)
            return None
        return self._value(row, c.BRANCH, self._branch_of, station)

    def _station_of(self, cell) -> Station:
        if cell.is_blank:
            raise DomainError("没有填所属联络站;和上一行相同的也请填上。")
        return self.places.station(c.read_text(cell))

    def _branch_of(self, cell, station: Station) -> Station:
        self._filled_in(cell)
        return self.places.branch(c.read_text(cell), station)

    @staticmethod
    def _filled_in(cell) -> None:
        if cell.is_blank:
            raise DomainError("没有填所属分站;和上一行相同的也请填上。")


def _warn_of_glyphs(entries: list[Entry], report: Report) -> None:
    """The fonts are asked about all characters of the file at once: one by one would take longer than the import."""
    used = {character for entry in entries for column in c.PRINTED for character in entry.details.get(column.key, "")}
    lacking = set(missing_glyphs("".join(sorted(used))))
    if not lacking:
        return
    for entry in entries:
        for column in c.PRINTED:
            hit = [character for character in dict.fromkeys(entry.details.get(column.key, "")) if character in lacking]
            if hit:
                message = f"印刷字体里没有{code_points(hit)},公示牌暂时印不了;请核对这个字,没错的话请联系管理员补字体。"
                report.warn(entry.row, column, message)
