"""Reading one row: its problems are collected instead of stopping at the first."""

from collections.abc import Callable
from datetime import date
from typing import Any

from julu_liaison.common.errors import DomainError
from julu_liaison.common.registers.cells import demand_value, read_day, read_phone, read_text
from julu_liaison.common.registers.report import Report
from julu_liaison.common.spreadsheets import Column, Row, Table


class RowReader:
    """The cells of one row as values. `is_sound` tells whether all that was read so far can be used."""

    def __init__(self, row: Row, table: Table, report: Report):
        self.row, self.table, self.report = row, table, report
        self._before = len(report.errors)

    @property
    def is_sound(self) -> bool:
        return len(self.report.errors) == self._before

    def refuse(self, column: Column, message: str) -> None:
        self.report.refuse(self.row, column, message)

    def warn(self, column: Column, message: str) -> None:
        self.report.warn(self.row, column, message)

    def value(self, column: Column, read: Callable, *rest) -> Any:
        """Return what `read` makes of the cell, or None with a problem noted; None too if there's no such column."""
        if column.key not in self.table.titles:
            return None
        try:
            demand_value(self.row[column.key])
            return read(self.row[column.key], *rest)
        except DomainError as error:
            self.refuse(column, error.message)
            return None

    def filled(self, column: Column, read: Callable, *rest) -> Any:
        """As `value`, for a cell that must not be empty; that the whole column is missing is told once."""
        if column.key in self.table.titles and self.row[column.key].is_blank:
            hint = ";和上一行相同的也请填上" if column.shared and column.required else ""
            self.refuse(column, f"没有填{column.title}{hint}。")
            return None
        return self.value(column, read, *rest)

    def text(self, column: Column, longest: int | None, read: Callable = read_text) -> str:
        value = self.value(column, read) or ""
        self.check_length(column, value, longest)
        return value

    def filled_text(self, column: Column, longest: int | None, read: Callable = read_text) -> str:
        value = self.filled(column, read) or ""
        self.check_length(column, value, longest)
        return value

    def phone(self, column: Column) -> str:
        phone, warning = self.value(column, read_phone) or ("", "")
        if warning:
            self.warn(column, warning)
        return phone

    def day(self, column: Column) -> date | None:
        return self.value(column, read_day, self.table.epoch)

    def check_length(self, column: Column, value: Any, longest: int | None) -> None:
        if isinstance(value, str) and longest and len(value) > longest:
            self.refuse(column, f"{column.title}最多{longest}个字,这里有{len(value)}个,请写短一些。")
