"""The clerk's Sunday sheet (接待日登记): what is known of each branch, what was typed, and what is wrong with it.

Every field's name begins with its branch's code: `GT01-n` is the number of people received at GT01 (see fields.FIELDS).
A branch nobody touched is not an error and is not filed.
"""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Prefetch
from django.http import QueryDict

from activities.forms.fields import Problem
from activities.forms.rows import SheetRow
from activities.models import Attendance, DutyLog, Shift
from activities.permissions import branches_to_file
from deputies.models import Deputy, Membership
from opinions.models import Opinion
from stations.models import Station


@dataclass
class SundaySheet:
    """All branches that `user` may file for on one day, in official order, with what was typed."""

    day: date
    rows: list[SheetRow]
    key: str
    typed: bool
    general: list[Problem] = field(default_factory=list)

    @classmethod
    def load(cls, user, day: date, data: QueryDict, *, typed: bool = False) -> "SundaySheet":
        """Read the sheet; the number of queries does not depend on the number of branches.

        `data` is what was typed (`typed`), or a page's address with the codes of branches to open `again`.
        """
        data = _storable(data)
        branches = list(branches_to_file(user, day))
        shifts = {shift.branch_id: shift for shift in _shifts_of(branches, day)}
        logs = _logs_of(branches, day)
        people = _people_near(branches, day)
        rows = [SheetRow(branch, shifts.get(branch.pk), logs.get(branch.pk, []), people, data) for branch in branches]
        return cls(day=day, rows=rows, key=_key(data.get("key", "")), typed=typed)

    @property
    def open_rows(self) -> list[SheetRow]:
        return [row for row in self.rows if row.is_open]

    @property
    def touched(self) -> list[SheetRow]:
        return [row for row in self.open_rows if row.is_touched]

    @property
    def overtaken(self) -> list[SheetRow]:
        """Rows somebody else has filed while this sheet was being typed; what was typed stays to be read."""
        return [row for row in self.rows if row.is_filed and row.is_touched and not self.is_own(row)]

    def is_own(self, row: SheetRow) -> bool:
        """The row was filed by an earlier sending of this very sheet."""
        return any(log.filing_key == f"{self.key}:{row.code}" for log in row.logs)

    @property
    def done_count(self) -> int:
        return len(self.rows) - len(self.open_rows)

    def check(self) -> bool:
        """Check the typed rows; True when there is something to file and nothing to put right."""
        for row in self.rows:
            row.check()
        if not self.touched and not self.problems:
            self.general.append(Problem("sheet", "还没有填任何分站,请先填一个分站再核对"))
        return not self.problems

    @property
    def problems(self) -> list[Problem]:
        return [*self.general, *(problem for row in self.rows for problem in row.problems)]

    @property
    def opinion_count(self) -> int:
        return sum(line.becomes_opinion for row in self.touched for line in row.lines)

    def hidden_fields(self) -> list[tuple[str, str]]:
        """Everything typed in the rows to be filed, without the details that the check page shows itself."""
        found = [("key", self.key), *(("again", row.code) for row in self.rows if row.reopened)]
        for row in self.touched:
            prefix, details = f"{row.code}-", re.compile(rf"{re.escape(row.code)}-m\d+-")
            for name, values in row.data.lists():
                if name.startswith(prefix) and not details.match(name):
                    found += [(name, value) for value in values if value]
        return found


def _storable(data: QueryDict) -> QueryDict:
    """Drop NUL characters, which PostgreSQL cannot hold; pasting from old programs brings them along."""
    clean = QueryDict(mutable=True)
    for name, values in data.lists():
        clean.setlist(name, [value.replace("\0", "") for value in values])
    return clean


def _key(text: str) -> str:
    """Keep the sheet's own key through check and back; a fresh sheet gets a new one."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return str(uuid.uuid4())


def _shifts_of(branches: list[Station], day: date) -> Iterable[Shift]:
    return Shift.objects.filter(branch__in=branches, date=day).prefetch_related("places__deputy")


def _logs_of(branches: list[Station], day: date) -> dict[int, list[DutyLog]]:
    rows = DutyLog.objects.valid().filter(branch__in=branches, date=day).select_related("recorder", "register").order_by("pk")
    attendance = Attendance.objects.select_related("deputy")
    found: dict[int, list[DutyLog]] = {}
    # The sealed columns are not even read: nobody needs a villager's name on this page.
    opinions = Opinion.objects.defer("villager_name", "villager_phone").select_related("register").order_by("pk")
    for log in rows.prefetch_related(Prefetch("attendance", attendance), Prefetch("opinions", opinions)):
        found.setdefault(log.branch_id, []).append(log)
    return found


def _people_near(branches: list[Station], day: date) -> dict:
    """Return the members of each branch by its key, and under `near` the other branches of the same station."""
    stations = {branch.parent_id for branch in branches}
    rows = Membership.objects.in_force(day).filter(branch__parent__in=stations).heads_first()
    members: dict[int, list[Deputy]] = {}
    by_branch: dict[int, Station] = {}
    for row in rows.select_related("deputy", "branch"):
        by_branch[row.branch_id] = row.branch
        members.setdefault(row.branch_id, []).append(row.deputy)
    others = sorted(by_branch.values(), key=lambda branch: (branch.official_order, branch.code))
    near = {
        branch.pk: [
            (other, members[other.pk])
            for other in others
            if other.parent_id == branch.parent_id and other.pk != branch.pk
        ]
        for branch in branches
    }
    return {**members, "near": near}
