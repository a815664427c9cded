"""Writing registers: an export that can be imported again, the empty template, the rows that need work."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from io import BytesIO

from julu_liaison.common.registers.report import Report
from julu_liaison.common.spreadsheets import Column, Problem, Row, Sheet, write_workbook

HELP_COLUMNS = (
    Column("title", "列名", width=14),
    Column("help", "怎么填", width=60),
    Column("example", "例子", width=20),
)
LINE = Column("line", "原行号", width=8)
REASON = Column("reason", "要改的地方", width=60)
ROOM_IN_TEMPLATE = 300  # rows prepared for typing


def workbook(*sheets: Sheet) -> bytes:
    target = BytesIO()
    write_workbook(target, sheets)
    return target.getvalue()


def template_workbook(title: str, heading: str, columns: Sequence[Column], lists: Iterable[Sheet]) -> bytes:
    """Return an empty register with drop-down lists, how to fill it in, and the `lists` of what can be named in it."""
    help_rows = [(column.title, column.help, column.example) for column in columns]
    return workbook(
        Sheet(title, heading, columns, [], blank_rows=ROOM_IN_TEMPLATE),
        Sheet("填写说明", "填写说明", HELP_COLUMNS, help_rows),
        *lists,
    )


def failed_workbook(report: Report, columns: Sequence[Column]) -> bytes:
    """Return the rows that have errors as typed, with their row number and reasons; wrong cells are red."""
    problems: dict[int, list[Problem]] = defaultdict(list)
    for problem in report.errors:
        problems[problem.row].append(problem)
    known = {row.number: row for row in (report.table.rows if report.table else [])}
    rows, marked = [], set()
    for index, number in enumerate(sorted(problems)):
        rows.append(_failed_row(number, known.get(number), problems[number], columns))
        wrong = {title for problem in problems[number] for title in problem.column.split("、")}
        marked |= {(index, place) for place, column in enumerate(columns, start=1) if column.title in wrong}
    return workbook(Sheet("要改的行", "要改的行", (LINE, *columns, REASON), rows, frozenset(marked)))


def _failed_row(number: int, row: Row | None, problems: list[Problem], columns: Sequence[Column]) -> list[str | int]:
    texts = [row[column.key].text if row else "" for column in columns]
    reasons = [f"{problem.column}:{problem.message}" if problem.column else problem.message for problem in problems]
    return [number or "整个文件", *texts, "\n".join(reasons)]
