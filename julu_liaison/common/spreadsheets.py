"""Workbooks in and out, for any app: finding a table on a sheet, its cells as text, writing without formulas.

A sheet is read as a stream (openpyxl's read-only mode), so that formatted empty rows cost time but no memory.
That mode leaves merged ranges out; they are read from the sheet's XML in a pass of their own.
"""

import re
import zlib
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from xml.etree.ElementTree import ParseError
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

import xlsxwriter
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from julu_liaison.common.errors import DomainError
from julu_liaison.common.texts import clean_text, squeezed

MEGABYTE = 1024 * 1024
MOST_BYTES = 10 * MEGABYTE
MOST_UNPACKED = 64 * MEGABYTE  # 100,000 rows of 15 columns are about 60
MOST_PARTS = 2000
MOST_MERGED_CELLS = 1_000_000
LAST_ROW, LAST_COLUMN = 1_048_576, 100
HEADER_WITHIN = 30  # rows from the top
FEWEST_TITLES = 2  # a row with fewer known titles is no header

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# What openpyxl, zipfile and expat raise for broken files; there is no common base.
BROKEN = (
    BadZipFile, ParseError, expat.ExpatError, zlib.error, KeyError, IndexError, ValueError, TypeError, AttributeError,
    OSError, EOFError, NotImplementedError, RuntimeError, OverflowError, AssertionError,
)  # fmt: skip

CONTROL_ESCAPE = re.compile(r"_x00([01][0-9A-Fa-f])_")  # openpyxl leaves Excel's escapes as they are
# First words of the lines that people write under (or as sums into) a table.
NOTE = re.compile(
    r"[(【*※]?(注|附注|备注|说明|填表说明|(填表|填报|制表|审核|审批|经办|负责|联系)(人|单位|日期|时间)|制表|审核"
    r"|单位\(?(盖章|公章)|日期|合计|总计|小计|共计|共)\)?(签字|签名)?([:、.\d\])】]|$)"
)


class UnreadableWorkbook(DomainError):
    """The file is no workbook that can be read; the message says which one to give instead."""


@dataclass(frozen=True)
class Column:
    """One column, for reading, template and writing alike. `aliases` are other titles people give it.

    `required`: the sheet must have it. `shared`: a vertically merged cell counts for every row it covers.
    """

    key: str
    title: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    shared: bool = True
    width: int = 12
    help: str = ""
    example: str = ""
    choices: tuple[str, ...] = ()

    def is_titled(self, text: str) -> bool:
        return text in (self.title, *self.aliases)


class Cell(NamedTuple):
    """What stands in a cell. `kind`: s text, n number, d date, b yes/no, f formula, e error."""

    value: Any
    kind: str
    number_format: str = "General"

    @property
    def text(self) -> str:
        """The value as people read it: no `.0` behind whole numbers, escaped control characters decoded."""
        return CONTROL_ESCAPE.sub(_control, self.value) if isinstance(self.value, str) else shown(self.value)

    @property
    def is_blank(self) -> bool:
        return not clean_text(self.text)


BLANK = Cell(None, "n")


@dataclass
class Row:
    """One row of a table: its number on the sheet and its cells by column key; merged cells are filled in."""

    number: int
    cells: dict[str, Cell]

    def __getitem__(self, key: str) -> Cell:
        return self.cells.get(key, BLANK)


@dataclass(frozen=True)
class Problem:
    """Something wrong or odd in one cell: sheet row (0: the file as a whole), column title, value, what to do."""

    row: int
    column: str
    value: str
    message: str

    def as_dict(self) -> dict[str, Any]:
        return {"row": self.row, "column": self.column, "value": self.value, "message": self.message}


@dataclass
class Table:
    """The rows of the table that was found, and what is wrong with its shape."""

    sheet: str
    header_row: int
    titles: dict[str, str]  # column key → title as typed
    rows: list[Row]
    epoch: datetime  # day 0 of date serials: 1900 or, in old Mac files, 1904
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


