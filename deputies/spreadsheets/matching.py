"""Who is who: which registered deputy each row of a file means.

Within the county, people are told apart by name. For those of one name, in this order:

1. the same phone is the same person, whatever the branch;
2. the only one of that name left in a branch, on both sides, is the same person: a phone may change;
3. the only one of that name left at all, on both sides, is the same person and has moved, unless both have a phone
   and the phones differ: that is a namesake, added with a warning.

What stays undecided is an error that asks for the phone. Nobody is matched by anything else, and names never change
by import. People whom no row means are reported, not ended.
"""

from collections import defaultdict
from collections.abc import Iterable

from deputies.models import Deputy
from deputies.spreadsheets import columns as c
from deputies.spreadsheets.entries import Entry
from julu_liaison.common.registers import Report
from julu_liaison.common.texts import MOBILE, tidy_name


def find_repeats(entries: list[Entry], report: Report) -> list[Entry]:
    """Refuse rows that repeat a person of an earlier row, and namesakes in one branch without phones."""
    kept: list[Entry] = []
    by_name: dict[str, list[Entry]] = defaultdict(list)
    by_phone: dict[str, Entry] = {}
    for entry in entries:
        message = next(filter(None, (_repeat(entry, other) for other in by_name[entry.name])), "")
        by_name[entry.name].append(entry)
        if message:
            report.refuse(entry.row, c.NAME, message)
            continue
        kept.append(entry)
        other = by_phone.setdefault(entry.phone, entry)
        if MOBILE.fullmatch(entry.phone) and other is not entry:
            report.warn(entry.row, c.PHONE, f"电话和第{other.row.number}行的{other.name}相同,请核对。")
    return kept


def _repeat(entry: Entry, other: Entry) -> str:
    line = other.row.number
    same_branch = entry.branch.pk == other.branch.pk
    if entry.phone and entry.phone == other.phone:
        if same_branch:
            return f"和第{line}行重复了,请删去一行。"
        return f"和第{line}行是同一个人,一个人只能在一个分站,请删去一行。"
    if same_branch and not (entry.phone and other.phone):
        return f"和第{line}行同名、同分站;是同一个人请删去一行,不是就把两人的联系电话都填上。"
    return ""


def match_entries(entries: list[Entry], deputies: Iterable[Deputy], report: Report) -> dict[int, Deputy]:
    """Return sheet row → registered deputy; rows that are not in it mean new people."""
    people: dict[str, list[Deputy]] = defaultdict(list)
    for deputy in deputies:
        people[tidy_name(deputy.name)].append(deputy)
    rows: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        rows[entry.name].append(entry)
    matched: dict[int, Deputy] = {}
    for name, namesakes in rows.items():
        if name in people:
            _Namesakes(namesakes, people[name], matched, report).settle()
    return matched


class _Namesakes:
    """The rows and the registered people of one name, while they are being paired."""

    def __init__(self, rows: list[Entry], people: list[Deputy], matched: dict[int, Deputy], report: Report):
        self.rows, self.people, self.matched, self.report = list(rows), list(people), matched, report

    def settle(self) -> None:
        self._by_phone()
        self._by_branch()
        self._by_name()

    def _pair(self, entry: Entry, deputy: Deputy) -> None:
        self.matched[entry.row.number] = deputy
        self.rows.remove(entry)
        self.people.remove(deputy)

    def _by_phone(self) -> None:
        for entry in list(self.rows):
            same = [deputy for deputy in self.people if entry.phone and deputy.phone == entry.phone]
            here = [deputy for deputy in same if branch_of(deputy) == entry.branch.pk]
            if same:
                self._pair(entry, (here or same)[0])

    def _by_branch(self) -> None:
        for branch in {entry.branch.pk for entry in self.rows}:
            rows = [entry for entry in self.rows if entry.branch.pk == branch]
            people = [deputy for deputy in self.people if branch_of(deputy) == branch]
            if len(rows) == len(people) == 1:
                self._pair(rows[0], people[0])
            elif people:
                for entry in rows:
                    self._refuse(entry, "这个分站", people)

    def _by_name(self) -> None:
        if len(self.rows) == len(self.people) == 1 and not _phones_differ(self.rows[0], self.people[0]):
            self._pair(self.rows[0], self.people[0])
        for entry in list(self.rows) if self.people else []:
            if all(_phones_differ(entry, deputy) for deputy in self.people):
                places = "、".join(_place(deputy) for deputy in self.people)
                message = f"{places}也有一位{entry.name},电话不同,按同名的另一个人新增;如果是同一个人,请先核对电话。"
                self.report.warn(entry.row, c.NAME, message)
            else:
                self._refuse(entry, "全县", self.people)

    def _refuse(self, entry: Entry, where: str, people: list[Deputy]) -> None:
        tails = "、".join(deputy.phone[-4:] or "(没有)" for deputy in people)
        message = (
            f"{where}登记的{entry.name}有{len(people)}位,电话尾号{tails},看不出这一行是哪一位,"
            "请填登记的联系电话,或先在代表资料里改好电话。"
        )
        self.report.refuse(entry.row, c.PHONE, message)
        self.rows.remove(entry)


def _phones_differ(entry: Entry, deputy: Deputy) -> bool:
    return bool(entry.phone and deputy.phone and entry.phone != deputy.phone)


def branch_of(deputy: Deputy) -> int | None:
    return deputy.placement.branch_id if deputy.placement else None


def _place(deputy: Deputy) -> str:
    return deputy.placement.branch.full_name if deputy.placement else "离任的代表里"
