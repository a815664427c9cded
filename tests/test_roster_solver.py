"""The roster's solver: no hard rule broken, and nobody can do better, by brute force, by proof and against an LP."""

from itertools import chain, combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.optimize import linprog
from scipy.sparse import lil_matrix

from activities.rules.rosters import (
    Person,
    Plan,
    Problem,
    Worth,
    nearness,
    shortage,
    solve,
    spread,
    weights_of,
)
from activities.rules.rosters.spreading import KEPT_PARTS, crowding
from tests.rosters import FIRST, county, month, people, problems, sunday

pytestmark = pytest.mark.once


def assert_keeps_hard_rules(problem: Problem, plan: Plan) -> None:
    """Seats, locked places, absences, one place a date."""
    taken = []
    for day, keys in zip(problem.days, plan, strict=True):
        given_here = keys[len(day.locked) :]
        assert tuple(keys[: len(day.locked)]) == day.locked
        assert len(given_here) <= day.free_seats
        assert all(problem.may_serve(problem.by_key[key], day) for key in given_here)
        taken += [(key, day.date) for key in keys]
    assert len(set(taken)) == len(taken)


def every_plan(problem: Problem):
    """All plans that keep the hard rules."""
    choices = []
    for day in problem.days:
        able = [person.key for person in problem.people if problem.may_serve(person, day)]
        sizes = range(min(day.free_seats, len(able)) + 1)
        choices.append(list(chain.from_iterable(combinations(able, size) for size in sizes)))
    for chosen in product(*choices):
        taken = [(key, day.date) for day, keys in zip(problem.days, chosen, strict=True) for key in keys]
        if len(set(taken)) == len(taken):
            yield [[*day.locked, *keys] for day, keys in zip(problem.days, chosen, strict=True)]


def cost_of(worth: Worth, weights: Worth) -> int:
    return sum(part * weight for part, weight in zip(worth, weights, strict=True))


@settings(max_examples=80, deadline=None)
@given(problem=problems())
def test_nobody_finds_a_better_plan_by_trying_them_all(problem):
    solved = solve(problem)
    assert_keeps_hard_rules(problem, solved.plan)
    assert problem.worth(solved.plan) == min(problem.worth(plan) for plan in every_plan(problem))
    assert solved.is_proven


@settings(max_examples=100, deadline=None)
@given(problem=problems(most_people=3))
def test_one_unit_of_a_rule_outweighs_everything_after_it(problem):
    weights = weights_of(problem)
    worths = sorted({problem.worth(plan) for plan in every_plan(problem)})
    costs = [cost_of(worth, weights) for worth in worths]
    assert costs == sorted(set(costs))


@settings(max_examples=80, deadline=None)
@given(problem=problems(most_people=16, most_days=5, most_seats=4))
def test_any_month_keeps_the_hard_rules_and_is_proven(problem):
    solved = solve(problem)
    assert_keeps_hard_rules(problem, solved.plan)
    assert solved.is_proven
    nothing = problem.worth([list(day.locked) for day in problem.days])
    weights = weights_of(problem)
    assert solved.cost == cost_of(problem.worth(solved.plan), weights) - cost_of(nothing, weights)


@settings(max_examples=80, deadline=None)
@given(problem=problems(most_people=6, most_days=5))
def test_spreading_keeps_what_the_flow_has_won(problem):
    plan = solve(problem).plan
    better = spread(problem, plan)
    assert_keeps_hard_rules(problem, better)
    assert problem.worth(better)[:KEPT_PARTS] == problem.worth(plan)[:KEPT_PARTS]
    assert crowding(problem, better) <= crowding(problem, plan)


def test_a_flow_that_could_be_cheaper_is_not_proven():
    solved = solve(Problem(people(4), month(3, 3)))
    arc = next(arc for arc in solved.network.out[0] if solved.network.flow(arc))
    solved.network.cost[arc ^ 1] -= 10**9  # taking the unit back is worth a lot now
    assert not solved.is_proven