# ---- Text ----------------------------------------------------------------------------------------------------------


def shown(value: Any) -> str:
    """Return a value as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return str(getattr(value, "text", value))  # an array formula is an object


def _control(match: re.Match) -> str:
    return chr(int(match[1], 16))


# ---- Reading -------------------------------------------------------------------------------------------------------


def read_table(source: Path, columns: Sequence[Column]) -> Table:
    """Find the table with `columns` on the first visible sheet that has its header, and read its rows.

    Left out: rows without a value of their own, repeated headers, notes under the table. Raises UnreadableWorkbook.
    """
    with source.open("rb") as file:
        _refuse_other_files(file, source)
        with closing(_opened(file)) as book:
            found = _find_header(book, columns)
            merges = _merged_ranges(file, found.path)
    return _table(found, merges, columns)


@dataclass
class _Found:
    """A sheet with a header: `grid` holds the non-blank cells by row and column number."""

    title: str
    path: str
    grid: dict[int, dict[int, Cell]]
    header_row: int
    places: dict[str, int]  # column key → column number
    twice: list[str]
    others: list[str]
    epoch: datetime


def _refuse_other_files(file: BinaryIO, source: Path) -> None:
    size = source.stat().st_size
    if size > MOST_BYTES:
        raise UnreadableWorkbook(f"文件有{size / MEGABYTE:.0f}MB,最大10MB,请删掉照片和没用的工作表再试。")
    head = file.read(len(OLD_OFFICE))
    if not head:
        raise UnreadableWorkbook("文件是空的,请重新选文件。")
    if head == OLD_OFFICE:
        if ENCRYPTED in file.read():
            raise UnreadableWorkbook("文件加了打开密码,请在 Excel 或 WPS 里去掉密码,另存后再试。")
        raise UnreadableWorkbook("这是旧的 .xls 格式,请在 Excel 或 WPS 里另存为 .xlsx 再试。")
    if not head.startswith(b"PK"):
        raise UnreadableWorkbook("这不是 Excel 工作簿,请在 Excel 或 WPS 里另存为 .xlsx 再试。")
    file.seek(0)
    _refuse_other_packages(file)


def _refuse_other_packages(file: BinaryIO) -> None:
    try:
        with ZipFile(file) as package:
            parts = package.infolist()
    except BROKEN as error:
        raise UnreadableWorkbook("文件不完整,打不开,请重新下载或另存为 .xlsx 再试。") from error
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise UnreadableWorkbook("文件展开后太大了(多半是整张表都设了格式),请把名册复制到一份新表里再试。")
    if not any(part.filename.endswith("workbook.xml") for part in parts):
        raise UnreadableWorkbook("这不是 .xlsx 工作簿,请在 Excel 或 WPS 里另存为 .xlsx 再试。")


def _opened(file: BinaryIO):
    try:
        return load_workbook(file, read_only=True, keep_links=False)
    except BROKEN as error:
        raise UnreadableWorkbook("工作簿打不开,可能损坏了,请在 Excel 或 WPS 里另存一份再试。") from error


def _find_header(book, columns: Sequence[Column]) -> _Found:
    """The first visible sheet whose header has every required column, or else the one with most of the columns."""
    best: _Found | None = None
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        found = _header_of(sheet, _grid(sheet), columns, book.epoch)
        if found and all(column.key in found.places for column in columns if column.required):
            return found
        if found and (best is None or len(found.places) > len(best.places)):
            best = found
    if best is None:
        titles = "、".join(column.title for column in columns if column.required)
        raise UnreadableWorkbook(f"没有找到表头,前{HEADER_WITHIN}行里要有一行写着{titles}等列名(隐藏的工作表不读)。")
    return best


def _grid(sheet) -> dict[int, dict[int, Cell]]:
    try:
        sheet.reset_dimensions()  # some programs write a wrong size, and the rest would be left out
        rows = enumerate(sheet.iter_rows(max_row=LAST_ROW, max_col=LAST_COLUMN), start=1)
        grid = {number: cells for number, row in rows if (cells := _cells(row))}
    except BROKEN as error:
        message = f"工作表“{sheet.title}”读不出来,请在 Excel 或 WPS 里另存一份再试。"
        raise UnreadableWorkbook(message) from error
    return grid


def _cells(row: tuple) -> dict[int, Cell]:
    return {
        place: _cell(cell)
        for place, cell in enumerate(row, start=1)
        if cell.value is not None and not (isinstance(cell.value, str) and not cell.value.strip())
    }


def _cell(cell) -> Cell:
    if cell.data_type != "n":
        return Cell(cell.value, cell.data_type)
    return Cell(cell.value, "n", cell.number_format or "General")


def _header_of(sheet, grid: dict[int, dict[int, Cell]], columns: Sequence[Column], epoch: datetime) -> _Found | None:
    rows = [number for number in grid if number <= HEADER_WITHIN]
    best = max(rows, key=lambda number: len(_titles(grid[number], columns)), default=None)
    if best is None or len(_titles(grid[best], columns)) < FEWEST_TITLES:
        return None
    known = _titles(grid[best], columns)
    places = {key: min(numbers) for key, numbers in known.items()}
    twice = [key for key, numbers in known.items() if len(numbers) > 1]
    taken = {number for numbers in known.values() for number in numbers}
    others = [cell.text for number, cell in grid[best].items() if number not in taken]
    return _Found(sheet.title, sheet._worksheet_path, grid, best, places, twice, others, epoch)


def _titles(cells: dict[int, Cell], columns: Sequence[Column]) -> dict[str, list[int]]:
    """Column key → numbers of the columns so titled."""
    found: dict[str, list[int]] = {}
    for number, cell in cells.items():
        text = title_of(cell.text)
        for column in columns:
            if column.is_titled(text):
                found.setdefault(column.key, []).append(number)
    return found


def title_of(text: str) -> str:
    """Return a header's bare words: `* 出生年月\n(如1978.05)` → `出生年月`."""
    return re.sub(r"\(.*?\)|[**::]", "", squeezed(text))


