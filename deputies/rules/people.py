"""Pure rules about people: pinyin initials, order by strokes, levels in words."""

from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache

import icu
from pypinyin import Style, load_phrases_dict, pinyin

from deputies.states import MandateLevel

# Surnames that plain pinyin reads wrong (曾 as ceng, 单 as dan, …).
SURNAMES = {
    "曾": "zeng", "单": "shan", "仇": "qiu", "翟": "zhai", "区": "ou", "查": "zha", "覃": "qin", "解": "xie",
    "任": "ren", "华": "hua", "乐": "yue", "朴": "piao", "尉": "wei", "盖": "ge", "纪": "ji", "冼": "xian",
}  # fmt: skip
COMPOUND = ("欧阳", "尉迟", "司马", "上官", "诸葛", "夏侯", "皇甫", "长孙", "慕容", "单于", "令狐", "宇文")
load_phrases_dict({"尉迟": [["yù"], ["chí"]], "单于": [["chán"], ["yú"]], "长孙": [["zhǎng"], ["sūn"]]})

UNKNOWN_STROKES = 99
# Blocks of Unicode by radical: 廴, 艹, 辶, 阝 on the right, 阝 on the left, 鬼.
TRADITIONAL_BLOCKS = (
    ("\u5ef5", "\u5efe"), ("\u8279", "\u864d"), ("\u8fb6", "\u9090"), ("\u9092", "\u9148"), ("\u961d", "\u96b8"),
    ("\u9b3c", "\u9b61"),
)  # fmt: skip
# Where a block says it wrong, or the component stands in a character of another block.
TRADITIONAL_COUNTS = {
    "邕": 0, "延": 2, "隗": 2, "娜": 1, "哪": 1, "挪": 1, "褚": 1, "黄": 1,
}  # fmt: skip


def name_initials(name: str) -> str:
    """Return the pinyin initials of a name for search, e.g. 曾小燕 → `zxy`; unknown characters are left out."""
    return "".join(syllable[:1] for syllable in _syllables(name))


def name_sort_key(name: str) -> str:
    """Return the pinyin of a name for ordering lists, syllable by syllable."""
    return " ".join(_syllables(name))[:100] + " " + name[:10]


def name_stroke_key(name: str) -> str:
    """Return a key that orders names by strokes, character by character (按姓氏笔画为序), as official lists do.

    Ten signs a character, at most 200: two digits of strokes, then the place among those of the same number.
    """
    return "".join(_stroke_place(char) for char in name[:20])


@cache
def _stroke_place(char: str) -> str:
    primary = _stroke_collator().getSortKey(char).partition(b"\1")[0]
    return f"{strokes_of(char):02d}{primary[:4].hex():0<8}"


def strokes_of(char: str) -> int:
    """Return the number of strokes as written on the mainland (《通用规范汉字笔顺规范》); 99 for an unknown character.

    The CLDR counts some components in their traditional form: 阝 艹 辶 廴 鬼 with one stroke more.
    """
    label = _stroke_label(char)
    if not label.isdecimal():
        return UNKNOWN_STROKES
    fewer = TRADITIONAL_COUNTS.get(char)
    if fewer is None:
        fewer = any(first <= char <= last for first, last in TRADITIONAL_BLOCKS)
    return int(label) - fewer


def _stroke_label(char: str) -> str:
    """The CLDR's own count in digits, or an empty string."""
    index = _stroke_index()
    index.clearRecords()
    index.addRecord(char, None)
    index.resetBucketIterator()
    while index.nextBucket():
        if index.bucketRecordCount:
            return index.bucketLabel.rstrip("劃划画")
    return ""


@lru_cache(maxsize=1)
def _stroke_index():
    return icu.AlphabeticIndex(icu.Locale("zh@collation=stroke"))


@lru_cache(maxsize=1)
def _stroke_collator():
    return icu.Collator.createInstance(icu.Locale("zh@collation=stroke"))


def _syllables(name: str) -> list[str]:
    if not name.startswith(COMPOUND) and name[:1] in SURNAMES:
        rest = [item[0] for item in pinyin(name[1:], style=Style.NORMAL, errors="ignore")]
        return [SURNAMES[name[0]], *rest]
    return [item[0] for item in pinyin(name, style=Style.NORMAL, errors="ignore")]


def township_word(place: str) -> str:
    """What a township of that name is called: 镇, 乡, or 乡镇 where it is neither (an 经济开发区)."""
    return place[-1:] if place.endswith(("镇", "乡")) else "乡镇"


def levels_label(levels: list[str], township: str = "乡镇") -> str:
    """Return levels as printed on boards, e.g. `县、镇人大代表`; `township` as `township_word` says."""
    words = [township if level == MandateLevel.TOWNSHIP else MandateLevel(level).label for level in levels]
    return "、".join(words) + "人大代表" if words else ""


CONSTITUENTS_EACH = 5  # 固定联系选民: every county and township deputy keeps in touch with five (docs/domain.md §1)
CONSTITUENCY_LEVELS = (MandateLevel.COUNTY, MandateLevel.TOWNSHIP)


def most_at_once(periods: Iterable[tuple[date, date | None]]) -> int:
    """Return how many of the periods (last day included, None: open) count on the busiest day."""
    known = list(periods)
    return max((sum(spans(period, start) for period in known) for start, _end in known), default=0)


def spans(period: tuple[date, date | None], day: date) -> bool:
    """Does the day lie in the period?"""
    start, end = period
    return start <= day and (end is None or day <= end)