# --- Against a linear programme -----------------------------------------------------------------------------------


class CountyProgramme:
    """The county's month as one LP that knows nothing of flows: x[person, day], turns, seats, leaders' bonus."""

    def __init__(self, county: list[Problem]):
        self.costs: list[dict[str, int]] = []  # of each column, by part of the worth
        self.limits: list[tuple[dict[int, int], int]] = []  # Σ coefficient·column ≤ bound
        self.fixed = dict.fromkeys(Worth._fields, 0)
        for problem in county:
            self._add(problem)

    def _column(self, **costs: int) -> int:
        self.costs.append(costs)
        return len(self.costs) - 1

    def _add(self, problem: Problem) -> None:
        nothing = problem.worth([list(day.locked) for day in problem.days])
        for name, part in zip(Worth._fields, nothing, strict=True):
            self.fixed[name] += part
        on_day: dict[int, list[tuple[int, Person]]] = {index: [] for index in range(len(problem.days))}
        for person in problem.people:
            mine = []
            for index, day in enumerate(problem.days):
                if problem.may_serve(person, day):
                    column = self._column(
                        spacing=problem.nearness(person, day),
                        wishes=int(day.week in person.avoided),
                        broken=-int(person.key in day.kept),
                    )
                    mine.append(column)
                    on_day[index].append((column, person))
            self._add_turns(problem, person, mine)
        for index, day in enumerate(problem.days):
            self._add_seats(problem, day, on_day[index])

    def _add_turns(self, problem: Problem, person: Person, mine: list[int]) -> None:
        before = problem.load_before(person)
        turns = []
        for turn in range(len(mine)):
            first = turn == 0 and problem.is_waiting(person)
            turns.append(
                self._column(
                    load=(before + turn + 1) ** 2 - (before + turn) ** 2,
                    left_out=-int(first),
                    carried_out=-int(first and person.carried),
                )
            )
        self._demand_equal(mine, turns)

    def _add_seats(self, problem: Problem, day, here: list[tuple[int, Person]]) -> None:
        start = len(day.locked)
        seats = [self._column(short=shortage(n + 1) - shortage(n)) for n in range(start, start + day.free_seats)]
        self._demand_equal([column for column, _person in here], seats)
        leaders = {column: -1 for column, person in here if person.leads}
        if leaders:
            self.limits.append((leaders | {self._column(unled=-1): 1}, 0))

    def _demand_equal(self, some: list[int], others: list[int]) -> None:
        row = dict.fromkeys(some, 1) | dict.fromkeys(others, -1)
        self.limits += [(row, 0), ({column: -sign for column, sign in row.items()}, 0)]

    def optimum(self) -> Worth:
        """Minimise part after part; what a part has reached is a limit for all that follow."""
        found = []
        for name in Worth._fields:
            goal = np.array([costs.get(name, 0) for costs in self.costs], dtype=float)
            matrix = lil_matrix((len(self.limits), len(self.costs)))
            for number, (row, _bound) in enumerate(self.limits):
                for column, sign in row.items():
                    matrix[number, column] = sign
            answer = linprog(
                goal, A_ub=matrix.tocsr(), b_ub=[bound for _row, bound in self.limits], bounds=(0, 1), method="highs"
            )
            assert answer.status == 0, answer.message
            reached = round(answer.fun)
            assert answer.fun == pytest.approx(reached, abs=1e-5)
            found.append(reached + self.fixed[name])
            row = {column: costs[name] for column, costs in enumerate(self.costs) if costs.get(name)}
            self.limits.append((row, reached))
        return Worth(*found)


@pytest.mark.parametrize("sundays", [4, 5])
def test_a_whole_county_is_planned_as_well_as_a_linear_programme_can(sundays):
    branches = county(seed=sundays, sundays=sundays)
    assert sum(len(problem.people) for problem in branches) > 800
    worths = [problem.worth(solve(problem).plan) for problem in branches]
    assert Worth(*(sum(parts) for parts in zip(*worths, strict=True))) == CountyProgramme(branches).optimum()


