"""The clerk's Sunday sheet (接待日登记): what is known of each branch, what was typed, and what is wrong with it.

Every field's name begins with its branch's code: `GT01-n` is the number of people received at GT01 (see fields.FIELDS).
A branch nobody touched is not an error and is not filed.
"""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from django.http import QueryDict

from activities.forms.fields import Problem
from activities.forms.known import KnownDay
from activities.forms.rows import SheetRow
from activities.models import SheetDraft
from activities.permissions import branches_to_file
from activities.services import read_draft
from stations.models import Station

PAIRED = ("sub", "for")  # selects whose values belong together by their order, so that empty ones count


@dataclass
class SundaySheet:
    """All branches that `user` may file for on one day, in official order, with what was typed."""

    day: date
    rows: list[SheetRow]
    key: str
    typed: bool
    general: list[Problem] = field(default_factory=list)

    @classmethod
    def load(cls, user, day: date, data: QueryDict, *, at: datetime, typed: bool = False) -> "SundaySheet":
        """Read the sheet; the number of queries does not depend on the number of branches.

        `data` is what was typed (`typed`), or a page's address with the codes of branches to open `again`; then the
        drafts kept on the server stand for what was typed.
        """
        data = _storable(data)
        branches = list(branches_to_file(user, day))
        known = KnownDay.load(user, branches, day, at)
        if not typed:
            _add_drafts(data, known.drafts.values())
        several = len({branch.parent_id for branch in branches}) > 1
        rows = [SheetRow(branch, known, data, _name(branch, several)) for branch in branches]
        return cls(day=day, rows=rows, key=_key(data.get("key", "")), typed=typed)

    @property
    def stations(self) -> list[tuple[Station, list[SheetRow]]]:
        """The rows station by station: a clerk who stands in for a colleague has two."""
        return [
            (rows[0].branch.parent, rows)
            for _key, rows in ((key, list(group)) for key, group in groupby(self.rows, lambda row: row.branch.parent_id))
        ]

    @property
    def open_rows(self) -> list[SheetRow]:
        return [row for row in self.rows if row.is_open]

    @property
    def touched(self) -> list[SheetRow]:
        return [row for row in self.open_rows if row.is_touched]

    @property
    def drafted(self) -> list[SheetRow]:
        """Rows that show somebody's draft from the server."""
        return [] if self.typed else [row for row in self.rows if row.has_draft]

    @property
    def closed_reasons(self) -> list[str]:
        """Why some rows can no longer be typed in, each reason once."""
        return list(dict.fromkeys(row.closed_reason for row in self.rows if row.is_shut))

    @property
    def overtaken(self) -> list[SheetRow]:
        """Rows somebody else has filed while this sheet was being typed; what was typed stays to be read."""
        return [row for row in self.rows if row.is_filed and row.is_touched and not self.is_own(row)]

    @property
    def unfiled(self) -> list[SheetRow]:
        """Rows in which something was typed that can't be filed: overtaken, or too late."""
        return [*self.overtaken, *(row for row in self.rows if row.is_shut and row.is_touched)]

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
            paired = {f"{prefix}{name}" for name in PAIRED}
            for name, values in row.data.lists():
                if name.startswith(prefix) and not details.match(name):
                    found += [(name, value) for value in values if value or name in paired]
        return found


def _name(branch: Station, several: bool) -> str:
    """`第一分站`, or with its station where a sheet has several."""
    return f"{branch.parent.name}{branch.name}" if several else branch.name


def _add_drafts(data: QueryDict, drafts: Iterable[SheetDraft]) -> None:
    for draft in drafts:
        for name, values in read_draft(draft).items():
            data.setlist(name, values)


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
