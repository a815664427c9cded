"""The table of the comparison: medians of both sides' costs, as Markdown. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Cost:
    """What one run of one thing cost: queries, milliseconds of CPU, milliseconds by the clock."""

    queries: int
    cpu: float
    clock: float


@dataclass(frozen=True)
class Line:
    """One thing at one size: what it cost in every run, of both sides."""

    name: str
    tickets: int
    theirs: Sequence[Cost]
    ours: Sequence[Cost]


@dataclass(frozen=True)
class Target:
    """What ours is to stay below at every size; None: no limit of its own."""

    queries: int | None = None
    cpu: float | None = None
    tickets: int | None = None  # at this size only


HEAD = (
    "| | tickets | queries: django-helpdesk | ours | CPU, ms: django-helpdesk | ours | ratio | clock, ms: django-helpdesk | ours |"
)
RULE = "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"


def middle(costs: Iterable[Cost]) -> Cost:
    """The median of each figure."""
    rows = list(costs)
    return Cost(
        round(median(row.queries for row in rows)), median(row.cpu for row in rows), median(row.clock for row in rows)
    )


def drawn(lines: Iterable[Line]) -> str:
    """The table, a row for each thing and size; the ratio says how many times as much CPU theirs takes."""
    return "\n".join([HEAD, RULE, *map(_row, lines)])


def _row(line: Line) -> str:
    theirs, ours = middle(line.theirs), middle(line.ours)
    cells = [
        line.name, f"{line.tickets:,}", f"{theirs.queries:,}", f"{ours.queries:,}", spoken(theirs.cpu), spoken(ours.cpu),
        f"{theirs.cpu / ours.cpu:.1f} ×", spoken(theirs.clock), spoken(ours.clock),
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def spoken(milliseconds: float) -> str:
    """Three figures are enough: 4.21, 12.3, 1,234."""
    digits = 2 if milliseconds < 10 else 1 if milliseconds < 100 else 0
    return f"{milliseconds:,.{digits}f}"


def shortfalls(lines: Iterable[Line], targets: dict[str, Target]) -> list[str]:
    """Where ours is not below its target, or takes more queries or CPU than theirs, a sentence each."""
    found = []
    for line in lines:
        theirs, ours = middle(line.theirs), middle(line.ours)
        target = targets.get(line.name, Target())
        where = f"{line.name} at {line.tickets:,}"
        if target.tickets in (None, line.tickets):
            if target.queries is not None and ours.queries > target.queries:
                found.append(f"{where}: {ours.queries} queries, {target.queries} at most")
            if target.cpu is not None and ours.cpu >= target.cpu:
                found.append(f"{where}: {spoken(ours.cpu)} ms of CPU, below {spoken(target.cpu)} wanted")
        if ours.queries > theirs.queries:
            found.append(f"{where}: more queries than theirs, {ours.queries} to {theirs.queries}")
        if ours.cpu > theirs.cpu:
            found.append(f"{where}: more CPU than theirs, {spoken(ours.cpu)} to {spoken(theirs.cpu)} ms")
    return found
