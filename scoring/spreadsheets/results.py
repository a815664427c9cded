"""The county's workbook of a year: by grade over all stations, then a sheet a station. All sums are formulas.

A4 landscape, headings repeated on every page, to be signed. Text is written as text, whatever it begins with.
"""

import re
from collections.abc import Callable
from io import BytesIO
from typing import NamedTuple

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from scoring.rules.wording import NOT_MEASURED
from scoring.services.standings import Standing
from scoring.services.years.sheets import YearSheet

HEADER_ROWS = 3  # title, state, headings
A4 = 9
FORMULA_SIGNS = ("=", "+", "-", "@")
FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
LONGEST_NAME = 25  # of a sheet, with room for a number
SUMMARY = "全县汇总"
UNGRADED = "未评等次"
COUNTED = "总分=基础分还有的分数+加分;基础分用完为止,不扣成负数。名单按公文顺序排列,不是名次。"
SIGNATURE = (" " * 32).join(("制表人:", "审核人:", "主管领导:", "(盖章)")) + " " * 20 + "年      月      日"


class Column(NamedTuple):
    """A column of a station's sheet: what is written, or a formula of the row (`{r}` is its number)."""

    label: str
    width: int
    read: Callable[[int, Standing], object]
    formula: str = ""


COLUMNS = (
    Column("序号", 6, lambda number, row: number),
    Column("姓名", 12, lambda number, row: row.deputy.name),
    Column("编号", 12, lambda number, row: row.deputy.code),
    Column("分站", 18, lambda number, row: row.branch.name if row.branch else ""),
    Column("基础分", 9, lambda number, row: row.score.base),
    Column("扣分", 9, lambda number, row: row.score.deductions),
    Column("基础分还有", 11, lambda number, row: row.score.base_left, "=MAX(0,E{r}+F{r})"),
    Column("加分", 9, lambda number, row: row.score.bonus),
    Column("总分", 9, lambda number, row: row.score.total, "=G{r}+H{r}"),
    Column("等次", 10, lambda number, row: row.grade or UNGRADED),
    Column("流水笔数", 9, lambda number, row: row.entries),
    Column("说明", 20, lambda number, row: f"结账后经复核更正(第{row.edition}版)" if row.edition > 1 else ""),
)
SUMMED = (5, 6, 7, 8, 10)  # columns with a sum below
NAME, GRADE, TOTAL = 1, 9, 8


class Place(NamedTuple):
    """Where a station's rows stand: sheet name, first and last row as Excel counts them."""

    name: str
    first: int
    last: int

    def cells(self, column: int) -> str:
        letter = xl_col_to_name(column)
        return f"'{self.name}'!${letter}${self.first}:${letter}${self.last}"


