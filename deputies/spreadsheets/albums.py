"""What became of an archive of portraits, as a workbook: every file, and who still has no photo."""

from collections.abc import Iterable
from pathlib import Path

from deputies.models import Deputy
from deputies.services.albums import Outcome
from julu_liaison.common.spreadsheets import Column, Sheet, write_workbook

STATES = {"done": "已配上", "unchanged": "没有换", "refused": "没有采用"}
OUTCOME_COLUMNS = (
    Column("path", "文件", width=36), Column("state", "结果", width=12), Column("sentence", "说明", width=60),
)  # fmt: skip
MISSING_COLUMNS = (
    Column("code", "编号", width=14), Column("name", "姓名"), Column("station", "联络站", width=18),
    Column("branch", "分站", width=14),
)  # fmt: skip


def write_album_report(target: Path, *, title: str, outcomes: Iterable[Outcome], missing: Iterable[Deputy]) -> None:
    """Write the workbook; `missing` come from `with_places(on)`. What was not used comes first."""
    order = list(reversed(STATES))
    ranked = sorted(outcomes, key=lambda outcome: order.index(outcome.state))
    rows = [(outcome.path, STATES[outcome.state], outcome.sentence) for outcome in ranked]
    places = [_line(person) for person in missing]
    sheets = [
        Sheet("照片匹配结果", f"{title}:匹配结果", OUTCOME_COLUMNS, rows),
        Sheet("还没有照片的代表", f"{title}:还没有照片的代表", MISSING_COLUMNS, places),
    ]
    write_workbook(target, sheets)


def _line(person: Deputy) -> tuple[str, str, str, str]:
    branch = person.membership_now.branch if person.membership_now else None
    place = (branch.parent.name, branch.name) if branch else ("", "")
    return (person.code, person.name, *place)
