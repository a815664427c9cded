"""The shape of a workflow table, for any kind of record; it knows no app."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Move:
    """One verb of a workflow: where it may start, where it leads, who may do it, what it must be told.

    `target` is a state, or a function of (record, facts) that names it; None keeps the state.
    `allowed` is a function (user, record) -> bool. `needs` names the facts without which the move is refused,
    `takes` the ones it can also be given. `until` is a function of the record that names the last day on which the
    move is open. `by_villager`: the villager can make it too, with a link of their own.
    """

    name: str
    label: str
    sources: frozenset[str]
    target: str | Callable | None
    allowed: Callable
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    line: str = ""
    danger: bool = False
    fits: Callable = field(default=lambda record: True)
    until: Callable | None = None
    by_villager: bool = False

    def target_for(self, record, facts: dict) -> str:
        if self.target is None:
            return record.state
        return self.target(record, facts) if callable(self.target) else self.target

    def is_open(self, record, on: date) -> bool:
        return record.state in self.sources and self.fits(record) and self.is_in_time(record, on)

    def is_in_time(self, record, on: date) -> bool:
        last = self.until(record) if self.until else None
        return last is None or on <= last


def table(moves: Iterable[Move]) -> dict[str, Move]:
    """Return the moves by name; a name written twice is a mistake in the table."""
    by_name: dict[str, Move] = {}
    for move in moves:
        if move.name in by_name:
            raise ValueError(f"move {move.name} stands twice in the table")
        by_name[move.name] = move
    return by_name
