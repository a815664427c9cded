"""Quarters of the calendar year: which are over, what is new in one since the statement before, in words."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from scoring.states import Block

NUMBERS = "一二三四"


def year_days(year: int) -> tuple[date, date]:
    """A year's first and last day."""
    return date(year, 1, 1), date(year, 12, 31)


class Quarter(NamedTuple):
    """A quarter of a year, `number` from 1 to 4."""

    year: int
    number: int

    @property
    def first(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        return _after(self).first - timedelta(days=1)

    @property
    def name(self) -> str:
        return f"{self.year}年第{NUMBERS[self.number - 1]}季度"


def _after(quarter: Quarter) -> Quarter:
    year, number = quarter
    return Quarter(year + 1, 1) if number == 4 else Quarter(year, number + 1)


def ended_quarters(on: date, many: int) -> list[Quarter]:
    """Return the last `many` quarters that were over on the day `on`, oldest first."""
    running = on.year * 4 + (on.month - 1) // 3
    return [Quarter(index // 4, index % 4 + 1) for index in range(running - many, running)]


class StatementLine(NamedTuple):
    """A line of the ledger as a statement shows it; `reverses` and `reversed_by` are numbers in the same year.

    `fact_on` is the day of what the line is about: of a reversal, which bears the day of the correction, the day of
    the line that it cancels.
    """

    number: int
    block: str
    item: str
    points: Decimal
    occurred_on: date
    fact_on: date
    reason: str
    source: str
    posted_at: datetime
    reverses: int | None
    digest: str
    is_late: bool = False  # posted after the year was over
    reversed_by: int | None = None


class Cut(NamedTuple):
    """What a statement knew: facts up to a day, lines posted up to a moment, of them the first `last_number`.

    A fact's line, its reversal and its re-posting are known together or not at all: they have the day of the fact.
    The moment alone does not say what was summed, for a line may be stamped before it and stand in the ledger after.
    """

    until: date
    at: datetime
    last_number: int

    def knew(self, line: StatementLine) -> bool:
        return line.fact_on <= self.until and line.posted_at <= self.at and line.number <= self.last_number


def changes_in_words(lines: Iterable[StatementLine], before: Cut | None) -> list[str]:
    """Say what `lines` hold that the statement before (`before`; None: there was none) did not."""
    new = [line for line in lines if before is None or not before.knew(line)]
    posted = [line for line in new if line.reverses is None]
    words = [
        *_sum_in_words(posted, Block.BASE, "新扣分", "扣"),
        *_sum_in_words(posted, Block.BONUS, "新加分", "加"),
        *_corrections_in_words([line for line in new if line.reverses is not None]),
    ]
    late = sum(before is not None and line.fact_on <= before.until for line in posted)
    return words + ([f"其中{late}笔是补记以前季度的"] if late else [])


def _sum_in_words(lines: list[StatementLine], block: Block, what: str, verb: str) -> list[str]:
    points = [abs(line.points) for line in lines if line.block == block]
    return [f"{what}{len(points)}笔,共{verb}{_shown(sum(points, Decimal(0)))}分"] if points else []


def _corrections_in_words(lines: list[StatementLine]) -> list[str]:
    """A reversal gives back what was charged, or takes back what was added."""
    words = []
    for block, effect in ((Block.BASE, "基础分加回"), (Block.BONUS, "加分减去")):
        points = [abs(line.points) for line in lines if line.block == block]
        if points:
            words.append(f"更正{len(points)}笔,{effect}{_shown(sum(points, Decimal(0)))}分")
    return words


def _shown(points: Decimal) -> str:
    return f"{points.normalize():f}"
