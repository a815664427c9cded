"""The attendance sheet of one activity: one row a person, people who came unasked, figures and minutes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from activities.forms.naming import found_people, places_of
from activities.models import Activity
from activities.rules.expected import Line, Tally, tally
from activities.services.events import Attendee
from activities.states import LEAVE_KINDS, ON_LEAVE, SERVED, Presence
from deputies.models import Deputy
from julu_liaison.common.texts import plain_number, squeezed
from stations.models import Station

LEAVE, NOBODY = "leave", "none"
ASKED = [
    (Presence.PRESENT, "到岗", "p"), (LEAVE, "请假", "l"), (Presence.ABSENT, "缺席", "a"), (Presence.LATE, "迟到", "l"),
    (Presence.LEFT_EARLY, "早退", "l"),
]  # fmt: skip
OTHERS = [(Presence.PRESENT, "到岗", "p"), (Presence.LATE, "迟到", "l"), (Presence.LEFT_EARLY, "早退", "l"), (NOBODY, "没来", "")]
SUBSTITUTE = [(Presence.SUBSTITUTE, "顶替", "p"), (NOBODY, "没来", "")]
EXTRA_ROWS = 3
FIGURES = {"leaflets": "发放资料(份)", "households": "走访(户)", "reached": "覆盖群众(人)"}
LONGEST_MINUTES = 10_000


@dataclass
class Row:
    """One person's row. `choice` is one of `choices`, or empty; `leave` the kind chosen beside it."""

    who: Attendee
    is_open: bool
    choice: str = ""
    leave: str = ON_LEAVE[0]
    problem: str = ""

    @property
    def key(self) -> int:
        return self.who.deputy.pk

    @property
    def choices(self) -> list:
        if self.who.is_expected:
            return ASKED
        return SUBSTITUTE if self.who.row.stands_in_for_id else OTHERS

    @property
    def status(self) -> str:
        if self.choice == LEAVE:
            return self.leave
        return "" if self.choice == NOBODY else self.choice


@dataclass
class Extra:
    """Somebody who came unasked: who (as typed), and for whom (a deputy's key) if as a substitute."""

    index: int
    who: str = ""
    stands_in_for: str = ""


