"""The five chapters of a performance file, and what an item of one looks like."""

from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices

from activities.states import ActivityKind


class Chapter(TextChoices):
    """In the order in which they stand in the file."""

    MOTIONS = "motions", "议案建议"
    INSPECTION = "inspection", "视察调研"
    STUDY = "study", "学习培训"
    MEETINGS = "meetings", "参加会议"
    PEOPLE = "people", "联系人民群众"


# The character of the chapter in an item's number: JLX-0012〔2026〕联003.
SIGNS = {
    Chapter.MOTIONS: "议", Chapter.INSPECTION: "视", Chapter.STUDY: "学", Chapter.MEETINGS: "会", Chapter.PEOPLE: "联",
}  # fmt: skip
# Other group activities stand with the meetings, as they do in the points (docs/domain.md §5).
CHAPTER_OF_ACTIVITY: dict[str, Chapter] = {
    ActivityKind.SUPERVISION: Chapter.MOTIONS,
    ActivityKind.INSPECTION: Chapter.INSPECTION,
    ActivityKind.RESEARCH: Chapter.INSPECTION,
    ActivityKind.LAW_CHECK: Chapter.INSPECTION,
    ActivityKind.STUDY: Chapter.STUDY,
    ActivityKind.TRAINING: Chapter.STUDY,
    ActivityKind.MEETING: Chapter.MEETINGS,
    ActivityKind.CONGRESS: Chapter.MEETINGS,
    ActivityKind.OTHER: Chapter.MEETINGS,
    ActivityKind.PUBLICITY: Chapter.PEOPLE,
    ActivityKind.HOUSEHOLD: Chapter.PEOPLE,
    ActivityKind.MEDIATION: Chapter.PEOPLE,
    ActivityKind.REPORTING: Chapter.PEOPLE,
}


@dataclass(frozen=True)
class Source:
    """The record an item comes from. `kind`: log, opinion, activity, contact or service; `label` as people call it.

    `key` is the record's uid, of a contact the constituent's: there is where contacts are read. `number` is the
    printed one in the station's register, for records that have one: 官亭镇工作日志 〔2026〕第001号.
    """

    kind: str
    key: str
    label: str
    number: str = ""


@dataclass(frozen=True)
class Entry:
    """One thing a deputy did, or was asked to and did not, in words; without its number in the file yet.

    `role` is a ServiceRole where it was a service in one of the four roles (四大员), else empty.
    """

    chapter: Chapter
    date: date
    turn: tuple[int, int]  # among those of one day: kind of record, then primary key
    matter: str
    place: str
    outcome: str
    source: Source
    role: str = ""


@dataclass(frozen=True)
class Item:
    """An entry with its number in the file."""

    number: str
    entry: Entry

    @property
    def day(self) -> str:
        return f"{self.entry.date.month}月{self.entry.date.day}日"


def numbered(entries: list[Entry], chapter: Chapter, code: str, year: int) -> list[Item]:
    """The chapter's items by date, numbered from 1. One filed late moves those after it."""
    own = sorted((entry for entry in entries if entry.chapter == chapter), key=lambda one: (one.date, one.turn))
    return [Item(f"{code}〔{year}〕{SIGNS[chapter]}{count:03d}", entry) for count, entry in enumerate(own, start=1)]