def _merged_ranges(file: BinaryIO, path: str) -> list[tuple[int, int, int, int]]:
    """Return the sheet's merged ranges as (first column, first row, last column, last row)."""
    ranges: list[tuple[int, int, int, int]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "mergeCell":
            ranges.append(range_boundaries(attributes["ref"]))

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    try:
        file.seek(0)
        with ZipFile(file) as package, package.open(path) as part:
            parser.ParseFile(part)
    except BROKEN as error:
        raise UnreadableWorkbook("合并单元格读不出来,请在 Excel 或 WPS 里另存一份再试。") from error
    return ranges


def _table(found: _Found, merges: list[tuple[int, int, int, int]], columns: Sequence[Column]) -> Table:
    header = found.grid[found.header_row]
    titles = {key: clean_text(header[place].text) for key, place in found.places.items()}
    table = Table(found.title, found.header_row, titles, [], found.epoch)
    _check_header(table, found, columns)
    below = [number for number in found.grid if number > found.header_row]
    wide = _wide_merges(found, merges)
    for number in below:
        own = {key: found.grid[number][place] for key, place in found.places.items() if place in found.grid[number]}
        if not any(not cell.is_blank for cell in own.values()) or _is_header_again(own, titles):
            continue
        if _is_note(found.grid[number], own, columns):
            continue
        if number in wide and len(own) == 1:
            cell = next(iter(own.values()))
            table.warnings.append(Problem(number, "", cell.text[:60], "这一行像小标题,没有导入。"))
            continue
        table.rows.append(Row(number, own))
        if number in wide:
            names = "、".join(titles[key] for key in wide[number])
            message = f"{names}合并成一格了,请取消合并,分开填。"
            table.problems.append(Problem(number, names, next(iter(own.values())).text[:60], message))
    _fill_merged(table, found, merges, columns)
    return table


def _check_header(table: Table, found: _Found, columns: Sequence[Column]) -> None:
    row = table.header_row
    for column in columns:
        if column.required and column.key not in found.places:
            message = f"缺少“{column.title}”这一列,请在表头加上。"
            table.problems.append(Problem(row, column.title, "", message))
    for key in found.twice:
        message = f"“{table.titles[key]}”这一列有两个,请留下一个。"
        table.problems.append(Problem(row, table.titles[key], table.titles[key], message))
    for text in found.others:
        title = clean_text(text)[:60]
        if title and title_of(text) not in UNREAD_TITLES:
            table.warnings.append(Problem(row, title, title, f"“{title}”这一列不认识,没有读。"))


# Columns that lists carry for people's eyes only.
UNREAD_TITLES = ("序号", "编号", "原行号", "要改的地方")


def _is_header_again(own: dict[str, Cell], titles: dict[str, str]) -> bool:
    """A header printed once more at the top of every page."""
    return len(own) > 1 and all(title_of(cell.text) == title_of(titles[key]) for key, cell in own.items())


def _is_note(cells: dict[int, Cell], own: dict[str, Cell], columns: Sequence[Column]) -> bool:
    """`注:…`, `填表人:…`, `合计`: begins with a note's word and fills at most one required column with a value."""
    if not NOTE.match(squeezed(cells[min(cells)].text)):
        return False
    values = [own[column.key] for column in columns if column.required and column.key in own]
    return sum(":" not in squeezed(cell.text) for cell in values) <= 1


def _wide_merges(found: _Found, merges: list[tuple[int, int, int, int]]) -> dict[int, list[str]]:
    """First row of each range that joins two or more known columns → their keys."""
    wide = {}
    for first_column, first_row, last_column, _last_row in merges:
        keys = [key for key, place in found.places.items() if first_column <= place <= last_column]
        if len(keys) > 1 and first_row in found.grid and first_column in found.grid[first_row]:
            wide[first_row] = keys
    return wide


def _fill_merged(
    table: Table, found: _Found, merges: list[tuple[int, int, int, int]], columns: Sequence[Column]
) -> None:
    """Give every row a vertically merged cell covers its value, or a problem where each row needs its own."""
    rows = {row.number: row for row in table.rows}
    shared = {column.key: column.shared for column in columns}
    covered = 0
    for first_column, first_row, _last_column, last_row in merges:
        cell = found.grid.get(first_row, {}).get(first_column)
        key = next((key for key, place in found.places.items() if place == first_column), None)
        if cell is None or key is None or last_row == first_row or first_row <= found.header_row:
            continue
        numbers = range(first_row + 1, min(last_row, max(rows, default=0)) + 1)
        covered += len(numbers)
        if covered > MOST_MERGED_CELLS:
            raise UnreadableWorkbook("合并单元格太多了,请取消合并再试。")
        for number in numbers:
            if number not in rows:
                continue
            rows[number].cells[key] = cell
            if not shared[key]:
                message = f"“{table.titles[key]}”跨行合并了,请取消合并,每行各填各的。"
                table.problems.append(Problem(number, table.titles[key], cell.text[:60], message))


# ---- Writing -------------------------------------------------------------------------------------------------------

FONT = "宋体"
HEADING_HEIGHT = 30
LINE_HEIGHT = 15  # points
TALLEST_ROW = 409  # of Excel


@dataclass(frozen=True)
class Sheet:
    """A sheet to write: a heading, column titles, rows of text or numbers. `marked` cells (row, column index from 0)
    are shown in red; `choices` (column index → list of words) become drop-down lists. `note` stands below the heading.
    """

    name: str
    heading: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[str | int | float]]
    marked: frozenset[tuple[int, int]] = frozenset()
    blank_rows: int = 0  # empty rows below that get the drop-down lists too
    note: str = ""