# --- The rules in words -------------------------------------------------------------------------------------------


def test_two_seats_of_every_day_before_a_third():
    plan = solve(Problem(people(9), month(3, 3, 3, 3))).plan
    assert sorted(len(keys) for keys in plan) == [2, 2, 2, 3]


def test_few_members_come_twice_rather_than_leave_one_alone():
    plan = solve(Problem(people(4), month(3, 3, 3, 3))).plan
    assert [len(keys) for keys in plan] == [2, 2, 2, 2]
    assert sorted(key for keys in plan for key in keys) == sorted([*range(4)] * 2)


def test_a_fourth_seat_is_taken_only_for_somebody_left_over():
    assert sorted(len(keys) for keys in solve(Problem(people(12), month(4, 4, 4, 4))).plan) == [3, 3, 3, 3]
    assert sorted(len(keys) for keys in solve(Problem(people(13), month(4, 4, 4, 4))).plan) == [3, 3, 3, 4]


def test_whoever_was_left_over_goes_first_whatever_the_load():
    members = (*people(12), Person(12, load=9, carried=True))
    plan = solve(Problem(members, month(3, 3, 3, 3))).plan
    assert any(12 in keys for keys in plan)


def test_whoever_served_most_this_year_is_left_over():
    members = (*people(12, load=5), Person(12, load=6))
    assert not any(12 in keys for keys in solve(Problem(members, month(3, 3, 3, 3))).plan)


def test_whoever_served_late_last_month_serves_late_this_month():
    members = tuple(Person(key, duties=(sunday(key - 5),)) for key in range(1, 5))  # the Sundays of February
    plan = solve(Problem(members, month(1, 1, 1, 1))).plan
    assert plan == [[1], [2], [3], [4]]


def test_every_day_has_somebody_who_leads_where_that_costs_nobody_a_turn():
    members = (*people(6), Person(6, leads=True), Person(7, leads=True))
    plan = solve(Problem(members, month(4, 4))).plan
    assert [len({6, 7} & set(keys)) for keys in plan] == [1, 1]


def test_wishes_are_met_last():
    members = (Person(0, avoided=frozenset({1})), Person(1), Person(2), Person(3))
    assert 0 in solve(Problem(members, month(2, 2))).plan[1]


def test_a_published_place_is_given_up_only_for_somebody_left_over():
    first, second = month(2, 2)
    days = (first.__class__(first.date, 2, 1, kept=frozenset({0, 1})), second)
    unequal = (Person(0, load=9), Person(1, load=9), Person(2), Person(3), Person(4))
    plan = solve(Problem(unequal, days)).plan
    assert sorted(plan[0]) == [0, 1]  # loads alone move nobody
    stuck = (Person(0), Person(1), Person(2, away=frozenset({second.date})), Person(3))
    plan = solve(Problem(stuck, days)).plan
    assert 2 in plan[0] and len(set(plan[0]) & {0, 1}) == 1


def test_nobody_has_two_of_two_postponed_sundays_on_one_date():
    both = (month(3)[0], month(3)[0])
    plan = solve(Problem(people(3), both)).plan
    assert sorted(key for keys in plan for key in keys) == [0, 1, 2]


def test_two_sundays_running_are_exchanged():
    problem = Problem(people(2), month(1, 1, 1, 1))
    near = [[0], [0], [1], [1]]
    assert crowding(problem, near) == 18
    assert crowding(problem, spread(problem, near)) == 2 * nearness(sunday(0), sunday(2))


def test_nearness_falls_with_the_weeks():
    assert [nearness(FIRST, sunday(weeks)) for weeks in range(6)] == [16, 9, 4, 1, 0, 0]
