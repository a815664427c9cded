"""One branch's row of the sheet: what is known of the branch that day, what was typed, and what it becomes."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict

from activities.forms.fields import (
    LONGEST_REASON,
    LONGEST_SUMMARY,
    MOST_GIVEN_OUT,
    MOST_LINES,
    Problem,
    select_places,
    whole_number,
)
from activities.forms.lines import LONGEST_OPINION, read_lines
from activities.models import DutyLog, Shift
from activities.services import SundayRow
from activities.services.logs import MOST_RECEIVED
from activities.states import ON_LEAVE, SERVED, Category, Form, Presence, ShiftState
from deputies.models import Deputy
from stations.models import Station

LEAVE = "leave"
CHOICES = (Presence.PRESENT, LEAVE, Presence.ABSENT, Presence.LATE, Presence.LEFT_EARLY)
SPARE_PLACES = 3  # how many deputies can be added to a branch without a roster
MANY_VISITORS = 5  # so many visitors without a single opinion are worth a question


@dataclass
class Person:
    """One rostered deputy's cell: what was chosen (`present`, `leave`, …; "" for not yet) and the kind of leave."""

    deputy: Deputy
    name: str
    choice: str = ""
    leave: str = Presence.PRIVATE_LEAVE

    @property
    def status(self) -> str:
        """The Presence that was chosen, or an empty string."""
        return self.leave if self.choice == LEAVE else self.choice

    @property
    def more_label(self) -> str:
        """迟到 or 早退, which stand in the folded cell."""
        return Presence(self.choice).label if self.choice in (Presence.LATE, Presence.LEFT_EARLY) else ""


