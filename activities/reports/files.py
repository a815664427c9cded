"""The month's report as files: an Excel workbook of two sheets and a PDF with the same tables."""

import re
from collections.abc import Container
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name, xl_range, xl_rowcol_to_cell

from activities.reports.tables import Column, Line, Rate, Table, attendance_table, places_table
from activities.rules.months import MonthFigures
from deputies.models import GlyphImage
from julu_liaison.common.fonts import code_points, missing_glyphs
from julu_liaison.common.pdf import TEMPLATES, PrintRefused, render_pdf, write_atomically

TEMPLATE = TEMPLATES / "table.typ"
FORMULA_SIGNS = ("=", "+", "-", "@")
HEADER_ROWS = 3  # title, subtitle, headings
A4 = 9
GROUP_WIDTH = 18  # seven characters on one line
FIGURE = "0;-0;–"  # a zero is a dash: a page full of zeros cannot be read
SHARE = "[=1]0%;[=0]0%;0.0%"  # all and none are said only when it is so


@dataclass
class ReportFiles:
    """The files that were written, and as sentences what kept others from being written."""

    paths: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def make_report(figures: MonthFigures, folder: Path, *, said: str = "") -> ReportFiles:
    """Write `<code>-<month>-考勤表.xlsx` and `.pdf` into `folder`, each complete or not at all. `said`: the edition, in words.

    A name that the print fonts lack keeps back the PDF (never a PDF with a gap in a name), not the workbook.
    """
    stem = f"{_safe(figures.place.code)}-{figures.month:%Y-%m}-考勤表"
    files = ReportFiles()
    _keep(files, folder / f"{stem}.xlsx", report_workbook(figures, said))
    try:
        _keep(files, folder / f"{stem}.pdf", report_pdf(figures, said))
    except PrintRefused as refusal:
        files.problems += refusal.messages
    return files


def report_workbook(figures: MonthFigures, said: str = "") -> bytes:
    """The workbook of two sheets. `said` stands behind the month: which edition it is."""
    return workbook(_tables(figures, said))


def report_pdf(figures: MonthFigures, said: str = "") -> bytes:
    """The same tables to hang on the wall. Raises PrintRefused, which says whose name or which column it is."""
    glyphs = GlyphImage.objects.pictures_of(figures.county)
    problems = _unprintable(figures, glyphs)
    if problems:
        raise PrintRefused(problems)
    try:
        return render_pdf(template=TEMPLATE, data=_print_data(_tables(figures, said)), glyphs=glyphs)
    except PrintRefused as refusal:
        messages = [f"{figures.place.full_name}的PDF没有印出:{message}" for message in refusal.messages]
        raise PrintRefused(messages) from refusal


def _tables(figures: MonthFigures, said: str) -> list[Table]:
    return [attendance_table(figures, said), places_table(figures, said)]


def edition_name(figures: MonthFigures, number: int, kind: str) -> str:
    """The file name of an edition, as it will lie in somebody's folder among others."""
    return f"{_safe(figures.place.full_name)}{figures.month.year}年{figures.month.month}月报-第{number}版.{kind}"


def report_zip_name(figures: MonthFigures) -> str:
    return f"{_safe(figures.place.full_name)}{figures.month.year}年{figures.month.month}月报表.zip"


def _keep(files: ReportFiles, path: Path, content: bytes) -> None:
    write_atomically(path, content)
    files.paths.append(path)


def _safe(name: str) -> str:
    """A name as part of a file name: codes and names are typed by people."""
    return re.sub(r"[^\w-]", "_", name)


def _unprintable(figures: MonthFigures, glyphs: Container[str]) -> list[str]:
    return [
        f"{place.place.full_name}{row.name}的姓名里,字库没有{code_points(missing)},PDF没有印出,请核对这个字"
        for place in figures.places
        for row in place.deputies
        if (missing := missing_glyphs(row.name, besides=glyphs))
    ]


# ---- PDF ----


def _print_data(tables: list[Table]) -> dict:
    first, *others = [_printed(table) for table in tables]
    return first | {"more": others}


def _printed(table: Table) -> dict:
    """A table in the words of templates/print/table.typ; what is a heading line in Excel is a column here."""
    columns = [
        {"label": column.label, "width": column.width, "align": "left" if column.is_text else "center"}
        for column in table.columns
    ]
    if table.group_label:
        columns[0] = {"label": table.group_label, "width": GROUP_WIDTH, "align": "left"}
    return {
        "title": table.title,
        "subtitle": table.subtitle,
        "columns": columns,
        "rows": [_printed_cells(table, line) for line in table.of_kind("row", "subtotal", "total")],
        "notes": table.notes,
        "signature": table.signature,
    }


def _printed_cells(table: Table, line: Line) -> list[str]:
    cells = [printed_cell(cell) for cell in line.cells]
    if not table.group_label:
        return cells
    if line.kind == "subtotal":
        return [line.group, "小计", *cells[2:]]
    return [line.group or cells[0], *cells[1:]]


def printed_cell(cell: str | float) -> str:
    if isinstance(cell, float):
        return f"{cell:.0%}" if cell in (0, 1) else f"{cell:.1%}"
    return "–" if cell == 0 else str(cell)


# ---- Workbook ----


