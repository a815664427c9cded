"""What each filter of the list of tickets lets through: one table for the page, its export and the API."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from opinions.querysets import OpinionQuerySet
from opinions.services import search_tickets
from opinions.states import ENDED, State


@dataclass(frozen=True)
class Reader:
    """Who reads the list, and on which day."""

    user: Any
    on: date


def narrowed(rows: OpinionQuerySet, name: str, value, reader: Reader) -> OpinionQuerySet:
    """Return the rows that pass the filter `name`; `value` is as the form or the API has read it, not empty.

    Flags pass on True; filters of two sides (late, told, transferred) take both True and False.
    """
    return NARROWINGS[name](rows, value, reader)


def _column(name: str) -> Callable:
    return lambda rows, value, reader: rows.filter(**{name: value})


def _flag(query: str) -> Callable:
    return lambda rows, value, reader: getattr(rows, query)()


def _two_sides(yes: str, no: str) -> Callable:
    return lambda rows, value, reader: getattr(rows, yes if value else no)()


def _in_state(rows: OpinionQuerySet, state: str, reader: Reader) -> OpinionQuerySet:
    if state == "open":
        return rows.open()
    return rows.filter(state__in=ENDED) if state == "ended" else rows.filter(state=State(state))


def _overdue(rows: OpinionQuerySet, value: bool, reader: Reader) -> OpinionQuerySet:
    return rows.overdue(reader.on) if value else rows.not_overdue(reader.on)


NARROWINGS: dict[str, Callable] = {
    "q": lambda rows, text, reader: search_tickets(rows=rows, text=text, user=reader.user),
    "state": _in_state,
    "kind": _column("kind"),
    "category": _column("category"),
    "station": lambda rows, place, reader: rows.under(place),
    "department": _column("department__code"),
    "assisting": lambda rows, code, reader: rows.assisted_by(code),
    "deputy": _column("deputy__code"),
    "holder": lambda rows, code, reader: rows.held_by(code),
    "since": _column("registered_on__gte"),
    "until": _column("registered_on__lte"),
    "ended_since": _column("ended_at__date__gte"),
    "ended_until": _column("ended_at__date__lte"),
    "mine": lambda rows, value, reader: rows.waiting_for(reader.user),
    "overdue": _overdue,
    "soon": lambda rows, value, reader: rows.due_soon(reader.on),
    "web": _flag("unchecked"),
    "late": _two_sides("late", "in_time"),
    "reworked": _flag("reworked"),
    "told": _two_sides("told", "untold"),
    "to_tell": _flag("waiting_to_tell"),
    "follow_up": _flag("to_follow_up"),
    "supervised": _flag("supervised"),
    "director": _column("supervision__director"),
    "tracked": _flag("tracked"),
    "transferred": _two_sides("transferred", "never_transferred"),
    "extended": _flag("extended"),
    "rating": lambda rows, value, reader: rows.filter(rating="" if value == "none" else value),
    "motion": _column("detail__is_motion"),
    "session": _column("detail__session"),
    "unvisited": _flag("unvisited"),
    "figure": lambda rows, chosen, reader: chosen.applied(rows, reader.on),
}