def write_workbook(target: Path | BinaryIO, sheets: Sequence[Sheet], *, constant_memory: bool = False) -> None:
    """Write `sheets` as .xlsx. Every text stays text: a cell that begins with = + - @ is data, never a formula.

    `constant_memory`: for long lists; a row is written away before the next one is taken from `rows`.
    """
    options = {"constant_memory": constant_memory, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(target) if isinstance(target, Path) else target, options) as book:
        base = {"font_name": FONT, "font_size": 11, "valign": "vcenter"}
        boxed = base | {"border": 1, "text_wrap": True}
        formats = {
            "heading": book.add_format(base | {"bold": True, "font_size": 16, "align": "center"}),
            "noted": book.add_format(base | {"align": "center", "text_wrap": True}),
            "note": book.add_format(base | {"font_size": 9}),
            "title": book.add_format(boxed | {"bold": True, "bg_color": "#ECEAE5", "align": "center"}),
            "text": book.add_format(boxed | {"num_format": "@"}),
            "number": book.add_format(boxed),
            "marked": book.add_format(boxed | {"num_format": "@", "font_color": "#A8181F", "bg_color": "#FBEEED"}),
        }
        for sheet in sheets:
            _write_sheet(book, formats, sheet)


def _write_sheet(book, formats: dict, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.name)
    _write_heading(page, formats, sheet)
    for index, column in enumerate(sheet.columns):
        page.set_column(index, index, column.width, formats["text"] if sheet.blank_rows else None)
        page.write_string(1, index, column.title, formats["title"])
    count = 0
    for count, row in enumerate(sheet.rows, start=1):
        _write_row(page, count + 1, row, sheet, formats)
    for index, column in enumerate(sheet.columns):
        if column.choices and count + sheet.blank_rows:
            rule = {"validate": "list", "source": list(column.choices), "error_type": "warning"}
            page.data_validation(2, index, 1 + count + sheet.blank_rows, index, rule)
    page.freeze_panes(2, 0)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(1)


