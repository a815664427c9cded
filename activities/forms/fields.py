"""The sheet's fields, their limits, and how what is typed in them is read."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import zip_longest

from deputies.models import Deputy

FIELDS = {  # after the branch's code: what the field holds
    "a": "attendance of one deputy, `a-<key>`: present, leave, absent, late or left_early",
    "l": "kind of leave of one deputy, `l-<key>`",
    "came": "deputies who came although nobody was rostered (several)",
    "sub": "deputies who stood in (several)",
    "n": "people received",
    "t": "categories (several)",
    "o": "opinions, one a line",
    "form": "form of service",
    "h": "households visited",
    "f": "leaflets given out",
    "s": "summary",
    "x": "not held",
    "r": "why not held",
}
LONGEST_SUMMARY = 2000
LONGEST_REASON = 100
MOST_LINES = 50
MOST_GIVEN_OUT = 99999


@dataclass
class Problem:
    """One thing to put right: the id of the field it is about and a sentence."""

    anchor: str
    sentence: str
    branch: str = ""

    def __str__(self):
        return f"{self.branch}:{self.sentence}" if self.branch else self.sentence


def whole_number(text: str) -> int | None:
    """Read a whole number as people type it (full-width digits, a trailing 人); None when it is no number."""
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("人").strip()
    return int(plain) if re.fullmatch(r"[0-9]{1,6}", plain) else None


def select_places(chosen: list[Deputy], number: int) -> list[tuple[int, Deputy | None]]:
    """One entry for each of `number` selects, with the deputy chosen in it."""
    return [(index, deputy) for index, (_n, deputy) in enumerate(zip_longest(range(number), chosen))]
