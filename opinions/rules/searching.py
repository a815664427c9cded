"""The words a search goes by: pairs of neighbouring characters, since Chinese has no spaces (see ADR 16)."""

import re
import unicodedata
from collections.abc import Iterable

WORD = re.compile(r"\w+")


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
