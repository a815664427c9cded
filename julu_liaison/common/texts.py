"""Text as people type and paste it: invisible characters, wide spaces and digits, names, phone numbers."""

import re
import unicodedata
from datetime import date
from functools import lru_cache

import icu

from julu_liaison.common.errors import DomainError

SPACES = re.compile(r"\s+")
LINE_BREAKS = re.compile(r"\s*[\r\n\v\f\x85\u2028\u2029]+\s*")
INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff]")
FULL_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}

HAN = re.compile(r"[〇㐀-䶿一-鿿豈-﫿\ue000-\uf8ff\U00020000-\U0003ffff\U000f0000-\U0010ffff]")
SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
SHORT_NAME = 3  # characters; longer names with spaces are transliterated ones

IN_PRINT = "\u3007\u3400-\u9fff\U00020000-\U0003ffff"
SIGNS_BESIDE_HAN = re.compile(f"(?<=[{IN_PRINT}\u3015\uff09])[,:;?!]|[,:;?!](?=[{IN_PRINT}])")
BRACKETS = re.compile(f"(?<=[{IN_PRINT}])\\(([^()]*)\\)|\\(([^()]*[{IN_PRINT}][^()]*)\\)")
FULL_WIDTH_SIGNS = {ord(sign): chr(ord(sign) + 0xFEE0) for sign in ",:;?!"}

MOBILE = re.compile(r"1\d{10}")
LANDLINE = re.compile(r"([2-9]\d{6,7}|0[1-9]\d{1,2}-?\d{7,8})(-\d{1,6})?")


def clean_text(text: str) -> str:
    """Return text without outer spaces, invisible characters and line breaks; everything else as typed.

    A break between Chinese characters was made for the cell's width and vanishes; beside a Latin letter it becomes
    a space.
    """
    text = LINE_BREAKS.sub(_joint, text.strip())
    return INVISIBLE.sub("", text.replace("\t", " ")).strip()


def clean_lines(text: str) -> str:
    """Return text of several lines as `clean_text` does each of them; empty lines between paragraphs stay, one at most."""
    lines = [clean_text(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _joint(match: re.Match) -> str:
    before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    return " " if before.isascii() and after.isascii() else ""


def squeezed(text: str) -> str:
    """Return text for comparing and for digits: half-width (NFKC), no space at all. Never for names."""
    return SPACES.sub("", unicodedata.normalize("NFKC", INVISIBLE.sub("", text)))


def half_width(text: str) -> str:
    """Return text with full-width digits and Latin letters made half-width, all else as typed."""
    return text.translate(FULL_WIDTH)


def plain_number(text: str, *, digits: int) -> int | None:
    """Return what was typed as a whole number of at most so many digits, of any width; None for anything else."""
    found = squeezed(text)
    return int(found) if found.isascii() and found.isdigit() and len(found) <= digits else None


def checked_name(text: str) -> str:
    """Return a person's name as `tidy_name` does. Raises DomainError for one that is empty or without a letter."""
    name = tidy_name(text)
    if not name:
        raise DomainError("没有填姓名。")
    if not any(character.isalpha() or HAN.match(character) for character in name):
        raise DomainError("这不像姓名,请核对。")
    return name


def tidy_name(text: str) -> str:
    """Return a name as typed; only the spaces that align short Chinese names go.

    王 芳 → 王芳; 买买提 艾力 and 阿迪力·吾甫尔 stay. Never normalised: rare and variant characters are a person's name.
    """
    name = clean_text(text)
    joined = re.sub(r"\s", "", name)
    bare = SELECTORS.sub("", joined)
    is_short = len(bare) <= SHORT_NAME and all(HAN.match(character) for character in bare)
    return joined if is_short else name


def phone_digits(text: str) -> str:
    """Return a number as it is dialled, without what stands around it: `+86 199-0000-0001` → `19900000001`."""
    text = squeezed(text).strip("'‘’`")
    text = re.sub(r"[\u2010-\u2015\u2212—_]", "-", text)
    text = re.sub(r"^(\+|00)86-?", "", text)
    text = re.sub(r"\.0+$", "", text)
    text = re.sub(r"^\((0\d{2,3})\)-?", r"\1-", text)
    bare = text.replace("-", "")
    return bare if MOBILE.fullmatch(bare) else text


def checked_phone(text: str) -> str:
    """Return a mobile as digits, a landline with its hyphens, nothing for nothing. Raises DomainError."""
    phone = phone_digits(text)
    if not phone or MOBILE.fullmatch(phone) or LANDLINE.fullmatch(phone):
        return phone
    digits = sum(character.isdigit() for character in phone)
    raise DomainError(f"电话要填11位手机号,或带区号的座机(如0319-1234567);这里有{digits}位数字。")


def typeset(text: str) -> str:
    """Chinese sentences get the full-width signs that print wants, however they were typed; 9:00 stays."""
    text = BRACKETS.sub(lambda found: f"\uff08{found[1] if found[1] is not None else found[2]}\uff09", text)
    return SIGNS_BESIDE_HAN.sub(lambda found: found[0].translate(FULL_WIDTH_SIGNS), text)


def long_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


@lru_cache(maxsize=256)
def chinese_number(number: int) -> str:
    """The number in Chinese characters, as titles and ordinals have it: 12 → 十二."""
    return icu.RuleBasedNumberFormat(icu.URBNFRuleSetTag.SPELLOUT, icu.Locale("zh")).format(number)
