"""What is to be planned: the members of one branch, the reception days of one month, and what a plan is worth."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

WELL_SPACED_WEEKS = 4  # a month apart is far enough
LATE_SEAT = 4  # the first seat that a day has only by exception
FULL_TEAM = 2  # a reception needs two


@dataclass(frozen=True)
class Day:
    """One reception day of the branch.

    `locked` stay whatever happens (fixed by hand, or the day is over); `kept` are published places, given up only for
    somebody who'd be left out or a day with fewer than two. `is_open`: places may still be given. `week`: which Sunday
    of the month it is, from 1.
    """

    date: date
    seats: int
    week: int = 0
    locked: tuple[int, ...] = ()
    kept: frozenset[int] = frozenset()
    is_open: bool = True

    @property
    def free_seats(self) -> int:
        return max(0, self.seats - len(self.locked)) if self.is_open else 0


@dataclass(frozen=True)
class Person:
    """One member of the branch.

    `load`: days of duty this year outside of this month's places here; `duties`: days of duty near the month, to keep
    apart from; `away`: dates that are impossible (leave, exemption, no membership, another place); `expected`: must
    have a service this month and hasn't got one yet; `carried`: was left over last month; `leads`: head or a deputy
    of county level or above; `avoided`: weeks of the month that are inconvenient.
    """

    key: int
    load: int = 0
    leads: bool = False
    carried: bool = False
    expected: bool = True
    away: frozenset[date] = frozenset()
    avoided: frozenset[int] = frozenset()
    duties: tuple[date, ...] = ()


Plan = list[list[int]]  # for every day of the problem the keys of who is on it, the locked ones first


class Worth(NamedTuple):
    """What is wrong with a plan, the worst first: plans compare as these tuples do, lower is better."""

    left_out: int  # people without any service in the month
    carried_out: int  # those of them who had none last month either
    short: int  # days with one deputy or none, and fourth seats taken
    broken: int  # published places given up
    load: int  # how unequal the year gets: the growth of the sum of squared loads
    spacing: int  # how near to their other duties people serve
    unled: int  # days without anyone who leads
    wishes: int  # inconvenient days


@dataclass(frozen=True)
class Problem:
    """The members of one branch in official order, and its days in order of date."""

    people: tuple[Person, ...]
    days: tuple[Day, ...]

    @cached_property
    def by_key(self) -> Mapping[int, Person]:
        return {person.key: person for person in self.people}

    @cached_property
    def locked_dates(self) -> Mapping[int, tuple[date, ...]]:
        """The dates on which each person certainly serves."""
        found: dict[int, list[date]] = {person.key: [] for person in self.people}
        for day in self.days:
            for key in day.locked:
                found.setdefault(key, []).append(day.date)
        return {key: tuple(dates) for key, dates in found.items()}

    @cached_property
    def least_load(self) -> int:
        return min((person.load for person in self.people), default=0)

    def is_waiting(self, person: Person) -> bool:
        """Whether the month still owes this person a service."""
        return person.expected and not self.locked_dates[person.key]

    def may_serve(self, person: Person, day: Day) -> bool:
        """The hard rules but the seats: the day is open, the person is there and has no other place that date."""
        return day.is_open and day.date not in person.away and day.date not in self.locked_dates[person.key]

    def load_before(self, person: Person) -> int:
        """Days of duty that count already, above the least loaded member's."""
        return person.load - self.least_load + len(self.locked_dates[person.key])

    def nearness(self, person: Person, day: Day) -> int:
        """How near the day is to the person's other duties; see `nearness`."""
        others = (*person.duties, *self.locked_dates[person.key])
        return max((nearness(day.date, other) for other in others), default=0)

    def worth(self, plan: Plan) -> Worth:
        """Measure a plan, independently of how it was found."""
        counts = dict.fromkeys(self.by_key, 0)
        spacing = wishes = broken = 0
        for day, keys in zip(self.days, plan, strict=True):
            broken += len(day.kept - set(keys))
            for key in keys[len(day.locked) :]:
                person = self.by_key[key]
                counts[key] += 1
                spacing += self.nearness(person, day)
                wishes += day.week in person.avoided
        left = [person for person in self.people if self.is_waiting(person) and not counts[person.key]]
        return Worth(
            left_out=len(left),
            carried_out=sum(person.carried for person in left),
            short=sum(shortage(len(keys)) for day, keys in zip(self.days, plan, strict=True) if day.is_open),
            broken=broken,
            load=sum(self._growth(person, counts[person.key]) for person in self.people),
            spacing=spacing,
            unled=sum(not self.is_led(keys) for day, keys in zip(self.days, plan, strict=True) if day.is_open),
            wishes=wishes,
        )

    def _growth(self, person: Person, more: int) -> int:
        before = self.load_before(person)
        return (before + more) ** 2 - before**2

    def is_led(self, keys: Iterable[int]) -> bool:
        return any(self.by_key[key].leads for key in keys if key in self.by_key)


def nearness(one: date, other: date) -> int:
    """Return 16 for two duties in one week, 9 for two Sundays running, then 4 and 1; 0 from four weeks on."""
    return max(0, WELL_SPACED_WEEKS - abs((one - other).days) // 7) ** 2


def shortage(people: int) -> int:
    """Return 3 for a day without anybody, 1 for a single deputy, 0 for two or three, and 1 more for every seat above."""
    return (3, 1, 0, 0)[people] if people < LATE_SEAT else people - LATE_SEAT + 1
