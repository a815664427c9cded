"""Registers of which a row is one thing with plain values: read, found by its key, compared value by value."""

from abc import abstractmethod
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from julu_liaison.common.history import Difference
from julu_liaison.common.registers.register import Occasion, Register
from julu_liaison.common.registers.report import Missing, Report, RowChange
from julu_liaison.common.registers.rows import RowReader
from julu_liaison.common.spreadsheets import Column, Row, Table
from julu_liaison.common.texts import clean_text


@dataclass
class Entry:
    """One row of the file, readable in itself. `values` by column key; empty cells are not in it and change nothing.

    `area`: the part of the county the row belongs to; what is missing is told for the areas in the file only.
    """

    row: Row
    key: Hashable
    name: str
    place: str
    values: dict[str, Any]
    area: Hashable = None


@dataclass
class Known:
    """Something registered, in the same terms. `code` names it in the list of what is missing."""

    record: Any
    key: Hashable
    name: str
    place: str
    values: dict[str, Any]
    area: Hashable = None
    code: str = ""
    is_expected: bool = True  # else its absence from a file says nothing: it has ended, or is closed


@dataclass
class Step:
    """An entry beside what is registered (None: new), and the values that change, by column key."""

    entry: Entry
    known: Known | None
    changes: dict[str, Any] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)

    def as_change(self) -> RowChange:
        entry = self.entry
        return RowChange(entry.row.number, entry.name, entry.place, self.known is None, tuple(self.differences))


class FlatRegister(Register):
    """Subclasses say how a row is read, what is registered, and which service writes a step. `key_column` is
    named when a row repeats another.
    """

    key_column: ClassVar[Column]

    @abstractmethod
    def books(self, occasion: Occasion) -> Any:
        """Return what rows are read with, e.g. the places by their names; asked for once a file."""

    @abstractmethod
    def entry(self, reader: RowReader, books: Any, occasion: Occasion) -> Entry | None:
        """Return the row's entry; problems go to the reader."""

    @abstractmethod
    def registered(self, occasion: Occasion) -> list[Known]:
        """Return everything registered in the county, in a fixed number of queries."""

    def match(self, entries: list[Entry], known: list[Known], report: Report) -> dict[int, Known]:
        """Return sheet row → what it means; rows that are not in it are new."""
        by_key = {one.key: one for one in known}
        return {entry.row.number: by_key[entry.key] for entry in entries if entry.key in by_key}

    def check_steps(self, steps: list[Step], known: list[Known], occasion: Occasion, report: Report) -> None:
        """Rules between rows and towards what is registered; what they break goes to `report`."""

    def plan(self, table: Table, occasion: Occasion, report: Report) -> Sequence[Step]:
        books = self.books(occasion)
        readers = [RowReader(row, table, report) for row in table.rows]
        read = [self.entry(reader, books, occasion) for reader in readers]
        entries = find_repeats([entry for entry in read if entry], self.key_column, report)
        known = self.registered(occasion)
        matched = self.match(entries, known, report)
        steps = [self.step(entry, matched.get(entry.row.number)) for entry in entries]
        self.check_steps(steps, known, occasion, report)
        report.missing = missing(entries, known, matched.values())
        return steps

    def step(self, entry: Entry, known: Known | None) -> Step:
        """Return the entry beside what it means, and what changes."""
        step = Step(entry, known)
        if known:
            self.compare(step, known.values)
        return step

    def compare(self, step: Step, registered: dict[str, Any]) -> None:
        titles = {column.key: column.title for column in self.columns}
        for key, value in step.entry.values.items():
            if key in registered and not _same(registered[key], value):
                step.changes[key] = value
                step.differences.append(Difference(titles[key], words(registered[key]), words(value)))


def find_repeats(entries: list[Entry], column: Column, report: Report) -> list[Entry]:
    """Refuse rows with the key of an earlier row."""
    first: dict[Hashable, Entry] = {}
    kept = []
    for entry in entries:
        other = first.setdefault(entry.key, entry)
        if other is entry:
            kept.append(entry)
        else:
            report.refuse(entry.row, column, f"和第{other.row.number}行重复了,请删去一行。")
    return kept


def missing(entries: Iterable[Entry], known: Iterable[Known], matched: Iterable[Known]) -> list[Missing]:
    areas = {entry.area for entry in entries}
    seen = {id(one) for one in matched}
    left = [one for one in known if one.is_expected and one.area in areas and id(one) not in seen]
    return [Missing(one.code, one.name, one.place) for one in left]


def _same(before: Any, value: Any) -> bool:
    return before == value or (isinstance(before, str) and clean_text(before) == value)


def words(value: Any) -> str:
    """Return a value as the register shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return value.isoformat() if isinstance(value, date) else str(value)
