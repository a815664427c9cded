"""The yearly figures as a Word document: the paragraph, then every figure with how it is counted."""

import re
from datetime import date, datetime

from julu_liaison.common.word import HEI, Column, WordPaper
from julu_liaison.common.working_days import today_here
from julu_liaison.summary.figures import LABELS, MEANINGS, Summary
from julu_liaison.summary.wording import Grid, paragraph_of, period_words
from stations.models import Station

COLUMNS = (Column("项目", 52), Column("数量", 24), Column("怎么算的", 98))
ROLE_MEANING = "代表以这个角色参加接待、活动、服务和联系选民的人次。"


def summary_paper(summary: Summary, grid: Grid, start: date, end: date, *, at: datetime) -> bytes:
    """The .docx of a place and period."""
    title = f"{period_words(start, end)}{grid.place.full_name}履职情况"
    paper = WordPaper(title=title, made_at=at)
    paper.line(title, size=18, font=HEI, centred=True, after=14)
    paper.line(f"\u3000\u3000{paragraph_of(summary, grid, start, end, today=today_here(at))}", size=14, after=10)
    paper.chapter("各项数字")
    meanings = [*MEANINGS.values(), *([ROLE_MEANING] * len(summary.roles))]
    rows = [
        (label, str(number), meaning)
        for (label, number), meaning in zip(summary.lines(), meanings, strict=True)
    ]
    assert list(LABELS) == list(MEANINGS)
    paper.table(COLUMNS, rows, size=10.5)
    if end >= today_here(at):
        paper.line("这段时间还没有过完,数字还会变。", size=10.5, right=True, before=8)
    paper.line(f"按{at:%Y-%m-%d %H:%M}的记录统计", size=10.5, right=True, before=8)
    return paper.content()


def summary_name(place: Station, start: date, end: date) -> str:
    """The document's file name."""
    return re.sub(r'[\\/:*?"<>|]', "_", f"{period_words(start, end)}{place.full_name}履职情况.docx")
