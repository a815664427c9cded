"""Words put out of sight: villagers' names and phones in what others wrote, and whatever a clerk strikes out."""

import re
from collections.abc import Callable, Iterable

MARK = "■■"
SHORTEST = 2  # characters: one alone stands in too many other words
GAP = r"[\s\-‐-―－·.]*"  # how people part a phone number, and a name of two characters in a printed list


def hider(words: Iterable[str]) -> Callable[[str], str]:
    """Return a function that puts the same two marks for each of `words` (names, phones), also where it is written with
    blanks or hyphens inside: `199 0000-9999`. Words of a single character are left alone."""
    known = sorted({word for word in map(str.strip, words) if len(word) >= SHORTEST}, key=len, reverse=True)
    if not known:
        return lambda text: text
    found = re.compile("|".join(GAP.join(map(re.escape, re.sub(GAP, "", word) or word)) for word in known))
    return lambda text: found.sub(MARK, text)
