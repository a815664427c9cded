"""The words a search goes by: pairs of neighbouring characters, since Chinese has no spaces (see ADR 16)."""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from julu_liaison.common.numbering import printed_number
from opinions.rules.ticket_names import STATION_WORDS

WORD = re.compile(r"\w+")
MOST_WORDS = 6
# `〔2026〕第001号`, `[2026]1`, `2026-1`, `2026年第1号`, `2026第1号`; without the year `第001号`, `001`; a town may be in front
NUMBER = re.compile(r"(?P<town>\D*?)(?:\W?(?P<year>[0-9]{4})(?:\W|[年第])+|第?)(?P<serial>[0-9]{1,6})号?")
SESSION_NUMBER = re.compile(r"(?P<session>.*?)第?(?P<serial>[0-9]{1,6})号?")
LARGEST_SERIAL = 32767
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


class NumberAsked(NamedTuple):
    """A number as it is typed: the town in front of it (empty: not said), and how the printed number ends."""

    town: str
    end: str


def folded(text: str) -> str:
    """Return text as it is searched in: half-width, small letters."""
    return unicodedata.normalize("NFKC", text).lower()


def bigrams(text: str) -> list[str]:
    """Return the pairs of neighbouring letters, digits and characters in the order of the text; `路灯坏` → 路灯, 灯坏.

    A character that stands alone is its own word.
    """
    found = []
    for run in WORD.findall(folded(text)):
        found += [run] if len(run) == 1 else [run[index : index + 2] for index in range(len(run) - 1)]
    return found


def search_words(texts: Iterable[str]) -> str:
    """Return every bigram of `texts` once, in order, with a space between: what the index holds of a ticket."""
    words: set[str] = set()
    for text in texts:
        words.update(bigrams(text))
    return " ".join(sorted(words))


def asked_words(text: str) -> list[str]:
    """Return the words of a search, all of which have to be found."""
    return text.split()[:MOST_WORDS]


def pairs_of(word: str) -> list[str]:
    """Return the words the index must hold where a text contains `word`; none for a single character.

    A character alone is left out: in a text it may have neighbours. Of a number with its year those after the year will do: every
    ticket of the year has the others, and an index that goes through them all took six times as long among a million.
    """
    number = NUMBER.fullmatch(folded(word))
    serial = _pairs(folded(word)[number.end("year") :]) if number and number["year"] else []
    return serial or _pairs(word)


def _pairs(text: str) -> list[str]:
    return [pair for pair in dict.fromkeys(bigrams(text)) if len(pair) > 1]


def spellings(word: str) -> list[str]:
    """Return the ways a text may write `word`: as typed, in half width, in full width; `107` → 107, 107."""
    narrow = folded(word)
    return list(dict.fromkeys([word, narrow, narrow.translate(WIDE)]))


def number_in(word: str) -> NumberAsked | None:
    """Read a ticket's number as people type it; None for what is no number.

    `2026-1` → 〔2026〕第001号, `001` → 第001号, `官亭镇024` → 第024号 of 官亭镇. Whether there is such a town is not asked.
    """
    match = NUMBER.fullmatch(folded(word))
    if match is None:
        return None
    printed = printed_number(int(match["year"] or 0), int(match["serial"]))
    return NumberAsked(_bare(match["town"]), printed if match["year"] else printed.rpartition("〕")[2])


def names_town(word: str, town: str) -> bool:
    """Is `word` the town's name, or that of its station: `官亭镇`, `官亭镇联络站`?"""
    return _bare(word) == town


def session_number_in(word: str) -> tuple[str, int] | None:
    """Read a number within a congress session: `闭会期间第012号` → (闭会期间, 12), `12` → ("", 12); None for what is none."""
    match = SESSION_NUMBER.fullmatch(folded(word))
    if match is None or int(match["serial"]) > LARGEST_SERIAL:
        return None
    return match["session"], int(match["serial"])


def _bare(name: str) -> str:
    return STATION_WORDS.sub("", name)
