"""Made-up branches for the tests and the bench of the roster's rules."""

from datetime import date, timedelta
from random import Random

from hypothesis import strategies as st

from activities.rules.rosters import Day, Person, Problem

FIRST = date(2026, 3, 1)


def sunday(number: int) -> date:
    """The number-th Sunday of March 2026, from 0."""
    return FIRST + timedelta(days=7 * number)


def month(*seats: int) -> tuple[Day, ...]:
    """Sundays with these numbers of seats."""
    return tuple(Day(sunday(number), count, number + 1) for number, count in enumerate(seats))


def people(count: int, **facts) -> tuple[Person, ...]:
    """Members 0, 1, 2 … with the same facts."""
    return tuple(Person(key, **facts) for key in range(count))


@st.composite
def problems(draw, most_people=4, most_days=3, most_seats=3):
    """Any branch and month: people away, kept and locked places, days that are over, two Sundays on one date."""
    number = draw(st.integers(1, most_days))
    dates = draw(st.lists(st.integers(0, 4).map(sunday), min_size=number, max_size=number).map(sorted))
    keys = range(draw(st.integers(1, most_people)))
    members = tuple(draw(_person(key, dates)) for key in keys)
    days, taken = [], set()
    for week, on in enumerate(dates, start=1):
        free = [key for key in keys if (key, on) not in taken]
        locked = draw(st.lists(st.sampled_from(free), max_size=1)) if free else []
        taken |= {(key, on) for key in locked}
        kept = draw(st.frozensets(st.sampled_from(keys), max_size=2)) - set(locked)
        seats = draw(st.integers(1, most_seats))
        days.append(Day(on, seats, week, tuple(locked), kept, is_open=draw(st.integers(0, 5)) > 0))
    return Problem(members, tuple(days))


@st.composite
def _person(draw, key, dates):
    return Person(
        key,
        load=draw(st.integers(0, 3)),
        leads=draw(st.booleans()),
        carried=draw(st.booleans()),
        expected=draw(st.integers(0, 4)) > 0,
        away=draw(st.frozensets(st.sampled_from(dates), max_size=2)),
        avoided=draw(st.frozensets(st.integers(1, 5), max_size=2)),
        duties=tuple(draw(st.lists(st.integers(1, 40).map(lambda back: FIRST - timedelta(days=back)), max_size=1))),
    )


def county(seed: int, *, branches: int = 72, sundays: int = 5) -> list[Problem]:
    """A county's month as it really is: 9 to 15 members a branch, some on leave, a year's unequal loads behind them."""
    rng = Random(seed)
    return [_branch(rng, rng.randint(9, 15), month(*[3] * sundays)) for _ in range(branches)]


def _branch(rng: Random, count: int, days: tuple[Day, ...]) -> Problem:
    members = tuple(
        Person(
            key,
            load=rng.randint(4, 9),
            leads=key == 0 or rng.random() < 0.2,
            carried=rng.random() < 0.05,
            away=frozenset(day.date for day in days if rng.random() < 0.08),
            avoided=frozenset(rng.sample(range(1, 6), rng.choice((0, 0, 1, 2)))),
            duties=(FIRST - timedelta(days=7 * rng.randint(1, 4)),),
        )
        for key in range(count)
    )
    return Problem(members, days)