def workbook(tables: list[Table]) -> bytes:
    """The tables as one .xlsx, a sheet each. All text is written as text, whatever it begins with."""
    output = BytesIO()
    book = Workbook(output, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    formats = _Formats(book)
    for table in tables:
        _Sheet(book, table, formats).write()
    book.close()
    return output.getvalue()


class _Formats:
    """Looks of the cells, made once a book."""

    def __init__(self, book: Workbook):
        plain = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
        boxed = plain | {"border": 1}
        centred = boxed | {"align": "center"}
        self.title = book.add_format(plain | {"font_size": 16, "bold": True, "align": "center"})
        self.subtitle = book.add_format(plain | {"align": "center"})
        self.heading = book.add_format(centred | {"bold": True, "text_wrap": True, "bg_color": "#ECEAE5"})
        self.group = book.add_format(boxed | {"bold": True, "bg_color": "#F6F5F2"})
        self.note = book.add_format(plain | {"font_size": 9, "text_wrap": True})
        self.signature = book.add_format(plain | {"align": "right"})
        self.text = book.add_format(boxed | {"text_wrap": True})
        # Excel takes a quoted cell for text even after somebody has clicked into it and pressed Enter.
        self.quoted = book.add_format(boxed | {"text_wrap": True, "quote_prefix": True})
        self.figure = book.add_format(centred | {"num_format": FIGURE})
        self.sum = book.add_format(centred | {"num_format": FIGURE, "bold": True})
        self.word = book.add_format(centred)
        self.rate = book.add_format(centred | {"num_format": SHARE})
        self.rate_sum = book.add_format(centred | {"num_format": SHARE, "bold": True})
        self.bold = book.add_format(boxed | {"bold": True})


class _Sheet:
    """One table being written, top to bottom: in constant_memory mode a row that is left is gone."""

    def __init__(self, book: Workbook, table: Table, formats: _Formats):
        self.sheet, self.table, self.formats = book.add_worksheet(table.name), table, formats
        self.last_column = len(table.columns) - 1
        self.row = 0
        self.group_start = HEADER_ROWS

    def write(self) -> None:
        self._set_up_page()
        self._across(self.table.title, self.formats.title, height=30)
        self._across(self.table.subtitle, self.formats.subtitle, height=18)
        self.sheet.set_row(self.row, 32)
        for index, column in enumerate(self.table.columns):
            self.sheet.write_string(self.row, index, column.label, self.formats.heading)
        self.row += 1
        for line in self.table.lines:
            self._write_line(line)
        for note in self.table.notes:
            self._across(note, self.formats.note, height=16)
        self._across(self.table.signature, self.formats.signature, height=30)
        self.sheet.print_area(0, 0, self.row - 1, self.last_column)

    def _set_up_page(self) -> None:
        for index, column in enumerate(self.table.columns):
            self.sheet.set_column(index, index, column.width)
        self.sheet.set_landscape()
        self.sheet.set_paper(A4)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self.sheet.center_horizontally()
        self.sheet.repeat_rows(0, HEADER_ROWS - 1)
        self.sheet.freeze_panes(HEADER_ROWS, 2)
        self.sheet.set_footer("&C第 &P 页,共 &N 页")

    def _across(self, text: str, look, *, height: float) -> None:
        self.sheet.set_row(self.row, height)
        self.sheet.merge_range(self.row, 0, self.row, self.last_column, "", look)
        self.sheet.write_string(self.row, 0, text, look)
        self.row += 1

    def _write_line(self, line: Line) -> None:
        if line.kind == "group":
            self._across(line.cells[0], self.formats.group, height=18)
            self.group_start = self.row
            return
        self.sheet.set_row(self.row, 18)
        for index, (column, cell) in enumerate(zip(self.table.columns, line.cells, strict=True)):
            if column.rate:
                look = self.formats.rate if line.kind == "row" else self.formats.rate_sum
                self.sheet.write_formula(self.row, index, self._rate_formula(column.rate), look, cell)
            elif column.word and line.kind == "row":
                self.sheet.write_string(self.row, index, cell, self.formats.word)
            elif line.kind == "row":
                self._write_cell(index, cell)
            elif not column.is_text:
                formula = self._formula(line.kind, index, column)
                self.sheet.write_formula(self.row, index, formula, self.formats.sum, cell)
            else:
                self.sheet.write_string(self.row, index, cell, self.formats.bold)
        self.row += 1

    def _write_cell(self, index: int, cell: str | int) -> None:
        if isinstance(cell, str):
            look = self.formats.quoted if cell.startswith(FORMULA_SIGNS) else self.formats.text
            self.sheet.write_string(self.row, index, cell, look)
        else:
            self.sheet.write_number(self.row, index, cell, self.formats.figure)

    def _rate_formula(self, rate: Rate) -> str:
        """The share that is there, of the same line's figures; empty where there is nothing to divide."""
        labels = [one.label for one in self.table.columns]
        whole, missing, *apart = (
            xl_rowcol_to_cell(self.row, labels.index(label)) for label in (rate.whole, rate.missing, *rate.apart)
        )
        whole = "-".join([whole, *apart])
        return f'=IF({whole}=0,"",1-{missing}/{f"({whole})" if apart else whole})'

    def _formula(self, kind: str, index: int, column: Column) -> str:
        """A subtotal adds up its group; the total adds the subtotals, or all rows where there are none.

        Of words a subtotal counts one kind, and the total adds these counts.
        """
        if kind == "subtotal":
            group = xl_range(self.group_start, index, self.row - 1, index)
            return f'=COUNTIF({group},"{column.counted}")' if column.word else f"=SUM({group})"
        if self.row == HEADER_ROWS:
            return "=0"
        if not self.table.group_label:
            return f"=SUM({xl_range(HEADER_ROWS, index, self.row - 1, index)})"
        last, name = self.row, xl_col_to_name(index)
        first = HEADER_ROWS + 1
        return f'=SUMIF($A${first}:$A${last},"小计",{name}${first}:{name}${last})'
