"""The list of a year's points for the notice board (积分公示): official order, no ranks, what the number does not say."""

from pathlib import Path

from django.conf import settings

from deputies.models import GlyphImage
from julu_liaison.common.fonts import code_points, missing_glyphs
from julu_liaison.common.pdf import PrintRefused, render_pdf
from julu_liaison.common.templatetags.liaison import aligned_name, points
from julu_liaison.common.texts import long_day, typeset
from scoring.rules.wording import NOT_MEASURED
from scoring.services.standings import Standing
from scoring.services.years.sheets import YearSheet

TEMPLATE = Path(settings.BASE_DIR) / "templates" / "print" / "points-publicity.typ"
COLUMNS = ("姓名", "分站", "基础分还有", "加分", "总分")
DRAFT = "样张:还没有公示,数字会变,不能张贴"
ORDER = "名单按公文顺序排列,不是名次。总分=基础分还有的分数+加分,基础分用完为止。"


def publicity_pdf(sheet: YearSheet) -> bytes:
    """The list as PDF/A, A4. Raises PrintRefused, which names who cannot be printed."""
    glyphs = GlyphImage.objects.pictures_of(sheet.scheme.county_id)
    problems = [
        f"{row.deputy.name}({row.branch_name})的姓名里,字库没有{code_points(missing)},名单没有印出,请核对这个字"
        for row in sheet.rows
        if (missing := missing_glyphs(row.deputy.name, besides=glyphs))
    ]
    if problems:
        raise PrintRefused(problems)
    return render_pdf(template=TEMPLATE, data=_paper(sheet), glyphs=glyphs)


def publicity_name(sheet: YearSheet) -> str:
    return f"{sheet.scheme.county.name}{sheet.scheme.year}年履职积分公示.pdf"


def _paper(sheet: YearSheet) -> dict:
    county, closing, alike = sheet.scheme.county, sheet.closing, sheet.namesakes
    office = f"{county.name}人民代表大会常务委员会"
    return {
        "place": f"{county.name}人大代表",
        "title": f"{sheet.scheme.year}年度履职积分公示",
        "draft": "" if closing else typeset(DRAFT),
        "intro": [typeset(text) for text in _intro(sheet)],
        "columns": COLUMNS,
        "stations": [{"name": name, "rows": [_row(row, alike) for row in rows]} for name, rows in sheet.by_station],
        "notes": [typeset(ORDER), typeset(NOT_MEASURED)],
        "closing": [office, long_day(closing.publicity_from)] if closing else [],
    }


def _intro(sheet: YearSheet) -> list[str]:
    year, closing, phone = sheet.scheme.year, sheet.closing, sheet.scheme.county.phone
    asked = f"或者打电话{phone}" if phone else ""
    lines = [f"现将{sheet.scheme.county.name}人大代表{year}年度的履职积分公示如下,共{len(sheet.rows)}人。"]
    if closing:
        lines.append(f"公示时间:{long_day(closing.publicity_from)}至{long_day(closing.publicity_until)}。")
    lines.append(f"对积分有意见的,请在公示期内向所在联络站、县人大办公室提出{asked},代表也可以在“我的得分”里提出复核。")
    return lines


def _row(row: Standing, alike: frozenset[int]) -> list[str]:
    name = f"{row.deputy.name}({row.deputy.code})" if row.deputy.pk in alike else aligned_name(row.deputy.name)
    bonus = points(row.score.bonus)
    return [name, row.branch.name if row.branch else "", points(row.score.base_left), bonus, points(row.score.total)]
