"""Why somebody is left over, and the smallest change that helps: Hall's theorem on the people and days in reach."""

from collections import deque
from dataclasses import dataclass, field, replace
from enum import Enum

from activities.rules.rosters.problem import Person, Plan, Problem

NORMAL_SEATS = 3
MOST_SEATS = 4


class Cause(Enum):
    """Why a person has no service in the month."""

    AWAY = "away"  # cannot come on any day that is still open
    UNUSED = "unused"  # a day has room
    TANGLED = "tangled"  # there is room after others have changed places
    FULL = "full"  # so many people have so few seats


@dataclass(frozen=True)
class Shortage:
    """One person left over. `people` and `days` (indexes): who can come on these days only, and the days, all full.

    `day`: where there is room, or where one more seat (`seats` then) really places the person; None: no day helps.
    """

    key: int
    cause: Cause
    people: tuple[int, ...] = ()
    days: tuple[int, ...] = ()
    day: int | None = None
    seats: int = 0


@dataclass
class _Search:
    """What can be reached from a person by taking a place and sending its holder elsewhere."""

    wanted_by: dict[int, int] = field(default_factory=dict)  # day → who would take a place there
    held_on: dict[int, int] = field(default_factory=dict)  # person → the day to be left
    room_on: int | None = None  # a day with a free seat
    spare: int | None = None  # somebody with a second place, who can simply go


def explain(problem: Problem, plan: Plan) -> list[Shortage]:
    """Explain everybody whom `plan` leaves out, those left over last month first.

    Each proposal counts on those before it being followed, so that three people are not sent to one seat.
    """
    placed = {key for keys in plan for key in keys}
    waiting = [person for person in problem.people if problem.is_waiting(person) and person.key not in placed]
    waiting.sort(key=lambda person: not person.carried)
    crowds = _crowds(problem, plan, waiting)
    plan, seats = [list(keys) for keys in plan], [day.seats for day in problem.days]
    found = [_explain_one(problem, plan, seats, person) for person in waiting]
    return [
        replace(one, people=crowds[one.key][0], days=crowds[one.key][1]) if one.cause == Cause.FULL else one
        for one in found
    ]


def _crowds(problem: Problem, plan: Plan, waiting: list[Person]) -> dict[int, tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return for each person the people and days in reach as they are; who has the same days is in one crowd."""
    seats = [day.seats for day in problem.days]
    reach = {person.key: _search(problem, plan, seats, person) for person in waiting}
    days_of = {key: tuple(sorted(search.wanted_by)) for key, search in reach.items()}
    together: dict[tuple[int, ...], set[int]] = {days: set() for days in days_of.values()}
    for key, search in reach.items():
        together[days_of[key]] |= {key, *search.held_on}
    return {key: (tuple(sorted(together[days])), days) for key, days in days_of.items()}


def _explain_one(problem: Problem, plan: Plan, seats: list[int], person: Person) -> Shortage:
    """Explain one person, and change `plan` and `seats` as if the proposal had been followed."""
    if not any(problem.may_serve(person, day) for day in problem.days):
        return Shortage(person.key, Cause.AWAY)
    search = _search(problem, plan, seats, person)
    if search.room_on is not None:
        direct = search.wanted_by[search.room_on] == person.key
        _follow(plan, search, search.room_on)
        return Shortage(person.key, Cause.UNUSED if direct else Cause.TANGLED, day=search.room_on if direct else None)
    if search.spare is not None:
        day = search.held_on[search.spare]
        plan[day].remove(search.spare)
        _follow(plan, search, day)
        return Shortage(person.key, Cause.TANGLED)
    best = _seat_that_helps(seats, search)
    if best is None:
        return Shortage(person.key, Cause.FULL)
    seats[best] += 1
    _follow(plan, search, best)
    return Shortage(person.key, Cause.FULL, day=best, seats=seats[best])


def _search(problem: Problem, plan: Plan, seats: list[int], person: Person) -> _Search:
    """Breadth first, so that as few others as possible have to move; ends where room or a second place is found."""
    found, queue = _Search(), deque([person])
    counts: dict[int, int] = {}
    for key in (key for keys in plan for key in keys):
        counts[key] = counts.get(key, 0) + 1
    while queue:
        seeker = queue.popleft()
        for index in _days_open_to(problem, plan, seeker, found):
            found.wanted_by[index] = seeker.key
            if len(plan[index]) < seats[index]:
                found.room_on = index
                return found
            for key in plan[index][len(problem.days[index].locked) :]:
                if key == person.key or key in found.held_on or key not in problem.by_key:
                    continue
                found.held_on[key] = index
                if counts[key] > 1:
                    found.spare = key
                    return found
                queue.append(problem.by_key[key])
    return found


def _days_open_to(problem: Problem, plan: Plan, person: Person, found: _Search) -> list[int]:
    """Days not reached yet on which the person may serve and isn't; those with room first."""
    leaving = found.held_on.get(person.key)
    busy = {problem.days[index].date for index, keys in enumerate(plan) if person.key in keys and index != leaving}
    return sorted(
        (
            index
            for index, day in enumerate(problem.days)
            if index not in found.wanted_by and index != leaving
            if day.date not in busy and problem.may_serve(person, day)
        ),
        key=lambda index: len(plan[index]),
    )


def _follow(plan: Plan, search: _Search, day: int) -> None:
    """Let everybody on the way to `day` move up by one place."""
    while True:
        key = search.wanted_by[day]
        plan[day].append(key)
        if key not in search.held_on:
            return
        day = search.held_on[key]
        plan[day].remove(key)


def _seat_that_helps(seats: list[int], search: _Search) -> int | None:
    """The day for one more seat: a third rather than a fourth one, then where the fewest people have to move."""
    allowed = [day for day in search.wanted_by if seats[day] < MOST_SEATS]
    return min(allowed, key=lambda day: (seats[day] >= NORMAL_SEATS, _moves_to(search, day), day), default=None)


def _moves_to(search: _Search, day: int) -> int:
    moves, key = 0, search.wanted_by[day]
    while key in search.held_on:
        moves, key = moves + 1, search.wanted_by[search.held_on[key]]
    return moves
