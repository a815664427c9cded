"""The list of scores as a workbook: what the page shows, and what the number does not say."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from io import BytesIO

from django.db import transaction

from deputies.states import MandateLevel
from julu_liaison.common import audit
from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.spreadsheets import Column, Sheet, write_workbook
from julu_liaison.common.working_days import today_here
from scoring.rules.wording import NOT_MEASURED
from scoring.services.lists import ScoreRow
from stations.models import Station
from stations.permissions import holds
from stations.states import Right

COLUMNS = (
    Column("name", "姓名", width=10),
    Column("code", "编号", width=12),
    Column("levels", "层级", width=10),
    Column("station", "联络站", width=12),
    Column("branch", "分站", width=12),
    Column("base", "基础分还有", width=11),
    Column("deductions", "扣分", width=8),
    Column("bonus", "加分", width=8),
    Column("total", "总分", width=8),
    Column("grade", "等次", width=10),
    Column("absences", "缺席次数", width=9),
    Column("questions", "未办完", width=9),
)
MEANINGS = (
    ("总分", "基础分扣完为止,再加加分;基础分和加分分开列。"),
    ("缺席次数", "已经扣分、没有更正的缺席。"),
    ("未办完", "这一年还没有办完的加分申报和复核,几件。"),
    ("次序", "按公文顺序排列,不排名次。"),
    ("说明", NOT_MEASURED),
)


def can_export_scores(user, county: Station, stations: Collection[int] | None) -> bool:
    """Take the list away: whoever makes reports for the county, or for each of the stations."""
    if stations is None:
        return holds(user, Right.MAKE_REPORTS, county.pk)
    return all(holds(user, Right.MAKE_REPORTS, key) for key in stations)


@transaction.atomic
def export_scores(
    *, rows: Sequence[ScoreRow], county: Station, stations: Collection[int] | None, year: int, stage: str,
    filters: dict[str, str], actor, at: datetime,
) -> bytes:  # fmt: skip
    """Return `rows` as .xlsx. A disclosure: who took what is recorded. Raises NotAllowed."""
    if not can_export_scores(actor, county, stations):
        raise NotAllowed("得分列表由县人大和联络站导出。")
    heading = f"{year}年履职得分({stage},{today_here(at):%Y-%m-%d},共{len(rows)}人)"
    means = Sheet("怎么看", "怎么看这些数字", [Column("what", "项目", width=14), Column("how", "意思", width=80)], MEANINGS)
    content = BytesIO()
    write_workbook(content, [Sheet("履职得分", heading, COLUMNS, _lines(rows), note=NOT_MEASURED), means])
    audit.record("export_scores", actor=actor, target=county, county_code=county.code, at=at, year=year, rows=len(rows), filters=filters)
    return content.getvalue()


def _lines(rows: Iterable[ScoreRow]) -> list[list[str | float]]:
    return [
        [
            row.person.name, row.person.code, "、".join(MandateLevel(level).label for level in row.levels), row.person.station_name,
            row.person.branch_name, float(row.score.base_left), float(row.score.deductions), float(row.score.bonus),
            float(row.score.total), row.grade, row.absences, row.questions,
        ]
        for row in rows
    ]  # fmt: skip
