"""One line of the sheet's opinions cell, with what the check page lets the clerk add and correct before filing."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import ClassVar

from django.http import QueryDict

from activities.rules import guess_category
from activities.rules.visits import (
    LONGEST_REQUEST,
    REFERRALS,
    WAY_LABELS,
    WAYS,
    decided,
    decision_problems,
    people_problem,
    time_of,
    too_long,
)
from activities.services import Matter
from activities.states import Category, Handling
from deputies.models import Deputy
from deputies.states import Gender
from julu_liaison.common.errors import DomainError
from julu_liaison.common.texts import checked_phone

LONGEST_OPINION = 2000
LONGEST_NAME, LONGEST_PHONE, LONGEST_VILLAGE = 40, 20, 40
# After `GT01-m0-`: what is typed of the line with that index. `name`, `phone` and `village` never reach the browser's
# disk or the server's drafts (static/js/sunday.js, PRIVATE).
DETAILS = (
    "text", "c", "d", "name", "phone", "village", "keep", "sex", "people", "time", "request", "way", "said",
)  # fmt: skip


@dataclass
class Line:
    """One line of the opinions cell. `way` is one of WAYS: a ticket, dealt with at once, or why it was refused;
    `said` is what the villager was told then. `people` and `time` are kept as typed.
    """

    name: str
    text: str
    category: str
    deputy: str = ""
    villager_name: str = ""
    villager_phone: str = ""
    villager_village: str = ""
    confidential: bool = False
    sex: str = ""
    people: str = ""
    time: str = ""
    request: str = ""
    way: str = Handling.OPINION
    said: str = ""
    problems: dict[str, str] = field(default_factory=dict)

    ways: ClassVar = WAYS
    sexes: ClassVar = Gender.choices
    referrals: ClassVar = REFERRALS

    @property
    def has_details(self) -> bool:
        """Something about the villager was typed, or is wrong, so that the fold must stand open."""
        typed = (self.villager_name, self.villager_phone, self.villager_village, self.confidential, self.sex,
                 self.people, self.time, self.request)  # fmt: skip
        return any(typed) or bool(self.problems.keys() - {"way", "said"})

    @property
    def becomes_opinion(self) -> bool:
        return self.way == Handling.OPINION

    @property
    def is_settled_here(self) -> bool:
        """No ticket, or words that only make sense without one: the fold about that must stand open."""
        return not self.becomes_opinion or bool(self.said)

    @property
    def way_label(self) -> str:
        return WAY_LABELS[self.way]

    def check(self) -> None:
        """Collect what is wrong, by the detail's name."""
        self.problems = too_long(
            name=(self.villager_name, LONGEST_NAME, "群众姓名"), phone=(self.villager_phone, LONGEST_PHONE, "群众电话"),
            village=(self.villager_village, LONGEST_VILLAGE, "群众住处"),
            request=(self.request, LONGEST_REQUEST, "诉求"),
        )  # fmt: skip
        try:
            checked_phone(self.villager_phone)
        except DomainError as error:
            self.problems.setdefault("phone", error.message)
        if self.people and (sentence := people_problem(whole_number(self.people))):
            self.problems["people"] = sentence
        if self.time and time_of(self.time) is None:
            self.problems["time"] = "几点来的请写成9:30这样"
        for sentence in decision_problems(decided(self.way, self.said)).values():
            self.problems["said"] = sentence

    def to_matter(self, deputy: Deputy | None) -> Matter:
        """Return what `file_log` takes; only for a line without problems."""
        decision = decided(self.way, self.said)
        return Matter(
            text=self.text, category=self.category, deputy=deputy, confidential=self.confidential,
            villager_name=self.villager_name, villager_phone=checked_phone(self.villager_phone),
            villager_village=self.villager_village, villager_sex=self.sex, people=whole_number(self.people) or 1,
            request=self.request, came_at=time_of(self.time), handling=decision.handling, refusal=decision.refusal,
            referral=decision.referral, result=decision.result,
        )  # fmt: skip


def read_lines(code: str, data: QueryDict, text: str, categories: list[str], served: list[Deputy]) -> list[Line]:
    """One line of `text` is one matter; details typed before belong to the line with the same words.

    `categories` are those ticked for the whole branch, `served` the deputies one can choose among.
    """
    kept = _details(code, data)
    keys = {str(deputy.pk) for deputy in served}
    texts = [line.strip() for line in text.split("\n") if line.strip()]
    return [_line(f"{code}-m{index}", line, kept.get(line, {}), categories, keys) for index, line in enumerate(texts)]


def _line(name: str, text: str, typed: dict[str, str], categories: list[str], served: set[str]) -> Line:
    def chosen(key: str, values, default: str = "") -> str:
        return typed[key] if typed.get(key) in values else default

    return Line(
        name=name, text=text, category=chosen("c", Category.values) or guess_category(text, categories),
        deputy=chosen("d", served), villager_name=typed.get("name", ""), villager_phone=typed.get("phone", ""),
        villager_village=typed.get("village", ""), confidential=bool(typed.get("keep")),
        sex=chosen("sex", Gender.values), people=typed.get("people", ""), time=typed.get("time", ""),
        request=typed.get("request", ""), way=chosen("way", WAY_LABELS, Handling.OPINION), said=typed.get("said", ""),
    )  # fmt: skip


def _details(code: str, data: QueryDict) -> dict[str, dict[str, str]]:
    """What was typed on the check page, by the line's text."""
    pattern = re.compile(rf"{re.escape(code)}-m(\d{{1,3}})-({'|'.join(DETAILS)})")
    by_index: dict[str, dict[str, str]] = {}
    for name in data:
        match = pattern.fullmatch(name)
        if match:
            by_index.setdefault(match[1], {})[match[2]] = data[name].strip()
    found: dict[str, dict[str, str]] = {}
    for details in by_index.values():
        found.setdefault(details.get("text", ""), details)
    return found


def whole_number(text: str) -> int | None:
    """Read a whole number as people type it (full-width digits, a trailing 人); None when it is no number."""
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("人").strip()
    return int(plain) if re.fullmatch(r"[0-9]{1,6}", plain) else None