class SheetRow:
    """One branch on one day: its shift and logs, and what was typed in `data` under its code."""

    def __init__(self, branch: Station, shift: Shift | None, logs: list[DutyLog], people: dict, data: QueryDict):
        self.branch, self.shift, self.logs = branch, shift, logs
        self.code = branch.code
        self.members: list[Deputy] = people.get(branch.pk, [])
        self.neighbours: list[tuple[Station, list[Deputy]]] = people.get("near", {}).get(branch.pk, [])
        self.data = data
        self.reopened = self.code in data.getlist("again")
        self.problems: list[Problem] = []
        self.people = [self._person(place.deputy) for place in shift.places.all()] if shift else []
        self.received = self._text("n")
        self.categories = [value for value in data.getlist(f"{self.code}-t") if value in Category.values]
        self.opinions = data.get(f"{self.code}-o", "").replace("\r\n", "\n").strip("\n")
        self.form = self._choice("form", Form.values, Form.ONSITE)
        self.households, self.leaflets = self._text("h"), self._text("f")
        self.summary = self._text("s")
        self.not_held = f"{self.code}-x" in data
        self.reason = self._text("r")
        rostered = {person.deputy.pk for person in self.people}
        self.spare = [deputy for deputy in self.members if deputy.pk not in rostered]
        near = [deputy for _branch, deputies in self.neighbours for deputy in deputies]
        self.came = self._chosen("came", self.spare) if not self.people else []
        self.substitutes = self._chosen("sub", [*self.spare, *near])
        self.lines = [] if self.is_filed else read_lines(self.code, data, self.opinions, self.categories, self.served)

    def _text(self, name: str) -> str:
        return self.data.get(f"{self.code}-{name}", "").strip()

    def _choice(self, name: str, values: Iterable[str], default: str) -> str:
        value = self._text(name)
        return value if value in values else default

    def _person(self, deputy: Deputy) -> Person:
        return Person(
            deputy, f"{self.code}-a-{deputy.pk}", self._choice(f"a-{deputy.pk}", CHOICES, ""),
            self._choice(f"l-{deputy.pk}", ON_LEAVE, Presence.PRIVATE_LEAVE),
        )  # fmt: skip

    def _chosen(self, name: str, among: list[Deputy]) -> list[Deputy]:
        """Return the chosen deputies in the order of the selects, each once; a made-up key is passed over."""
        by_key = {str(deputy.pk): deputy for deputy in among}
        keys = dict.fromkeys(self.data.getlist(f"{self.code}-{name}"))
        return [by_key[key] for key in keys if key in by_key]

    # --- What the branch's state is --------------------------------------------------------------------------

    @property
    def is_filed(self) -> bool:
        return bool(self.logs)

    @property
    def is_off(self) -> bool:
        """The session was recorded as not held, and nobody asked to file it after all."""
        return self.was_off and not self.reopened and not self.is_touched and not self.is_filed

    @property
    def was_off(self) -> bool:
        return self.shift is not None and self.shift.state == ShiftState.NOT_HELD

    @property
    def is_open(self) -> bool:
        """The branch can still be typed in."""
        return not self.is_filed and not self.is_off

    @property
    def is_touched(self) -> bool:
        typed = (self.received, self.categories, self.opinions.strip(), self.households, self.leaflets, self.summary,
                 self.not_held, self.reason, self.came, self.substitutes)  # fmt: skip
        return any(typed) or any(person.choice for person in self.people)

    @property
    def is_more_open(self) -> bool:
        """The folded cell has something in it, so it must not stay folded."""
        return bool(
            self.households or self.leaflets or self.summary or self.not_held or self.reason or self.substitutes
            or self.form != Form.ONSITE or any(person.more_label for person in self.people)
        )  # fmt: skip

    @property
    def came_places(self) -> list[tuple[int, Deputy | None]]:
        """One entry for each select of deputies who came, with the chosen one."""
        return select_places(self.came, max(SPARE_PLACES, len(self.came) + 1))

    @property
    def substitute_places(self) -> list[tuple[int, Deputy | None]]:
        return select_places(self.substitutes, max(2, len(self.substitutes) + 1))

    @property
    def form_label(self) -> str:
        return Form(self.form).label

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
            status.label: [deputy.name for deputy, value in attendance.items() if value == status]
            for status in Presence
        }
        return [(label, "、".join(people)) for label, people in names.items() if people]

    @property
    def category_words(self) -> str:
        return "、".join(Category(value).label for value in self.categories)

    @property
    def remarks(self) -> list[str]:
        """What is possible but unusual, for the check page."""
        if self.not_held:
            return []
        visitors = whole_number(self.received) or 0
        found = []
        if visitors >= MANY_VISITORS and not self.lines:
            found.append(f"接待{visitors}人,确认没有意见吗?")
        if not visitors and self.lines:
            found.append("写了意见,接待人数是0,请看看人数对不对。")
        if not self.served:
            found.append("没有代表到岗,确认吗?没有开展的话,请回去勾选“本次未开展”。")
        if self.was_off:
            found.append(f"这一天原来登记的是“未开展”({self.shift.reason}),这次登记后改为已开展。")
        return found

    # --- Lines -----------------------------------------------------------------------------------------------

    @property
    def kept_details(self) -> list[tuple[str, str]]:
        """The details as hidden fields, so that going back to the sheet loses none."""
        prefix = f"{self.code}-m"
        return [(name, self.data[name]) for name in self.data if name.startswith(prefix)]

    # --- Checking --------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Collect the row's problems; an untouched or closed row has none."""
        self.problems = []
        if not self.is_touched or not self.is_open:
            return
        if self.not_held:
            self._check_not_held()
            return
        self._check_attendance()
        self._check_number("n", self.received, MOST_RECEIVED, "接待人数", needed="请填接待人数,没有人来就填0")
        self._check_number("h", self.households, MOST_RECEIVED, "走访户数")
        self._check_number("f", self.leaflets, MOST_GIVEN_OUT, "发放份数")
        if len(self.summary) > LONGEST_SUMMARY:
            self._problem("s", f"内容请控制在{LONGEST_SUMMARY}字以内")
        if self.reason:
            self._problem("x", "写了未开展的原因,请勾选“本次未开展”,或者把原因删掉")
        self._check_lines()

    def _check_not_held(self) -> None:
        if not self.people:
            self._problem("x", "这一天本来没有安排接待,不用登记“未开展”")
        elif not self.reason:
            self._problem("r", "本次没有开展,请写原因")
        elif len(self.reason) > LONGEST_REASON:
            self._problem("r", f"原因请控制在{LONGEST_REASON}字以内")
        if (whole_number(self.received) or 0) > 0 or self.opinions.strip():
            self._problem("x", "选了“本次未开展”,又填了接待人数或意见,请去掉一样")

    def _check_attendance(self) -> None:
        unset = [person for person in self.people if not person.choice]
        if unset and len(unset) < len(self.people):
            names = "、".join(person.deputy.name for person in unset)
            self._problem("a", f"请填{names}是否到岗")
        elif unset:
            self._problem("a", "请填每位代表是否到岗")
        elif not self.attendance:
            self._problem("a", "这一天没有排班,请选来接待的代表")
        elif not self.served and ((whole_number(self.received) or 0) > 0 or self.opinions.strip()):
            self._problem("a", "有群众来访,请填是哪位代表接待的")

    def _check_number(self, name: str, text: str, most: int, what: str, needed: str = "") -> None:
        number = whole_number(text)
        if not text:
            if needed:
                self._problem(name, needed)
        elif number is None:
            self._problem(name, f"{what}请填数字,例如3")
        elif number > most:
            self._problem(name, f"{what}请填0到{most}")

    def _check_lines(self) -> None:
        if len(self.lines) > MOST_LINES:
            self._problem("o", f"一次最多登记{MOST_LINES}条意见,其余的请另记一篇")
        for line in self.lines:
            if len(line.text) > LONGEST_OPINION:
                self._problem("o", f"一条意见请控制在{LONGEST_OPINION}字以内")
            line.check()
            self.problems += [
                Problem(f"{line.name}-{name}", sentence, self.branch.name) for name, sentence in line.problems.items()
            ]

    def _problem(self, name: str, sentence: str) -> None:
        self.problems.append(Problem(f"{self.code}-{name}", sentence, self.branch.name))

    @property
    def messages(self) -> dict[str, str]:
        """The problems by field, for the cells."""
        return {problem.anchor.removeprefix(f"{self.code}-"): problem.sentence for problem in self.problems}

    # --- Handing over ----------------------------------------------------------------------------------------

    def to_sunday_row(self) -> SundayRow:
        """Return what `file_sunday` takes; call only when the row has no problems."""
        if self.not_held:
            return SundayRow(branch=self.branch, attendance={}, not_held_reason=self.reason)
        by_key = {str(deputy.pk): deputy for deputy in self.served}
        matters = [line.to_matter(by_key.get(line.deputy)) for line in self.lines]
        return SundayRow(
            branch=self.branch, attendance=self.attendance, received=whole_number(self.received) or 0, form=self.form,
            households=whole_number(self.households) or 0, leaflets=whole_number(self.leaflets) or 0,
            summary=self.full_summary, matters=matters,
        )  # fmt: skip

    @property
    def full_summary(self) -> str:
        """What people came about without leaving an opinion is kept in the log's summary."""
        if self.lines or not self.categories:
            return self.summary
        return "\n".join(filter(None, [f"群众咨询:{self.category_words}", self.summary]))
