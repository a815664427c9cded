"""The sheet's fields and their limits, what can be wrong with one."""

from dataclasses import dataclass

FIELDS = {  # after the branch's code: what the field holds
    "a": "attendance of one deputy, `a-<key>`: present, leave, absent, late or left_early",
    "l": "kind of leave of one deputy, `l-<key>`",
    "came": "deputies who came although nobody was rostered (several)",
    "sub": "deputies who stood in (several)",
    "for": "for whom each of them stood in, in the same order",
    "n": "people received",
    "t": "categories (several)",
    "o": "opinions, one a line",
    "form": "form of service",
    "role": "role of the service",
    "h": "households visited",
    "f": "leaflets given out",
    "s": "summary",
    "x": "not held",
    "r": "why not held",
    "v": "version of the server's draft that the browser has seen",
    "m": "details of one opinion, `m<index>-<detail>`: see lines.DETAILS",
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
