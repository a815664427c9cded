"""What a draft of a scheme would do to every deputy, as a workbook."""

from pathlib import Path
from typing import BinaryIO

from julu_liaison.common.spreadsheets import Column, Sheet, write_workbook
from scoring.rules.changes import plain
from scoring.rules.wording import NOT_MEASURED
from scoring.services.previews import Line, Preview

COLUMNS = (
    Column("station", "联络站", width=16), Column("branch", "分站", width=14), Column("code", "代表编号", width=14),
    Column("name", "姓名", width=10), Column("before", "现在", width=9), Column("after", "执行后", width=9),
    Column("difference", "相差", width=9), Column("grade_before", "现在的等次", width=12),
    Column("grade_after", "执行后的等次", width=12), Column("parts", "哪几项变了", width=70),
)  # fmt: skip


def preview_workbook(target: Path | BinaryIO, preview: Preview) -> None:
    """Write everybody, in the order of the preview."""
    version = preview.version
    heading = f"{version.scheme.year}年积分方案第{version.number}版草稿:执行后每位代表的得分(还没有执行)"
    rows = [_row(line) for line in preview.lines]
    write_workbook(target, [Sheet("预览", heading, COLUMNS, rows, note=NOT_MEASURED)])


def _row(line: Line) -> list[str | float]:
    branch = line.branch
    parts = [f"{part.label} {plain(part.before)}→{plain(part.after)}" for part in line.parts]
    return [
        branch.parent.name if branch else "没有分到分站", branch.name if branch else "", line.deputy.code,
        line.deputy.name, float(line.before), float(line.after), float(line.difference), line.grade_before,
        line.grade_after, ";".join(parts),
    ]  # fmt: skip