@dataclass
class AttendanceSheet:
    """What the page shows and what was typed into it. `people` is the roll; `reach` as in `attendance_reach`."""

    activity: Activity
    people: list[Attendee]
    reach: set[int] | None
    rows: list[Row] = field(default_factory=list)
    extras: list[Extra] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    newcomers: dict[Deputy, str] = field(default_factory=dict)
    stands_in_for: dict[Deputy, Deputy] = field(default_factory=dict)

    @classmethod
    def of(cls, activity: Activity, people: list[Attendee], reach: set[int] | None) -> "AttendanceSheet":
        """The sheet as recorded so far."""
        sheet = cls(activity, people, reach)
        sheet.rows = [sheet._row(who) for who in people]
        sheet.extras = [Extra(index) for index in range(EXTRA_ROWS)]
        sheet.values = {name: str(getattr(activity, name) or "") for name in FIGURES}
        sheet.values |= {"minutes": activity.minutes, "reason": "", "version": str(activity.version)}
        return sheet

    def _row(self, who: Attendee) -> Row:
        branch = who.branch
        is_open = self.reach is None or (
            branch is not None and bool(self.reach & {branch.pk, branch.parent_id, branch.county_id})
        )
        status = who.status
        if status in ON_LEAVE:
            return Row(who, is_open, LEAVE if who.is_expected else NOBODY, status)
        return Row(who, is_open, status if status in SERVED or status == Presence.ABSENT else "")

    def fill(self, data: Mapping, *, user) -> None:
        """Take what was typed; `problems` (by the id of the field) tells what has to be put right."""
        for row in self.rows:
            if row.is_open:
                self._fill_row(row, data)
        self.values |= {name: data.get(name, "")[:LONGEST_MINUTES].replace("\0", "") for name in self.values}
        self.extras = [
            Extra(index, data.get(f"x-{index}-who", "")[:60].replace("\0", ""), data.get(f"x-{index}-for", "")[:20])
            for index in range(EXTRA_ROWS)
        ]  # fmt: skip
        for extra in self.extras:
            self._read_extra(extra, user)
        for name, label in FIGURES.items():
            if not re.fullmatch(r"\d{0,5}", squeezed(self.values[name])):
                self.problems[name] = f"{label}请填数字,没有就空着"
        self.values["version"] = str(plain_number(self.values["version"], digits=9) or 0)

    def _fill_row(self, row: Row, data: Mapping) -> None:
        chosen, leave = data.get(f"s-{row.key}", ""), data.get(f"l-{row.key}", "")
        if chosen in {value for value, _label, _look in row.choices}:
            row.choice = chosen
        if leave in dict(LEAVE_KINDS):
            row.leave = leave

    def _read_extra(self, extra: Extra, user) -> None:
        if not extra.who.strip():
            if extra.stands_in_for:
                self.problems[f"x-{extra.index}-who"] = "请写是谁来顶替的"
            return
        holders: list[Station] = [self.activity.station, *self.activity.partners.all()]
        hosts = [place for place in holders if self.reach is None or place.pk in self.reach]
        found, problems = found_people(extra.who, user=user, hosts=hosts, on=self.activity.held_on)
        replaced = {str(row.key): row.who.deputy for row in self.rows if row.who.is_expected}.get(extra.stands_in_for)
        if problems or len(found) != 1:
            self.problems[f"x-{extra.index}-who"] = problems[0] if problems else "一行写一位"
            return
        person = found[0]
        if self.reach is not None and not self.reach & places_of(person):
            self.problems[f"x-{extra.index}-who"] = f"{person.name}由所在的联合举办单位登记,没有联合举办的找县人大办公室"
            return
        if any(row.key == person.pk and row.who.is_expected for row in self.rows):
            self.problems[f"x-{extra.index}-who"] = f"{person.name}在上面的名单里,请在那一行选"
            return
        self.newcomers[person] = Presence.SUBSTITUTE if replaced else Presence.PRESENT
        if replaced:
            self.stands_in_for[person] = replaced

    def fill_present(self) -> None:
        """全部到岗: whoever is expected, unset and not stood in for."""
        for row in self.rows:
            if row.is_open and not row.choice and row.who.is_expected and row.who.substitute is None:
                row.choice = Presence.PRESENT

    @property
    def changes(self) -> dict[Deputy, str]:
        """The statuses that differ from what is recorded, newcomers included."""
        rows = {row.who.deputy: row.status for row in self.rows if row.is_open and row.status != row.who.row.status}
        return rows | self.newcomers

    @property
    def figures(self) -> dict:
        return {name: int(squeezed(self.values[name]) or 0) for name in FIGURES} | {"minutes": self.values["minutes"].strip()}

    @property
    def has_new_figures(self) -> bool:
        return any(getattr(self.activity, name) != value for name, value in self.figures.items())

    @property
    def version(self) -> int:
        return int(self.values["version"])

    @property
    def tally(self) -> Tally:
        """Counts of what is chosen in the sheet."""
        return tally(Line(row.who.is_expected, row.status, row.who.substitute is not None) for row in self.rows)

    @property
    def unset_here(self) -> int:
        """How many of those whom the person records are still unset; the others are for another station."""
        open_rows = [row for row in self.rows if row.is_open]
        return tally(Line(row.who.is_expected, row.status, row.who.substitute is not None) for row in open_rows).unset

    @property
    def groups(self) -> list[tuple[Station | None, list[Row]]]:
        """The rows branch by branch, those to be filled in here before other stations'."""
        found: dict[int | None, tuple[Station | None, list[Row]]] = {}
        for row in self.rows:
            branch = row.who.branch
            found.setdefault(branch.pk if branch else None, (branch, []))[1].append(row)
        return sorted(found.values(), key=lambda group: not any(row.is_open for row in group[1]))

    @property
    def replaceable(self) -> list[Deputy]:
        """For whom somebody may have stood in."""
        return [row.who.deputy for row in self.rows if row.who.is_expected and row.is_open and row.who.substitute is None]
