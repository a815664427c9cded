"""Who is left over, why, and the smallest change that helps: it always really helps."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from activities.rules.rosters import Cause, Day, Person, Problem, explain, solve
from tests.rosters import month, people, problems, sunday

pytestmark = pytest.mark.once


def with_seats(problem: Problem, index: int, seats: int) -> Problem:
    days = list(problem.days)
    days[index] = replace(days[index], seats=seats)
    return Problem(problem.people, tuple(days))


def left_out(problem: Problem) -> int:
    return problem.worth(solve(problem).plan).left_out


def may_ever(problem: Problem, key: int) -> set[int]:
    """Indexes of the days on which a person may serve."""
    return {index for index, day in enumerate(problem.days) if problem.may_serve(problem.by_key[key], day)}


@settings(max_examples=80, deadline=None)
@given(problem=problems(most_people=14, most_days=4))
def test_everybody_left_over_is_explained_and_each_proposal_places_one_more(problem):
    plan = solve(problem).plan
    told = explain(problem, plan)
    assert len(told) == left_out(problem)
    after = problem
    for number, one in enumerate(told, start=1):
        assert one.cause in (Cause.AWAY, Cause.FULL)  # an optimum leaves no seat unused that would help
        assert (one.cause == Cause.AWAY) == (not may_ever(problem, one.key))
        if one.day is not None:
            after = with_seats(after, one.day, one.seats)
            helped = sum(other.day is not None for other in told[:number])
            assert left_out(after) == left_out(problem) - helped


@settings(max_examples=80, deadline=None)
@given(problem=problems(most_people=14, most_days=4))
def test_the_reason_is_a_hall_set(problem):
    """The people named can come on the days named only, and are more than these have seats for."""
    told = [one for one in explain(problem, solve(problem).plan) if one.cause == Cause.FULL]
    for one in told:
        assert one.key in one.people
        assert all(may_ever(problem, key) <= set(one.days) for key in one.people)
        assert len(one.people) > sum(problem.days[index].free_seats for index in one.days)


def test_thirteen_members_and_twelve_seats():
    problem = Problem(people(13), month(3, 3, 3, 3))
    (one,) = explain(problem, solve(problem).plan)
    assert (one.cause, len(one.people), one.days, one.seats) == (Cause.FULL, 13, (0, 1, 2, 3), 4)


def test_a_third_seat_rather_than_a_fourth():
    problem = Problem(people(6), month(3, 2))
    (one,) = explain(problem, solve(problem).plan)
    assert (one.day, one.seats) == (1, 3)


def test_three_left_over_are_not_sent_to_one_seat():
    problem = Problem(people(15), month(3, 3, 3, 3))
    assert sorted(one.day for one in explain(problem, solve(problem).plan)) == [0, 1, 2]


def test_a_seat_where_only_others_could_sit_is_not_proposed():
    first = Person(0, away=frozenset({sunday(1)}))
    crowd = [replace(first, key=key) for key in range(5)]
    problem = Problem((*crowd, Person(5, away=frozenset({sunday(0)}))), month(4, 2))
    (one,) = explain(problem, solve(problem).plan)
    assert (one.cause, one.days, one.day) == (Cause.FULL, (0,), None)  # the one day has four already


def test_who_is_away_on_all_days_has_no_day():
    problem = Problem((Person(0, away=frozenset({sunday(0), sunday(1)})),), month(3, 3))
    (one,) = explain(problem, solve(problem).plan)
    assert (one.cause, one.day) == (Cause.AWAY, None)


def test_after_changes_by_hand_a_free_seat_is_pointed_out():
    problem = Problem(people(3), month(3, 3))
    (one,) = explain(problem, [[0], [1]])
    assert (one.cause, one.day) == (Cause.UNUSED, 0)


def test_after_changes_by_hand_planning_again_may_help():
    crowded = Person(0, away=frozenset({sunday(1)}))
    problem = Problem((crowded, *(Person(key) for key in (1, 2, 3))), month(3, 3))
    (one,) = explain(problem, [[1, 2, 3], []])
    assert one.cause == Cause.TANGLED
    twice = Problem(people(3), month(2, 2))
    (one,) = explain(twice, [[0, 1], [0, 1]])
    assert one.cause == Cause.TANGLED


def test_who_need_not_serve_needs_no_explanation():
    assert explain(Problem((Person(0), Person(1, expected=False)), (Day(sunday(0), 1),)), [[0]]) == []


def test_all_who_are_left_over_belong_to_one_crowd():
    problem = Problem(people(15), month(3, 3, 3, 3))
    assert {len(one.people) for one in explain(problem, solve(problem).plan)} == {15}
