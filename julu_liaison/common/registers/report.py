"""The report of one file: what is wrong, odd, new, changed, the same, and missing from it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from julu_liaison.common.history import Difference
from julu_liaison.common.spreadsheets import Column, Problem, Row, Table

LONGEST_SHOWN = 60


@dataclass(frozen=True)
class RowChange:
    """What one row of the file does; a row without differences leaves all as it is."""

    row: int
    name: str
    place: str
    is_new: bool
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Missing:
    """Somebody or something registered whom no row of the file means; reported, never removed."""

    code: str
    name: str
    place: str


class FirstPassword(NamedTuple):
    """The first password of an account that an import opened; shown once, never stored in clear."""

    username: str
    name: str
    password: str


@dataclass
class Report:
    """The outcome of one file. With errors nothing is written and all counts are 0."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    changes: list[RowChange] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    table: Table | None = None
    passwords: list[FirstPassword] = field(default_factory=list, repr=False)

    def refuse(self, row: Row, column: Column | None, message: str) -> None:
        self.errors.append(_problem(row, column, message))

    def warn(self, row: Row, column: Column | None, message: str) -> None:
        self.warnings.append(_problem(row, column, message))

    @property
    def added(self) -> list[RowChange]:
        return [change for change in self.changes if change.is_new]

    @property
    def changed(self) -> list[RowChange]:
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

    def in_sheet_order(self, columns: Sequence[Column]) -> "Report":
        titles = [column.title for column in columns]

        def place(problem: Problem) -> tuple[int, int]:
            return problem.row, titles.index(problem.column) if problem.column in titles else -1

        self.errors.sort(key=place)
        self.warnings.sort(key=place)
        return self


def _problem(row: Row, column: Column | None, message: str) -> Problem:
    value = row[column.key].text.strip()[:LONGEST_SHOWN] if column else ""
    return Problem(row.number, column.title if column else "", value, message)
