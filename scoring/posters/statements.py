"""A deputy's statement (对账单) as PDF: every line of the year, what it adds up to, where to ask."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from deputies.models import GlyphImage
from julu_liaison.common.fonts import code_points, missing_glyphs
from julu_liaison.common.pdf import PrintRefused, render_pdf
from julu_liaison.common.templatetags.liaison import aligned_name, points
from julu_liaison.common.texts import long_day, typeset
from julu_liaison.common.working_days import today_here
from scoring.models import Scheme
from scoring.rules.quarters import StatementLine
from scoring.rules.wording import CORRECTED, NOT_MEASURED, why_corrected
from scoring.services.statements import Statement, statements_of
from scoring.states import Block, Item, Source
from stations.models import Station

TEMPLATE = Path(settings.BASE_DIR) / "templates" / "print" / "points-statement.typ"
TITLE = "履职积分对账单"
LATE = "逾期补报"  # the reason of a late claim says so itself
SHORT_DIGEST = 16  # hex digits
COUNTED = "总分=基础分还有的分数+加分。基础分每年重新计算,用完为止,不会扣成负数;加分不封顶。"
COLUMNS = ("笔号", "日期", "内容", "来源", "分值")
SIGNATURES = ("代表签字", "联络站核对")
NOTHING = {Block.BASE: "没有扣分。", Block.BONUS: "还没有加分。"}


def statement_pdf(statement: Statement) -> bytes:
    """The statement as PDF/A. Raises PrintRefused, which names the deputy, for a character the print fonts lack."""
    return _pdf(statement, GlyphImage.objects.pictures_of(statement.county.pk))


def _pdf(statement: Statement, glyphs: Mapping[str, bytes]) -> bytes:
    problems = _unprintable(statement, glyphs)
    if problems:
        raise PrintRefused(problems)
    return render_pdf(template=TEMPLATE, data=_paper(statement), glyphs=glyphs)


def statement_name(statement: Statement) -> str:
    """What one file is called: 李代表2026年第一季度履职积分对账单.pdf."""
    return f"{_safe(statement.deputy.name)}{_period_name(statement)}{TITLE}.pdf"


def render_statements(scheme: Scheme, keys: Iterable[int], *, at: datetime | None = None) -> Iterator[tuple[str, bytes]]:
    """Yield (`<station>/<branch>/<code> <name>.pdf`, content) for each deputy; the queries do not depend on how many.

    In the place of one that cannot be printed, because the fonts lack a character, stands a `.txt` that says which.
    """
    glyphs = GlyphImage.objects.pictures_of(scheme.county_id)
    for statement in statements_of(scheme=scheme, keys=keys, at=at or timezone.now()):
        name = f"{_folder(statement.branch)}/{_safe(statement.deputy.code)} {_safe(statement.deputy.name)}"
        try:
            content = _pdf(statement, glyphs)
        except PrintRefused as refusal:
            yield f"{name}.txt", "\n".join(refusal.messages).encode()
        else:
            yield f"{name}.pdf", content


def _folder(branch: Station | None) -> str:
    if branch is None:
        return "没有分站"
    station = branch.parent.name if branch.parent else ""
    return f"{_safe(station)}/{_safe(branch.name)}"


def _safe(name: str) -> str:
    """A name as part of a file name: names are typed by people."""
    return re.sub(r"[^\w·-]", "_", name)


def _unprintable(statement: Statement, glyphs: Mapping[str, bytes]) -> list[str]:
    deputy = statement.deputy
    texts = [("的姓名", deputy.name), *((f"的第{line.number}笔", line.reason) for line in statement.lines)]
    return [
        f"{deputy.name}{where}里,字库没有{code_points(missing)},PDF没有印出,请核对这个字"
        for where, text in texts
        if (missing := missing_glyphs(text, besides=glyphs))
    ]


# ---- What stands on the paper ----


def _paper(statement: Statement) -> dict:
    score = statement.score
    return {
        "maker": f"{statement.county.name}人民代表大会常务委员会",
        "title": TITLE,
        "name": statement.deputy.name,
        "running": f"{statement.deputy.name} {_period_name(statement)}{TITLE}",
        "period": _period_name(statement),
        "status": typeset(status_words(statement)),
        "facts": [(label, typeset(value)) for label, value in _facts(statement)],
        "figures": [
            ("基础分", points(score.base)), ("扣分", points(score.deductions)), ("基础分还有", points(score.base_left)),
            ("加分", _signed(score.bonus)), ("总分", points(score.total)),
            *([("等次", statement.grade)] if statement.grade else []),
        ],
        "columns": COLUMNS,
        "tables": [_table(statement, block) for block in Block],
        "notes": [typeset(text) for text in (COUNTED, NOT_MEASURED, where_to_ask(statement))],
        "code": statement.last_digest[:SHORT_DIGEST],
        "lines": len(statement.lines),
        "signatures": SIGNATURES,
        "printed_on": long_day(today_here(statement.at)),
    }  # fmt: skip


def _period_name(statement: Statement) -> str:
    if statement.cut is None:
        return f"{statement.scheme.year}年度"
    return f"{statement.scheme.year}年第{'一二三四'[(statement.cut.until.month - 1) // 3]}季度"


def _facts(statement: Statement) -> Iterator[tuple[str, str]]:
    branch, year = statement.branch, statement.scheme.year
    until = statement.cut.until if statement.cut else min(today_here(statement.at), date(year, 12, 31))
    yield "姓名", aligned_name(statement.deputy.name)
    yield "编号", statement.deputy.code
    yield "所在分站", f"{branch.parent.name if branch.parent else ''}{branch.name}" if branch else "没有分到分站"
    yield "计分时间", f"{year}年1月1日至{until.month}月{until.day}日"


def status_words(statement: Statement) -> str:
    """Whether the figures may still change."""
    closing = statement.closing
    if statement.cut is not None:
        return f"季度数字,按{long_day(today_here(statement.cut.at))}的记录"
    if closing is None:
        return f"暂计,按{long_day(today_here(statement.at))}的记录"
    if closing.closed_at is None:
        return f"公示中,到{long_day(closing.publicity_until)}为止"
    edition = f",第{statement.edition}版(由复核更正)" if statement.edition > 1 else ""
    return f"已结账({long_day(today_here(closing.closed_at))}){edition}"


def where_to_ask(statement: Statement) -> str:
    """Where to go with a line that is wrong, and until when."""
    closing = statement.closing
    if closing is not None and closing.closed_at is not None:
        return "哪一笔不对:本年度已经结账,仍可提出复核,由县人大办公室审定,更正会另出一版。"
    until = f",请在{long_day(closing.publicity_until)}前提出" if closing else ""
    return f"哪一笔不对:请在“我的得分”里提出复核,或者告诉联络站、县人大办公室{until}。"


def _table(statement: Statement, block: Block) -> dict:
    lines = statement.of_block(block)
    total = sum((line.points for line in lines), Decimal(0))
    words = f"共{len(lines)}笔,合计{_signed(total)}分" if lines else NOTHING[block]
    return {"heading": block.label, "beside": typeset(words), "rows": [_row(line, statement.scheme.year) for line in lines]}


def _row(line: StatementLine, year: int) -> dict:
    marks = [
        f"已更正,见第{line.reversed_by}笔" if line.reversed_by else "",
        f"更正第{line.reverses}笔" if line.reverses else "",
        LATE if line.is_late and LATE not in line.reason else "",
    ]
    return {
        "number": str(line.number),
        "day": _day(line.occurred_on, year),
        "item": Item(line.item).label,
        "reason": typeset(CORRECTED + why_corrected(line.reason) if line.reverses else line.reason),
        "source": Source(line.source).label,
        "points": _signed(line.points),
        "gone": line.reversed_by is not None,
        "marks": typeset(";".join(filter(None, marks))),
    }


def _day(day: date, year: int) -> str:
    """With the year where it is the next one: corrections made after the year was over."""
    return f"{day.month}月{day.day}日" if day.year == year else long_day(day)


def _signed(value: Decimal) -> str:
    return f"+{points(value)}" if value > 0 else points(value)
