"""The file laid out once, for PDF and Word alike, so that the two cannot disagree."""

from dataclasses import dataclass
from datetime import date

from deputies.reports.archive import Archive
from deputies.reports.chapters import Item
from deputies.reports.wording import place_name
from deputies.rules import levels_label, township_word
from julu_liaison.common.templatetags.liaison import aligned_name, points
from julu_liaison.common.texts import long_day, typeset

TITLE = "人大代表履职档案"
COLUMNS = ("编号", "日期", "内容", "地点", "情况", "来源")
NOTHING = "本年度没有记录。"
NUMBERS = "一二三四五"
SIGNATURES = ("代表签字", "联络站审核")
NOTE = (
    "本档案由工作日志、活动登记、服务记录、意见建议和联系记录汇总而成,作废的记录和已并案的意见不计。"
    "编号按日期先后排列,补登以后会顺延,以打印日期为准。"
)


@dataclass(frozen=True)
class PaperPart:
    """One chapter: its heading, how many items, and the rows in the order of COLUMNS."""

    heading: str
    count: str
    rows: list[list[str]]


@dataclass(frozen=True)
class Paper:
    """One deputy's file as it is printed."""

    title: str
    year: str
    name: str
    listed_name: str
    maker: str
    cover: list[tuple[str, str]]
    facts: list[tuple[str, str]]
    totals: list[tuple[str, str]]
    parts: list[PaperPart]
    note: str
    printed_on: str


def paper_of(archive: Archive, on: date) -> Paper:
    """The file in the words and the order in which it is printed on the day `on`."""
    deputy = archive.deputy
    branches = [place_name(one.branch) for one in archive.memberships]
    return Paper(
        title=TITLE,
        year=f"{archive.year}年度",
        name=deputy.name,
        listed_name=aligned_name(deputy.name),
        maker=f"{archive.county.name}人民代表大会常务委员会",
        cover=[("编号", deputy.code), ("所在分站", "、".join(dict.fromkeys(branches)) or "没有分到分站")],
        facts=[(label, typeset(value)) for label, value in _facts(archive)],
        totals=_totals(archive),
        parts=[
            PaperPart(f"{NUMBERS[index]}、{part.chapter.label}", f"{len(part.items)}项", [_row(one) for one in part.items])
            for index, part in enumerate(archive.parts)
        ],
        note=typeset(NOTE),
        printed_on=long_day(on),
    )  # fmt: skip


def levels_in(archive: Archive) -> str:
    """县、镇人大代表: the levels held in the year, the lowest called as the deputy's own place is."""
    township = township_word(archive.memberships[-1].branch.parent.name if archive.memberships else "")
    return levels_label(list(dict.fromkeys(one.level for one in archive.mandates)), township)


def period(start: date, end: date | None) -> str:
    return f"{start:%Y-%m-%d} 至 {f'{end:%Y-%m-%d}' if end else '今'}"


def _facts(archive: Archive):
    deputy = archive.deputy
    yield "姓名", deputy.name
    yield "编号", deputy.code
    yield "代表层级", levels_in(archive) or "这一年没有代表资格"
    work = " ".join(filter(None, (deputy.employer, deputy.position)))
    yield "单位和职务", work or "没有登记"
    for one in archive.mandates:
        words = " ".join(filter(None, (f"{one.get_level_display()}级", one.term, one.constituency)))
        ended = f"({one.end_reason})" if one.end_reason else ""
        yield "代表资格", f"{words},{period(one.started_on, one.ended_on)}{ended}"
    for one in archive.memberships:
        yield "驻站", f"{place_name(one.branch)} {one.get_role_display()},{period(one.started_on, one.ended_on)}"
    yield "服务角色", role_words(archive)
    if archive.shows_score:
        yield "履职得分", score_words(archive)


def role_words(archive: Archive) -> str:
    """宣传员1次、联络员5次、调解员0次、服务员2次"""
    return "、".join(f"{role}{times}次" for role, times in archive.roles)


def score_words(archive: Archive) -> str:
    """总分65分:基础分还有58分(扣2分),加分7分"""
    score = archive.score
    if score is None:
        return "这一年没有积分方案"
    lost = f"扣{points(archive.deducted)}分" if archive.deducted else "没有扣分"
    return f"总分{points(score.total)}分:基础分还有{points(score.base_left)}分({lost}),加分{points(score.bonus)}分"


def _totals(archive: Archive) -> list[tuple[str, str]]:
    counts = [(part.chapter.label, f"{len(part.items)}项") for part in archive.parts]
    return [*counts, ("合计", f"{sum(len(part.items) for part in archive.parts)}项")]


def _row(item: Item) -> list[str]:
    entry = item.entry
    number = item.number.replace("〔", "\n〔", 1)  # the columns are narrow: two lines, broken where one would read on
    source = f"{entry.source.label}\n{entry.source.number}".strip()
    return [number, item.day, typeset(entry.matter), entry.place, typeset(entry.outcome), source]
