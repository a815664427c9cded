"""The lines of a score page: one row a fact, however often it was corrected, by the month of the fact."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from julu_liaison.common.working_days import today_here
from scoring.models import PointEntry
from scoring.states import Block

OPEN_MONTHS = 2  # months of bonus shown unfolded; what was deducted always is


@dataclass(frozen=True)
class Line:
    """One entry as shown: `link` leads to what it came from, if the person may open that.

    `posted_on` is set where it is another day than the entry's.
    """

    entry: PointEntry
    link: str
    posted_on: date | None

    @property
    def is_reversal(self) -> bool:
        return self.entry.reverses_id is not None

    @property
    def is_capped(self) -> bool:
        """Counted in part or not at all, because the year's limit of the item was reached."""
        worth = abs(self.entry.points)
        return not self.is_reversal and worth < abs(self.entry.rule.points)


@dataclass(frozen=True)
class Fact:
    """All lines of one fact, in the order of the ledger: what was noted, what cancelled it, what was noted instead."""

    lines: list[Line]

    @property
    def line(self) -> Line:
        """What was noted last; it counts unless it was cancelled, too."""
        return next(line for line in reversed(self.lines) if not line.is_reversal)

    @property
    def stands(self) -> bool:
        return not self.lines[-1].is_reversal

    @property
    def is_corrected(self) -> bool:
        return len(self.lines) > 1

    @property
    def first(self) -> Decimal:
        return self.lines[0].entry.points

    @property
    def points(self) -> Decimal:
        """What the fact is worth now."""
        return sum((line.entry.points for line in self.lines), Decimal(0))

    @property
    def correction(self) -> PointEntry | None:
        """The last line that cancelled something."""
        return next((line.entry for line in reversed(self.lines) if line.is_reversal), None)


@dataclass(frozen=True)
class Month:
    """The facts of one month, newest first, and what they add up to now."""

    first: date
    facts: list[Fact]
    sum: Decimal
    is_open: bool


def facts_of(entries: Iterable[PointEntry], links: dict[tuple[str, str], str]) -> list[Fact]:
    """The facts that a deputy's entries of a year tell of, newest first. A correction belongs to the fact it corrects."""
    found: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for entry in sorted(entries, key=lambda entry: entry.number):
        line = Line(entry, links.get((entry.source, entry.source_key), ""), _other_day(entry))
        found[entry.block, entry.fact_key].append(line)
    facts = [Fact(lines) for lines in found.values()]
    return sorted(facts, key=lambda fact: (fact.line.entry.occurred_on, fact.line.entry.number), reverse=True)


def _other_day(entry: PointEntry) -> date | None:
    posted_on = today_here(entry.posted_at)
    return None if posted_on == entry.occurred_on else posted_on


def months_of(facts: Iterable[Fact], block: Block, *, unfold: bool) -> list[Month]:
    """The months of one block, newest first; `unfold`: all of them."""
    found: list[Month] = []
    here = [fact for fact in facts if fact.line.entry.block == block]
    for first, part in groupby(here, key=lambda fact: fact.line.entry.occurred_on.replace(day=1)):
        rows = list(part)
        total = sum((fact.points for fact in rows), Decimal(0))
        found.append(Month(first, rows, total, unfold or block == Block.BASE or len(found) < OPEN_MONTHS))
    return found
