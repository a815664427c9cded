"""The formulas of the figures: no rate over 100 %, every denominator named, none from a handful of tickets."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opinions.rules.figures import (
    LEAST,
    MedianDays,
    PerDuty,
    Rate,
    on_time_rate,
    satisfied_rate,
    solved_rate,
    talks_wanted,
)

pytestmark = pytest.mark.once

numbers = st.integers(min_value=0, max_value=5000)


@given(part=numbers, rest=numbers, least=st.integers(min_value=1, max_value=20))
def test_a_rate_is_never_over_100_and_says_all_or_none_only_when_it_is_so(part, rest, least):
    rate = Rate(part, part + rest, least)
    if rate.whole < least:
        assert rate.percent is None
        assert rate.words == (f"{part}/{part + rest}" if rate.whole else "—")
        return
    assert Decimal(0) <= rate.percent <= Decimal(100)
    assert (rate.percent == 100) == (rest == 0)
    assert (rate.percent == 0) == (part == 0)
    assert abs(rate.percent - Decimal(100 * part) / rate.whole) <= Decimal("0.1")


@given(part=numbers, whole=numbers)
def test_what_is_no_part_is_no_rate(part, whole):
    if part > whole:
        with pytest.raises(ValueError, match="no part"):
            Rate(part, whole)


@given(on_time=numbers, late=numbers, overdue=numbers)
def test_what_is_overdue_lowers_the_rate_before_it_is_closed(on_time, late, overdue):
    rate = on_time_rate(on_time=on_time, late=late, overdue=overdue)
    assert (rate.part, rate.whole) == (on_time, on_time + late + overdue)
    worse = on_time_rate(on_time=on_time, late=late, overdue=overdue + 1)
    closed_late = on_time_rate(on_time=on_time, late=late + 1, overdue=overdue)
    assert worse == closed_late, "closing a late ticket can't improve the figure, nor leaving it open"
    if rate.percent is not None:
        assert worse.percent <= rate.percent


@given(satisfied=numbers, basic=numbers, unsatisfied=numbers)
def test_who_said_nothing_is_not_satisfied_and_not_unsatisfied(satisfied, basic, unsatisfied):
    rate = satisfied_rate(satisfied=satisfied, basic=basic, unsatisfied=unsatisfied)
    assert (rate.part, rate.whole) == (satisfied + basic, satisfied + basic + unsatisfied)


def test_words_of_rates():
    assert Rate(6, 7).words == "85.7%"
    assert Rate(3, 4).words == "3/4" and Rate(3, 4).is_few and LEAST == 5
    assert Rate(2, 3, least=1).words == "66.7%"
    assert Rate(1999, 2000).words == "99.9%" and Rate(1, 5000).words == "0.1%"  # never rounded to all or none
    assert Rate(0, 0).words == "—" and Rate(0, 0).percent is None and not Rate(0, 0).is_few
    assert solved_rate(solved=2, planned=2, answered=8).words == "50.0%"


@pytest.mark.parametrize(
    ("suggestions", "wanted"), [(0, 100), (1, 100), (10, 100), (11, 75), (49, 75), (50, 50), (161, 50)]
)
def test_how_many_talks_the_county_wants(suggestions, wanted):
    assert talks_wanted(suggestions) == wanted


@pytest.mark.parametrize(
    ("part", "whole", "wanted", "reached"),
    [(10, 10, 100, True), (9, 10, 100, False), (9, 12, 75, True), (8, 11, 75, False), (25, 50, 50, True), (0, 0, 100, None)],
)
def test_a_requirement_is_met_by_tickets_not_by_rounded_per_cents(part, whole, wanted, reached):
    assert Rate(part, whole).reaches(wanted) is reached


def test_opinions_for_each_duty_may_be_more_than_one():
    assert PerDuty(12, 8).words == "1.5" and PerDuty(1, 3).words == "1件/3次" and PerDuty(3, 0).words == "—"


def test_one_ticket_of_a_year_does_not_move_the_median():
    assert MedianDays.of([365, 1, 3, 4, 2]).words == "3"
    assert MedianDays.of([1, 2, 3, 4, 5, 300]).words == "3.5"
    assert MedianDays.of([9, 2]).words == "2、9" and MedianDays.of([]).words == "—"