def _write_heading(page, formats: dict, sheet: Sheet) -> None:
    """With the note in the same cell, so that titles and rows stand where they always stand."""
    last = max(len(sheet.columns) - 1, 1)
    page.merge_range(0, 0, 0, last, "", formats["noted" if sheet.note else "heading"])
    if not sheet.note:
        page.write_string(0, 0, sheet.heading, formats["heading"])
        page.set_row(0, HEADING_HEIGHT)
        return
    said = (formats["heading"], sheet.heading, formats["note"], f"\n{sheet.note}")
    page.write_rich_string(0, 0, *said, formats["noted"])
    lines = _lines(sheet.note, sum(column.width for column in sheet.columns))
    page.set_row(0, HEADING_HEIGHT + LINE_HEIGHT * lines)


def _write_row(page, number: int, row: Sequence[str | int | float], sheet: Sheet, formats: dict) -> None:
    for index, value in enumerate(row):
        if isinstance(value, str):
            chosen = "marked" if (number - 2, index) in sheet.marked else "text"
            page.write_string(number, index, value, formats[chosen])
        else:
            page.write_number(number, index, value, formats["number"])
    lines = max((_lines(value, sheet.columns[index].width) for index, value in enumerate(row)), default=1)
    if lines > 1:
        page.set_row(number, min(LINE_HEIGHT * lines, TALLEST_ROW))


def _lines(value: str | int | float, width: int) -> int:
    """How many lines a value takes in a column; a Chinese character is as wide as two digits.

    Not every office program makes rows high enough by itself.
    """
    parts = str(value).split("\n")
    return sum(max(1, -(-len(part.encode("gb18030", "replace")) // max(1, width - 1))) for part in parts)
