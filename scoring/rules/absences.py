"""Which meetings of the congress are one session (一次会议): what the statute counts is sessions, not half-days."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple


class Session(NamedTuple):
    """One session of the congress, both days included; `name` is empty where nobody has registered it."""

    start: date
    end: date
    name: str = ""


def sessions_by_day(met: Iterable[date], known: Iterable[Session]) -> dict[date, Session]:
    """Return of every day on which the congress met its session.

    Registered sessions by their days; days outside of all of them are one session as long as they follow each other.
    """
    known = list(known)
    found: dict[date, Session] = {}
    run: list[date] = []
    for day in sorted(set(met)):
        registered = next((session for session in known if session.start <= day <= session.end), None)
        if registered:
            found[day] = registered
            continue
        run = [*run, day] if run and day - run[-1] == timedelta(days=1) else [day]
        found |= dict.fromkeys(run, Session(run[0], run[-1]))
    return found
