"""The roster's solver: members of one branch onto the reception days of a month. Pure; seats and dates come in."""

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, field
from datetime import date


@dataclass
class Place:
    """One reception day to fill: the date, how many seats, and who was put there."""

    day: date
    seats: int
    deputies: list[int] = field(default_factory=list)


def fill_places(
    members: list[int], days: list[tuple[date, int]], served: Counter, away: Set[tuple[int, date]] = frozenset()
) -> tuple[list[Place], list[int]]:
    """Put members of one branch on the reception days of a month, each at most once before anyone comes twice.

    `members`: deputy keys in official order; `days`: (date, seats); `served`: times served this year, by deputy;
    `away`: pairs nobody may be put on. Returns the filled days and the members left over (more members than
    seats). Two seats of every day are filled before a third of any; whoever served least this year goes first.
    """
    places = [Place(day, seats) for day, seats in days]
    waiting = sorted(members, key=lambda key: (served[key], members.index(key)))
    for seat in range(max((seats for _day, seats in days), default=0)):
        for place in places:
            if seat >= place.seats:
                continue
            free = [key for key in waiting if (key, place.day) not in away]
            if free:
                place.deputies.append(free[0])
                waiting.remove(free[0])
    _fill_second_seats(members, places, served, away)
    return places, waiting


def _fill_second_seats(members: list[int], places: list[Place], served: Counter, away: Set) -> None:
    """A branch with few members: somebody comes twice rather than a day having fewer than two deputies."""
    load = Counter(served)
    load.update(key for place in places for key in place.deputies)
    for place in places:
        while len(place.deputies) < min(2, place.seats):
            free = [key for key in members if key not in place.deputies and (key, place.day) not in away]
            if not free:
                break
            chosen = min(free, key=lambda key: (load[key], members.index(key)))
            place.deputies.append(chosen)
            load[chosen] += 1
