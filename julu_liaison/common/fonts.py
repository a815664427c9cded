"""The fonts we print with, and whether they can print a text.

A glyph that is missing would be left out of a name silently, so texts are checked before anything is printed:
when a deputy is saved, on import, and once more in `pdf`. Two packages bring the fonts; further ones, for rare
names, come from the setting PRINT_FALLBACK_FONTS (paths of .ttf/.otf/.ttc files).
"""

import unicodedata
from collections.abc import Container, Iterable
from functools import lru_cache
from pathlib import Path

import manimgx_fonts_cjk
import pylopdf_fonts_zh_cn
from django.conf import settings
from fontTools.ttLib import TTFont

from julu_liaison.common.errors import DomainError

SANS_FILE = Path(manimgx_fonts_cjk.__file__).with_name("NotoSansCJK-VF.otf.ttc")
SANS_FAMILY = "Noto Sans CJK SC"
SANS_FACE = 2  # in the collection face 0 is Japanese, whose 直 and 骨 look wrong to a Chinese reader
SERIF_FILE = pylopdf_fonts_zh_cn.serif_path()
SERIF_FAMILY = "Noto Serif SC"

MOST_GLYPHS = 0x10000  # of one font, by its format
LINE_BREAKS = "\r\n"
RADICALS = range(0x2E80, 0x2FE0)
# Control, invisible format, surrogate and private use characters. Not Cn: Python's table of assigned characters is
# older than the newest rare names, and what is really unassigned has no glyph anyway.
PRIVATE_USE = "Co"
UNPRINTABLE_CATEGORIES = ("Cc", "Cf", "Cs", PRIVATE_USE)
INVISIBLE_LETTERS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"  # fillers and blanks that count as letters or signs
ENCLOSING = "Me"  # a frame round the character before: only some programs draw it
VARIATION_SELECTORS = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def font_files() -> tuple[Path, ...]:
    """Every font file of a print job, in the order in which a glyph is looked for."""
    return (SANS_FILE, SERIF_FILE, *fallback_files())


def fallback_files() -> tuple[Path, ...]:
    """The county's own further fonts, from the setting."""
    return tuple(Path(path) for path in getattr(settings, "PRINT_FALLBACK_FONTS", []))


def missing_glyphs(text: str, *, besides: Container[str] = ()) -> list[str]:
    """The characters of `text` that must not or cannot be printed, each once, in order of appearance.

    `besides`: characters for which there is a picture instead.
    """
    covered = _covered(font_files())
    return [
        character
        for character in dict.fromkeys(text)
        if (character not in covered or _is_refused(character)) and character not in LINE_BREAKS and character not in besides
    ]


def lacking_characters(texts: Iterable[str]) -> set[str]:
    """The same of many texts, which one by one would take long."""
    return set(missing_glyphs("".join(set().union(*texts))))


def may_be_drawn(character: str) -> bool:
    """Whether a supplied picture may stand in for it: a character somebody can see, if only by a code of an old system.

    Not so what is typed wrong: a radical, a second code of an ordinary character, what is invisible or belongs to another.
    """
    if len(character) != 1 or character in LINE_BREAKS or unicodedata.category(character)[0] in "MZ":
        return False
    return unicodedata.category(character) == PRIVATE_USE or not _is_refused(character)


def is_blank(text: str) -> bool:
    """Whether nobody would see anything of it: no character, or white space and invisible ones only."""
    return all(character.isspace() or _is_invisible(character) for character in text)


def code_points(characters: Iterable[str]) -> str:
    """Those characters for a Chinese sentence: `“㐂”(U+3402)、“”(U+E000)`; invisible ones by number only."""
    return "、".join(_code_point(character) for character in characters)


def _code_point(character: str) -> str:
    number = f"U+{ord(character):04X}"
    if unicodedata.category(character) in (*UNPRINTABLE_CATEGORIES, ENCLOSING) or _is_invisible(character):
        return number
    return f"“{character}”({number})"


@lru_cache(maxsize=16_384)
def _is_refused(character: str) -> bool:
    """Characters that differ between machines, or look like another one, whatever the font says."""
    return (
        character == "\N{REPLACEMENT CHARACTER}"
        or ord(character) in RADICALS
        or unicodedata.category(character) in (*UNPRINTABLE_CATEGORIES, ENCLOSING)
        or _is_invisible(character)
        or _is_compatibility_ideograph(character)
    )


def _is_invisible(character: str) -> bool:
    invisible = character in INVISIBLE_LETTERS or unicodedata.category(character) in ("Cc", "Cf")
    return invisible or _is_variation_selector(character)


def _is_variation_selector(character: str) -> bool:
    return any(ord(character) in block for block in VARIATION_SELECTORS)


def _is_compatibility_ideograph(character: str) -> bool:
    """A second code for an ordinary character; the twelve unified ones of the same block (﨎 …) have no twin."""
    name = unicodedata.name(character, "")
    return name.startswith("CJK COMPATIBILITY IDEOGRAPH") and bool(unicodedata.decomposition(character))


@lru_cache(maxsize=4)
def _covered(files: tuple[Path, ...]) -> frozenset[str]:
    """Every character that one of the fonts has (about 45,000; 0.15 s once a process)."""
    return frozenset(map(chr, set().union(*(_character_map(file) for file in files))))


def _character_map(file: Path) -> set[int]:
    face = SANS_FACE if file == SANS_FILE else 0
    try:
        with TTFont(file, fontNumber=face, lazy=True) as font:
            font.setGlyphOrder([""] * MOST_GLYPHS)  # else it works out 65,536 names that nobody asks for, for 0.5 s
            return set(font.getBestCmap())
    except OSError as error:
        raise DomainError(f"印刷用的字体文件打不开:{file.name},请检查设置 PRINT_FALLBACK_FONTS") from error
