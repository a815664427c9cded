"""The sheet of a deputy as PDF, and the county's workbook: everybody of a term in official order."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO

from deputies.models import GlyphImage
from julu_liaison.common.fonts import code_points, missing_glyphs
from julu_liaison.common.pdf import TEMPLATES, PrintRefused, render_pdf
from julu_liaison.common.spreadsheets import Column, write_workbook
from julu_liaison.common.spreadsheets import Sheet as Page
from julu_liaison.common.templatetags.liaison import points
from julu_liaison.common.texts import long_day, typeset
from julu_liaison.common.working_days import today_here
from scoring.reports.terms.figures import COUNTS, Sheet, YearLine
from scoring.rules.wording import NOT_MEASURED

TEMPLATE = TEMPLATES / "table.typ"
POINTS = ("基础分还有", "加分", "总分", "等次")
PROVISIONAL = "暂计"
NOTES = (
    "已结账的年度按结账结果,标“暂计”的按目前的记录,以后还会变。",
    "各项按自然年计次数:接待应到按工作日志里的登记,到岗和参加含排班、通知以外到场的;建议议案只计领衔的,并案的不计;"
    "人代会缺席只计没有请假的,同一次会议缺几个半天算一次,有人替的、复核更正了的不算;作废的记录不计。",
    NOT_MEASURED,
)
NOT_RANKED = "按公文顺序排列,不是排名。"


def state_words(line: YearLine) -> str:
    """Whether the year's points may still change."""
    if line.score is None:
        return "没有积分"
    if not line.is_final:
        return PROVISIONAL
    return f"已结账(第{line.edition}版)" if line.edition > 1 else "已结账"


def sheet_table(sheet: Sheet) -> tuple[list[str], list[list[str]]]:
    """One deputy's years as headings and rows, with the sums of what was counted in the last row."""
    rows = [[f"{line.year}年", *_points(line), *_counts(line.counts), state_words(line)] for line in sheet.lines]
    if len(rows) > 1:
        rows.append(["合计", *[""] * len(POINTS), *_counts(sheet.sums), ""])
    return ["年度", *POINTS, *COUNTS.values(), "积分"], rows


def _points(line: YearLine) -> list[str]:
    if line.score is None:
        return ["—", "—", "—", ""]
    return [points(line.score.base_left), points(line.score.bonus), points(line.score.total), line.grade]


def _counts(counts) -> list[str]:
    return [str(counts[name]) for name in COUNTS]


def sheet_pdf(sheet: Sheet, *, title: str, at: datetime) -> bytes:
    """A4 landscape. Raises PrintRefused, naming the deputy, for a name that the print fonts cannot print."""
    deputy = sheet.deputy
    glyphs = GlyphImage.objects.pictures_of(deputy.county_id)
    if missing := missing_glyphs(deputy.name, besides=glyphs):
        raise PrintRefused([f"{deputy.name}的姓名里,字库没有{code_points(missing)},PDF没有印出,请核对这个字"])
    labels, rows = sheet_table(sheet)
    columns = [{"label": label, "width": 1.5 if index == len(labels) - 1 else 1, "align": "center"}
               for index, label in enumerate(map(typeset, labels))]  # fmt: skip
    data = {
        "title": f"{deputy.name}代表任期履职情况", "subtitle": typeset(f"{title},{sheet.place},编号{deputy.code}"),
        "columns": columns, "rows": [[typeset(cell) for cell in row] for row in rows],
        "notes": [typeset(note) for note in NOTES],
        "signature": typeset(f"代表签字:              审核:              {long_day(today_here(at))}"),
    }  # fmt: skip
    return render_pdf(template=TEMPLATE, data=data, glyphs=glyphs)


def file_name(words: str, ending: str) -> str:
    """What a file is called: 李代表任期履职情况.pdf."""
    safe = re.sub(r"[^\w·—-]", "_", words)
    return f"{safe}任期履职情况.{ending}"


# ---- Workbook ----------------------------------------------------------------------------------------------------


def workbook(sheets: Sequence[Sheet], *, title: str, years: Sequence[int], at: datetime) -> bytes:
    """Three pages: everybody with the years' points side by side, everybody year by year, what the figures mean."""
    content = BytesIO()
    heading = f"{title}代表任期履职情况({long_day(today_here(at))}按记录汇总,{NOT_RANKED})"
    people = [
        Column("number", "序号", width=5), Column("place", "分站", width=22), Column("name", "姓名", width=10),
        Column("code", "编号", width=10),
    ]  # fmt: skip
    counts = [Column(key, label, width=11) for key, label in COUNTS.items()]
    by_year = [Column(f"y{year}", f"{year}年总分", width=12) for year in years]
    lines = [Column("year", "年度", width=7), *(Column(one, one, width=11) for one in POINTS)]
    notes = [[note] for note in (*NOTES, NOT_RANKED)]
    pages = [
        Page("任期汇总", heading, [*people, *by_year, *counts], _summaries(sheets, years), note=NOT_MEASURED),
        Page("逐年明细", heading, [*people, *lines, *counts, Column("state", "积分", width=10)], _details(sheets)),
        Page("说明", "数字的说明", [Column("note", "说明", width=110)], notes),
    ]
    write_workbook(content, pages)
    return content.getvalue()


def _person(number: int, sheet: Sheet) -> list[str | int]:
    return [number, sheet.place, sheet.deputy.name, sheet.deputy.code]


def _summaries(sheets: Sequence[Sheet], years: Sequence[int]) -> Iterator[list]:
    for number, sheet in enumerate(sheets, start=1):
        totals = [_total(sheet.of(year)) for year in years]
        yield [*_person(number, sheet), *totals, *(sheet.sums[name] for name in COUNTS)]


def _total(line: YearLine | None) -> str | float:
    """A number where the year is closed; a text that says so where it may still change."""
    if line is None or line.score is None:
        return "—"
    return float(line.score.total) if line.is_final else f"{points(line.score.total)}({PROVISIONAL})"


def _details(sheets: Sequence[Sheet]) -> Iterator[list]:
    for number, sheet in enumerate(sheets, start=1):
        for line in sheet.lines:
            values = [line.score.base_left, line.score.bonus, line.score.total] if line.score else []
            numbers = [float(value) for value in values] or ["—"] * 3
            counts = [line.counts[name] for name in COUNTS]
            yield [*_person(number, sheet), line.year, *numbers, line.grade, *counts, state_words(line)]
