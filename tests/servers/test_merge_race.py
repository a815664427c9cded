"""Merges that cross on PostgreSQL: of two tickets merged into each other one goes on, and nobody ends in a ring."""

from functools import partial

import pytest

from activities.services import Matter
from julu_liaison.common.errors import DomainError
from opinions.models import Opinion
from opinions.services import move_opinion, register_opinion
from opinions.states import State
from tests.cast import SUNDAY, build_cast, moment

pytestmark = pytest.mark.django_db(transaction=True)

AT = moment(SUNDAY)


def test_crossing_merges_leave_one_that_goes_on(race):
    cast = build_cast()
    one, two, three = (
        register_opinion(branch=cast.gt01, matter=Matter(f"村西道路塌陷{number}"), actor=cast.clerk, at=AT)
        for number in range(3)
    )
    merge = partial(move_opinion, move="merge", actor=cast.clerk, at=AT)
    around = [(one, two), (two, three), (three, one)]
    for ring in ([(one, two), (two, one)], [(two, one), (one, two)], *[around] * 4):
        Opinion.objects.update(state=State.AT_BRANCH, merged_into=None, holder_station=cast.gt01)
        outcomes = race(*(partial(merge, opinion=Opinion.objects.get(pk=row.pk), into=into) for row, into in ring))
        won = [outcome for outcome in outcomes if isinstance(outcome, Opinion)]
        lost = [outcome for outcome in outcomes if isinstance(outcome, DomainError)]
        assert (len(won), len(lost)) == (len(ring) - 1, 1), outcomes
        (main,) = {row for pair in ring for row in pair if row not in won}
        main.refresh_from_db()
        assert main.state == State.AT_BRANCH and main.merged_into is None
        assert all(Opinion.objects.get(pk=row.pk).merged_into == main for row in won)


def test_the_same_merge_twice_while_the_target_goes_on_into_a_third(race):
    """A double click on one → two while two → three takes one along: nobody waits for the other for ever."""
    cast = build_cast()
    one, two, three = (
        register_opinion(branch=cast.gt01, matter=Matter(f"村西道路塌陷{number}"), actor=cast.clerk, at=AT)
        for number in range(3)
    )
    merge = partial(move_opinion, move="merge", actor=cast.clerk, at=AT)
    merge(opinion=one, into=two)
    outcomes = race(
        partial(merge, opinion=two, into=three),
        partial(merge, opinion=one, into=two),
        partial(merge, opinion=one, into=two),
    )
    assert isinstance(outcomes[0], Opinion) and all(isinstance(outcome, DomainError) for outcome in outcomes[1:]), (
        outcomes
    )
    assert set(three.merged_here.all()) == {one, two}