def results_workbook(sheet: YearSheet) -> bytes:
    """Return the .xlsx of a year's figures as they stand."""
    output = BytesIO()
    book = Workbook(output, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    looks = _looks(book)
    summary = book.add_worksheet(SUMMARY)
    groups = list(sheet.by_station)
    places = [_write_station(book, looks, sheet, name, rows) for name, rows in _named(groups)]
    _write_summary(summary, looks, sheet, groups, places)
    book.close()
    return output.getvalue()


def workbook_name(sheet: YearSheet) -> str:
    return f"{sheet.scheme.county.name}{sheet.scheme.year}年履职积分{'结果' if sheet.closing else '暂计'}.xlsx"


def _named(groups: list[tuple[str, list[Standing]]]) -> list[tuple[str, list[Standing]]]:
    """Names that Excel takes for sheets, no two alike."""
    taken, found = {SUMMARY}, []
    for name, rows in groups:
        plain = FORBIDDEN_IN_NAMES.sub("_", name)[:LONGEST_NAME] or "_"
        alike = (plain, *(f"{plain}({number})" for number in range(2, len(groups) + 3)))
        chosen = next(one for one in alike if one not in taken)
        taken.add(chosen)
        found.append((chosen, rows))
    return found


def _looks(book: Workbook) -> dict:
    plain = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
    boxed = plain | {"border": 1}
    centred = boxed | {"align": "center"}
    looks = {
        "title": plain | {"font_size": 16, "bold": True, "align": "center"},
        "state": plain | {"align": "center"},
        "heading": centred | {"bold": True, "text_wrap": True, "bg_color": "#ECEAE5"},
        "text": boxed | {"text_wrap": True},
        "quoted": boxed | {"text_wrap": True, "quote_prefix": True},
        "figure": centred,
        "mean": centred | {"num_format": "0.0"},
        "count": centred | {"num_format": "0"},
        "sum": centred | {"bold": True},
        "bold": boxed | {"bold": True},
        "note": plain | {"font_size": 9, "text_wrap": True},
        "signature": plain,
    }
    return {name: book.add_format(look) for name, look in looks.items()}


def _begin(page, looks: dict, titles: tuple[str, str], labels: list[tuple[str, int]]) -> None:
    last = len(labels) - 1
    for index, (text, look) in enumerate(zip(titles, ("title", "state"), strict=True)):
        page.set_row(index, 30 if index == 0 else 18)
        page.merge_range(index, 0, index, last, "", looks[look])
        page.write_string(index, 0, text, looks[look])
    page.set_row(2, 30)
    for index, (label, width) in enumerate(labels):
        page.set_column(index, index, width)
        page.write_string(2, index, label, looks["heading"])
    page.set_landscape()
    page.set_paper(A4)
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.center_horizontally()
    page.repeat_rows(0, HEADER_ROWS - 1)
    page.freeze_panes(HEADER_ROWS, 2)
    page.set_footer("&C第 &P 页,共 &N 页")


def _end(page, looks: dict, row: int, last: int) -> None:
    for text, height, look in ((COUNTED, 16, "note"), (NOT_MEASURED, 28, "note"), (SIGNATURE, 64, "signature")):
        page.set_row(row, height)
        page.merge_range(row, 0, row, last, "", looks[look])
        page.write_string(row, 0, text, looks[look])
        row += 1
    page.print_area(0, 0, row - 1, last)


def _write_station(book: Workbook, looks: dict, sheet: YearSheet, name: str, rows: list[Standing]) -> Place:
    page = book.add_worksheet(name)
    title = f"{sheet.scheme.county.name}{sheet.scheme.year}年代表履职积分:{name}"
    _begin(page, looks, (title, sheet.state_words), [(column.label, column.width) for column in COLUMNS])
    for number, standing in enumerate(rows, start=1):
        for index, column in enumerate(COLUMNS):
            _write_cell(page, looks, HEADER_ROWS + number - 1, index, column, column.read(number, standing))
    end = HEADER_ROWS + len(rows)
    place = Place(name, HEADER_ROWS + 1, end)
    _write_sums(page, looks, place, rows)
    _end(page, looks, end + 1, len(COLUMNS) - 1)
    return place


def _write_cell(page, looks: dict, row: int, index: int, column: Column, value) -> None:
    if column.formula:
        page.write_formula(row, index, column.formula.format(r=row + 1), looks["figure"], float(value))
    elif isinstance(value, str):
        page.write_string(row, index, value, looks["quoted" if value.startswith(FORMULA_SIGNS) else "text"])
    else:
        page.write_number(row, index, float(value), looks["count" if isinstance(value, int) else "figure"])


def _write_sums(page, looks: dict, place: Place, rows: list[Standing]) -> None:
    row = place.last
    for index in range(len(COLUMNS)):
        page.write_blank(row, index, None, looks["bold"])
    page.write_string(row, 0, "合计", looks["bold"])
    page.write_formula(row, NAME, f"=COUNTA(B{place.first}:B{place.last})", looks["count"], len(rows))
    for index in SUMMED:
        letter = xl_col_to_name(index)
        total = float(sum(COLUMNS[index].read(0, one) for one in rows))  # type: ignore[misc]
        look = looks["count" if index == SUMMED[-1] else "sum"]
        page.write_formula(row, index, f"=SUM({letter}{place.first}:{letter}{place.last})", look, total)


# ---- Summary ----


def _write_summary(
    page, looks: dict, sheet: YearSheet, groups: list[tuple[str, list[Standing]]], places: list[Place]
) -> None:
    """A line a station: people, mean of the totals, how many in each grade; the county below."""
    bands = _bands(sheet)
    labels = [("联络站", 18), ("代表人数", 10), ("总分合计", 12), ("人均总分", 10), *((band, 10) for band in bands)]
    title = f"{sheet.scheme.county.name}{sheet.scheme.year}年代表履职积分汇总"
    _begin(page, looks, (title, sheet.state_words), labels)
    for index, ((name, rows), place) in enumerate(zip(groups, places, strict=True), start=HEADER_ROWS):
        page.write_string(index, 0, name, looks["quoted" if name.startswith(FORMULA_SIGNS) else "text"])
        for column, (formula, value) in enumerate(_station_figures(bands, rows, place), start=1):
            look = looks["sum" if column == 2 else "mean" if column == 3 else "count"]
            page.write_formula(index, column, formula.format(r=index + 1), look, value)
    row = HEADER_ROWS + len(groups)
    _write_county(page, looks, sheet, bands, row)
    _end(page, looks, row + 1, len(labels) - 1)


def _bands(sheet: YearSheet) -> list[str]:
    """Grades from the best down, and those below all of them; none where the county has no grades."""
    names = [*sheet.grades, *(row.grade for row in sheet.rows)]
    return [*dict.fromkeys(filter(None, names)), UNGRADED] if sheet.grades else []


def _station_figures(bands: list[str], rows: list[Standing], place: Place) -> list[tuple[str, float]]:
    total = float(sum(one.score.total for one in rows))
    found = [
        (f"=COUNTA({place.cells(NAME)})", len(rows)),
        (f"=SUM({place.cells(TOTAL)})", total),
        ("=IF(B{r}=0,0,C{r}/B{r})", total / len(rows) if rows else 0),
    ]
    column = len(found) + 1
    for offset in range(len(bands)):
        letter = xl_col_to_name(column + offset)
        held = sum((one.grade or UNGRADED) == bands[offset] for one in rows)
        found.append((f"=COUNTIF({place.cells(GRADE)},{letter}${HEADER_ROWS})", held))
    return [(formula, float(value)) for formula, value in found]


def _write_county(page, looks: dict, sheet: YearSheet, bands: list[str], row: int) -> None:
    people, total = len(sheet.rows), float(sum(one.score.total for one in sheet.rows))
    held = [sum((one.grade or UNGRADED) == band for one in sheet.rows) for band in bands]
    page.write_string(row, 0, "全县", looks["bold"])
    for column, value in enumerate([people, total, total / people if people else 0, *held], start=1):
        letter = xl_col_to_name(column)
        formula = f"=SUM({letter}{HEADER_ROWS + 1}:{letter}{row})" if row > HEADER_ROWS else "=0"
        if column == 3:
            formula = f"=IF(B{row + 1}=0,0,C{row + 1}/B{row + 1})"
        look = looks["sum" if column == 2 else "mean" if column == 3 else "count"]
        page.write_formula(row, column, formula, look, value)
