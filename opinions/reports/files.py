"""The tables of figures taken away: a workbook with a sheet a table, or one text file for other programs."""

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO

from julu_liaison.common.spreadsheets import Column, Sheet, write_workbook
from opinions.reports.reading import Asked
from opinions.reports.tables import Cell, Table, meanings_of
from opinions.rules.figures import LEAST

NAME = "name"
LIMITS = (
    f"件数少于{LEAST}件的,件数少,不算百分比,写成“3/4”这样;没有可以相除的写成“—”。",
    "作废的、并入别件的不计。社情民意和代表建议分别统计,不相加。",
    "这些数字说明登记了多少、办得及时不及时、反映人怎么说;不说明事情难不难、办得好不好,也不包括没有登记的工作。",
    "按公文顺序排列,不排名次。",
)
FORMULA_SIGNS = ("=", "+", "-", "@")


def words_of_period(asked: Asked) -> str:
    return f"{asked.since:%Y-%m-%d}至{asked.until:%Y-%m-%d}(按{asked.on:%Y-%m-%d}的记录)"


def figures_workbook(tables: Sequence[Table], asked: Asked, whose: str) -> bytes:
    """A sheet for each table and one that says how everything is worked out."""
    target = BytesIO()
    sheets = [_sheet(table, f"{whose}{table.title} {words_of_period(asked)}") for table in tables]
    write_workbook(target, [*sheets, _meanings(tables)])
    return target.getvalue()


def figures_text(tables: Sequence[Table], asked: Asked, whose: str) -> bytes:
    """All tables one below the other as CSV, marked as UTF-8 so that office programs read it rightly."""
    target = StringIO()
    writer = csv.writer(target)
    for table in tables:
        writer.writerow([f"{whose}{table.title}", words_of_period(asked)])
        writer.writerow([table.owner, *(column.label for column in table.columns)])
        writer.writerows([_safe(name), *(cell.words for cell in cells)] for name, cells in _rows(table))
        writer.writerow([])
    return target.getvalue().encode("utf-8-sig")


def _sheet(table: Table, heading: str) -> Sheet:
    columns = [Column(NAME, table.owner, width=18)]
    columns += [Column(str(index), column.label, width=7) for index, column in enumerate(table.columns)]
    rows = [[name, *(_value(cell) for cell in cells)] for name, cells in _rows(table)]
    return Sheet(table.title.replace(":", "-"), heading, columns, rows)


def _value(cell: Cell) -> str | int:
    return cell.value if isinstance(cell.value, int) else cell.words


def _rows(table: Table) -> list[tuple[str, list[Cell]]]:
    return [*table.lines, *([("合计", table.total)] if table.total else [])]


def _meanings(tables: Sequence[Table]) -> Sheet:
    columns = [Column("label", "指标", width=14), Column("meaning", "怎么算的", width=90)]
    rows = [*(["说明", sentence] for sentence in LIMITS), *(list(pair) for pair in meanings_of(tables).items())]
    return Sheet("怎么算的", "怎么算的", columns, rows)


def _safe(text: str) -> str:
    """A text that an office program would take for a formula is marked as text."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text
