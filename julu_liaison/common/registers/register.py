"""The way of every register: check a file, import all of it or nothing, export what comes back unchanged."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, Protocol

from django.core.exceptions import ValidationError
from django.db import transaction

from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.registers.report import FirstPassword, Report, RowChange
from julu_liaison.common.registers.workbooks import failed_workbook, template_workbook, workbook
from julu_liaison.common.spreadsheets import Column, Problem, Sheet, Table, UnreadableWorkbook, read_table
from julu_liaison.common.working_days import today_here


class RowRefused(Exception):
    """A service refused what a row asks for, after all checks of the register had passed."""

    def __init__(self, row: int, value: str, message: str):
        super().__init__(message)
        self.problem = Problem(row, "", value, message)


@dataclass(frozen=True)
class Occasion:
    """For which county, by whom, and from which day new facts count where a row does not say. `actor=None`: the system."""

    county: Any
    actor: Any
    started_on: date
    today: date


class Planned(Protocol):
    """One row of the file and what has to be done for it."""

    def as_change(self) -> RowChange: ...


class Register(ABC):
    """One kind of master data as a workbook. A subclass describes it; one instance serves all files.

    `name_column` and `place_column`: titles of what stands for a row in the preview. `is_dated`: rows may leave the first
    day to the occasion; `day_title` is what the upload calls that day, `day_hint` says which rows it is for.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    noun: ClassVar[str]
    unit: ClassVar[str]
    purpose: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    name_column: ClassVar[str]
    place_column: ClassVar[str]
    missing_advice: ClassVar[str]
    import_refusal: ClassVar[str]
    export_refusal: ClassVar[str]
    is_dated: ClassVar[bool] = False
    day_title: ClassVar[str] = "起始日期"
    day_hint: ClassVar[str] = "没有写开始日期的行从这一天算起。"
    code_column: ClassVar[str] = "编号"  # title of what names a row that is missing; empty if it has no code
    names_people: ClassVar[bool] = True
    is_countywide: ClassVar[bool] = False  # has no part that belongs to one station
    is_exported: ClassVar[bool] = True
    large: ClassVar[int] = 1000  # rows; that many are imported in the background

    @abstractmethod
    def may_import(self, actor, county) -> bool: ...

    @abstractmethod
    def may_export(self, actor, place) -> bool: ...

    @abstractmethod
    def plan(self, table: Table, occasion: Occasion, report: Report) -> Sequence[Planned]:
        """Return what each row does. What is wrong, odd and missing goes to `report`."""

    @abstractmethod
    def write(self, steps: Sequence, occasion: Occasion) -> list[FirstPassword]:
        """Do the steps through services; returns the first passwords of accounts opened by it."""

    @abstractmethod
    def rows(self, place, on: date) -> list[list[str | int]]:
        """Return the register of `place` and everything below it as rows of `columns`, in official order."""

    def lists(self, county, on: date) -> list[Sheet]:
        """Sheets of a template with what can be named in it."""
        return []

    @property
    def action(self) -> str:
        """The verb of an import in the audit."""
        return f"import_{self.kind}"

    # ---- Import ----------------------------------------------------------------------------------------------------

    def check(self, file: Path, *, county, actor, started_on: date) -> Report:
        """Return what importing `file` would do, and write nothing. Raises NotAllowed."""
        self._demand_import(actor, county)
        report = self._read(file)
        self._plan(report, Occasion(county, actor, started_on, today_here()))
        return report

    def load(self, file: Path, *, county, actor, started_on: date, name: str = "", expected: str = "") -> Report:
        """Import a county's register; all or nothing. The report has the first passwords of accounts it opened.

        Empty cells change nothing; what is not in the file is reported and left alone. `expected` is the digest of a
        report that somebody has agreed to: raises Conflict when things have changed since. Raises NotAllowed.
        """
        self._demand_import(actor, county)
        report = self._read(file)
        occasion = Occasion(county, actor, started_on, today_here())
        try:
            with transaction.atomic():
                type(county)._default_manager.select_for_update().get(pk=county.pk)  # two at once would add all twice
                steps = self._plan(report, occasion)
                if report.errors:
                    return report
                if expected and report.digest != expected:
                    raise Conflict("核对以后资料又有变动,请按下面的新结果再核对一次。")
                report.passwords = self.write(steps, occasion)
                facts = {"file": name or file.name, "sha256": _digest(file), **report.counts}
                audit.record(self.action, actor=actor, target=county, county_code=county.code, **facts)
        except RowRefused as refused:
            return Report(errors=[refused.problem], warnings=report.warnings, table=report.table)
        return report

    def failed(self, report: Report) -> bytes:
        """Return the rows that need work as .xlsx, the reasons beside each."""
        return failed_workbook(report, self.columns)

    def _demand_import(self, actor, county) -> None:
        if not self.may_import(actor, county):
            raise NotAllowed(self.import_refusal)

    def _read(self, file: Path) -> Report:
        try:
            table = read_table(file, self.columns)
        except UnreadableWorkbook as error:
            return Report(errors=[Problem(0, "", "", error.message)])
        report = Report(errors=list(table.problems), warnings=list(table.warnings), table=table)
        if not table.rows:
            report.errors.append(Problem(table.header_row, "", "", f"表头下面没有{self.noun},请核对。"))
        return report

    def _plan(self, report: Report, occasion: Occasion) -> Sequence[Planned]:
        if report.table is None:
            return []
        steps = self.plan(report.table, occasion, report)
        if report.errors:
            report.missing = []
        else:
            report.changes = [step.as_change() for step in steps]
        report.in_sheet_order(self.columns)
        return steps

    # ---- Template and export ---------------------------------------------------------------------------------------

    def template(self, county, on: date) -> bytes:
        heading = f"{county.name}{self.title}"
        return template_workbook(self.title, heading, self.columns, self.lists(county, on))

    @transaction.atomic
    def export(self, place, *, on: date, actor) -> tuple[bytes, int]:
        """Return the register of `place` and everything below it on the day `on` as .xlsx, and its number of rows.

        It can be imported again and changes nothing. A disclosure: who took what is recorded. Raises NotAllowed.
        """
        if not self.may_export(actor, place):
            raise NotAllowed(self.export_refusal)
        rows = self.rows(place, on)
        heading = f"{place.full_name}{self.title}({on:%Y-%m-%d})"
        content = workbook(Sheet(self.title, heading, self.columns, rows))
        audit.record(
            "export_register", actor=actor, target=place, county_code=place.county.code, kind=self.kind, rows=len(rows)
        )
        return content, len(rows)


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@contextmanager
def told_by_row(row: int, value: str) -> Iterator[None]:
    """What a service refuses inside is an error of the row."""
    try:
        yield
    except DomainError as error:
        raise RowRefused(row, value, error.message) from error
    except ValidationError as error:
        raise RowRefused(row, value, " ".join(error.messages)) from error
