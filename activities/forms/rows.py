"""One branch's row of the sheet: what is known of the branch that day, what was typed, and what it becomes."""

from collections.abc import Iterable
from itertools import zip_longest

from django.http import QueryDict

from activities.forms.checking import row_problems, row_remarks
from activities.forms.fields import Problem
from activities.forms.known import KnownDay
from activities.forms.lines import Line, read_lines, whole_number
from activities.forms.people import CHOICES, LEAVE, Person, Released, StandIn
from activities.services import SundayRow
from activities.states import CALLED_OFF, ON_LEAVE, SERVED, Category, Form, Presence, ShiftState
from deputies.models import Deputy
from deputies.states import ServiceRole
from stations.models import Station

SPARE_PLACES = 3  # how many deputies can be added to a branch without a roster
STAND_INS = 2


class SheetRow:
    """One branch on one day: what is `known` of it, and what was typed in `data` under its code.

    `name` is how the sheet calls the branch.
    """

    def __init__(self, branch: Station, known: KnownDay, data: QueryDict, name: str):
        self.branch, self.name, self.code, self.data = branch, name, branch.code, data
        self.shift, self.moved_to = known.shifts.get(branch.pk), known.moved.get(branch.pk)
        self.logs, self.draft = known.logs.get(branch.pk, []), known.drafts.get(branch.pk)
        self.closed_reason = known.closed.get(branch.pk, "")
        self.members: list[Deputy] = known.members.get(branch.pk, [])
        self.neighbours: list[tuple[Station, list[Deputy]]] = known.near(branch)
        self.reopened = self.code in data.getlist("again")
        self.problems: list[Problem] = []
        self._read_people(known.leaves)
        self._read_figures()
        self.lines: list[Line] = (
            [] if self.is_filed else read_lines(self.code, data, self.opinions, self.categories, self.served)
        )

    def _read_people(self, leaves: dict[int, str]) -> None:
        rostered = [place.deputy for place in self.shift.places.all()] if self.shift else []
        self.people = [self._person(deputy, leaves.get(deputy.pk, "")) for deputy in rostered]
        self.released = [
            Released(deputy, leaves[deputy.pk])
            for deputy in self.members
            if deputy.pk in leaves and deputy not in rostered
        ]
        self.spare = [deputy for deputy in self.members if deputy not in rostered]
        self.came = self._chosen("came", self.spare) if not self.people else []
        self.replaceable = [*rostered, *(released.deputy for released in self.released)]
        self.substitutes, self.stands_in_for, self.has_lone_replaced = self._stand_ins()

    def _read_figures(self) -> None:
        self.received = self._text("n")
        self.categories = [value for value in self.data.getlist(f"{self.code}-t") if value in Category.values]
        self.opinions = self.data.get(f"{self.code}-o", "").replace("\r\n", "\n").strip("\n")
        self.form = self._choice("form", Form.values, Form.ONSITE)
        self.role = self._choice("role", ServiceRole.values, ServiceRole.LIAISON)
        self.households, self.leaflets = self._text("h"), self._text("f")
        self.summary = self._text("s")
        self.not_held = f"{self.code}-x" in self.data
        self.reason = self._text("r")

    def _text(self, name: str) -> str:
        return self.data.get(f"{self.code}-{name}", "").strip()

    def _choice(self, name: str, values: Iterable[str], default: str) -> str:
        value = self._text(name)
        return value if value in values else default

    def _person(self, deputy: Deputy, preset: str) -> Person:
        choice = self._choice(f"a-{deputy.pk}", CHOICES, LEAVE if preset else "")
        kind = self._choice(f"l-{deputy.pk}", ON_LEAVE, preset or Presence.PRIVATE_LEAVE)
        return Person(deputy, f"{self.code}-a-{deputy.pk}", choice, kind, preset)

    def _chosen(self, name: str, among: list[Deputy]) -> list[Deputy]:
        """Return the chosen deputies in the order of the selects, each once; a made-up key is passed over."""
        by_key = {str(deputy.pk): deputy for deputy in among}
        keys = dict.fromkeys(self.data.getlist(f"{self.code}-{name}"))
        return [by_key[key] for key in keys if key in by_key]

    def _stand_ins(self) -> tuple[list[Deputy], dict[Deputy, Deputy], bool]:
        """Who stood in, for whom where that was said, and whether it was said for nobody."""
        near = [deputy for _branch, deputies in self.neighbours for deputy in deputies]
        stand_in = {str(deputy.pk): deputy for deputy in [*self.spare, *near]}
        replaced = {str(deputy.pk): deputy for deputy in self.replaceable}
        found: dict[Deputy, Deputy | None] = {}
        lone = False
        pairs = zip_longest(*(self.data.getlist(f"{self.code}-{name}") for name in ("sub", "for")), fillvalue="")
        for who, whom in pairs:
            if who in stand_in:
                found.setdefault(stand_in[who], replaced.get(whom))
            elif whom in replaced:
                lone = True
        return list(found), {who: whom for who, whom in found.items() if whom}, lone

    # --- What the branch's state is --------------------------------------------------------------------------

    @property
    def is_filed(self) -> bool:
        return bool(self.logs)

    @property
    def is_shut(self) -> bool:
        """Too late: only the county can open the day again."""
        return bool(self.closed_reason) and not self.is_filed

    @property
    def was_off(self) -> bool:
        return self.shift is not None and self.shift.state in CALLED_OFF

    @property
    def off_label(self) -> str:
        return ShiftState(self.shift.state).label if self.shift else ""

    @property
    def is_off(self) -> bool:
        """The session was called off, before the day or on it, and nobody asked to file it after all."""
        return self.was_off and not self.reopened and not self.is_touched and not self.is_filed

    @property
    def is_open(self) -> bool:
        """The branch can still be typed in."""
        return not self.is_filed and not self.is_off and not self.is_shut

    @property
    def is_touched(self) -> bool:
        typed = (self.received, self.categories, self.opinions.strip(), self.households, self.leaflets, self.summary,
                 self.not_held, self.reason, self.came, self.substitutes, self.has_lone_replaced)  # fmt: skip
        return any(typed) or any(person.is_touched for person in self.people)

    @property
    def is_more_open(self) -> bool:
        """The folded cell has something in it, so it must not stay folded."""
        return bool(
            self.households or self.leaflets or self.summary or self.not_held or self.reason or self.substitutes
            or self.has_lone_replaced or self.form != Form.ONSITE or self.role != ServiceRole.LIAISON
            or any(person.more_label for person in self.people)
        )  # fmt: skip

    @property
    def version(self) -> int:
        """Which version of the server's draft the browser has seen."""
        seen = self._text("v")
        if seen.isascii() and seen.isdigit():
            return int(seen[:9])
        return self.draft.version if self.draft else 0

    @property
    def has_draft(self) -> bool:
        """The row shows what somebody typed before and did not file."""
        return self.draft is not None and self.is_open and self.is_touched

    @property
    def is_sent(self) -> bool:
        """The row came along with the form, not only with the sheet around it."""
        return f"{self.code}-v" in self.data

    def typed(self) -> dict[str, list[str]]:
        """What was typed by field name, just as static/js/sunday.js sends it to be kept."""
        prefix, version = f"{self.code}-", f"{self.code}-v"
        return {
            name: [value.replace("\r\n", "\n") for value in values]
            for name, values in self.data.lists()
            if name.startswith(prefix) and name != version and any(values)
        }

    def keep_version(self, version: int) -> None:
        """Go on from the draft that the server has now."""
        self.data[f"{self.code}-v"] = str(version)

    # --- What was typed, for the pages -----------------------------------------------------------------------

    @property
    def came_places(self) -> list[tuple[int, Deputy | None]]:
        """One entry for each select of deputies who came, with the chosen one."""
        number = max(SPARE_PLACES, len(self.came) + 1)
        return [(index, deputy) for index, (_n, deputy) in enumerate(zip_longest(range(number), self.came))]

    @property
    def stand_in_places(self) -> list[StandIn]:
        chosen = [
            StandIn(index, deputy, self.stands_in_for.get(deputy)) for index, deputy in enumerate(self.substitutes)
        ]
        return chosen + [StandIn(index) for index in range(len(chosen), max(STAND_INS, len(chosen) + 1))]

    @property
    def form_label(self) -> str:
        return Form(self.form).label

    @property
    def visitors(self) -> int:
        return whole_number(self.received) or 0

    @property
    def attendance(self) -> dict[Deputy, str]:
        """Who did what, rostered deputies first; those without a choice are left out."""
        found = {person.deputy: person.status for person in self.people if person.status}
        found.update(dict.fromkeys(self.came, Presence.PRESENT))
        for deputy in self.substitutes:
            found.setdefault(deputy, Presence.SUBSTITUTE)
        return found

    @property
    def served(self) -> list[Deputy]:
        return [deputy for deputy, status in self.attendance.items() if status in SERVED]

    @property
    def attendance_words(self) -> list[tuple[str, str]]:
        """(到岗, 张三、李四), one for each status that occurs, in the order of Presence."""
        attendance = self.attendance
        names = {
            status.label: [self._in_words(deputy) for deputy, value in attendance.items() if value == status]
            for status in Presence
        }
        return [(label, "、".join(people)) for label, people in names.items() if people]

    def _in_words(self, deputy: Deputy) -> str:
        replaced = self.stands_in_for.get(deputy)
        return f"{deputy.name}(替{replaced.name})" if replaced else deputy.name

    @property
    def category_words(self) -> str:
        return "、".join(Category(value).label for value in self.categories)

    @property
    def remarks(self) -> list[str]:
        return row_remarks(self)

    @property
    def kept_details(self) -> list[tuple[str, str]]:
        """The details as hidden fields, so that going back to the sheet loses none."""
        prefix = f"{self.code}-m"
        return [(name, self.data[name]) for name in self.data if name.startswith(prefix)]

    # --- Checking and handing over ---------------------------------------------------------------------------

    def check(self) -> None:
        """Collect the row's problems."""
        self.problems = list(row_problems(self))

    @property
    def messages(self) -> dict[str, str]:
        """The problems by field, for the cells."""
        return {problem.anchor.removeprefix(f"{self.code}-"): problem.sentence for problem in self.problems}

    def to_sunday_row(self) -> SundayRow:
        """Return what `file_sunday` takes; call only when the row has no problems."""
        if self.not_held:
            return SundayRow(branch=self.branch, attendance={}, not_held_reason=self.reason)
        by_key = {str(deputy.pk): deputy for deputy in self.served}
        return SundayRow(
            branch=self.branch, attendance=self.attendance, received=self.visitors, form=self.form,
            service_role=self.role, households=whole_number(self.households) or 0,
            leaflets=whole_number(self.leaflets) or 0, summary=self.full_summary,
            matters=[line.to_matter(by_key.get(line.deputy)) for line in self.lines],
            stands_in_for=self.stands_in_for,
        )  # fmt: skip

    @property
    def full_summary(self) -> str:
        """What people came about without leaving an opinion is kept in the log's summary."""
        if self.lines or not self.categories:
            return self.summary
        return "\n".join(filter(None, [f"群众咨询:{self.category_words}", self.summary]))
