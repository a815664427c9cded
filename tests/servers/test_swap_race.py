"""Races of leave and swaps on PostgreSQL with real threads: one taker wins, one decision counts, nobody stands twice."""

from datetime import date
from functools import partial

import pytest

from activities.models import Leave, ShiftPlace, Swap
from activities.services import (
    ask_leave,
    confirm_swap,
    decide_leave,
    offer_swap,
    swap_for_others,
    take_off_shift,
    take_swap,
    withdraw_swap,
)
from activities.states import LeaveState, SwapState
from julu_liaison.common.errors import Conflict, DomainError
from tests.cast import build_cast, make_deputy, moment
from tests.duties import duty, on_duty

pytestmark = pytest.mark.django_db(transaction=True)

SUNDAY, NEXT = date(2026, 11, 22), date(2026, 11, 29)
AT = moment(date(2026, 11, 16))


@pytest.fixture
def county():
    return build_cast()


def offered(cast, shift, giver=None):
    return offer_swap(shift=shift, giver=giver or cast.deputy_person, actor=cast.clerk, at=AT)


def test_of_six_takers_one_wins_and_the_others_read_who(county, race):
    takers = [make_deputy(county, f"接班{number}", county.gt01) for number in range(6)]
    swap = offered(county, duty(county.gt01, SUNDAY, county.deputy_person))
    outcomes = race(*(partial(take_swap, swap=swap, taker=one, actor=county.clerk, at=AT) for one in takers))
    won = [outcome for outcome in outcomes if isinstance(outcome, Swap)]
    lost = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert (len(won), len(lost)) == (1, 5), outcomes
    assert all(f"{won[0].taker.name}在11月16日10:00已经接了这个班" in str(error) for error in lost)
    assert Swap.objects.get().taker == won[0].taker


def test_confirmed_twice_and_taken_back_at_once_one_counts(county, race):
    _head, giver, taker, _fourth = county.deputies["GT01"]
    shift = duty(county.gt01, SUNDAY, giver)
    swap = take_swap(swap=offered(county, shift), taker=taker, actor=county.clerk, at=AT)
    outcomes = race(
        partial(confirm_swap, swap=swap, actor=county.deputy, at=AT),
        partial(confirm_swap, swap=swap, actor=county.clerk, at=AT),
        partial(withdraw_swap, swap=swap, actor=county.deputy, at=AT),
    )
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 2, outcomes
    confirmed = Swap.objects.get().state == SwapState.CONFIRMED
    assert on_duty(shift) == ({"陈卫"} if confirmed else {"李代表"})


def test_leave_and_a_swap_of_the_same_day_never_leave_the_taker_on_it(county, race):
    """Approved leave of the taker, while a swap brings the taker onto the day: whoever comes second sees the first."""
    _head, giver, taker, _fourth = county.deputies["GT01"]
    shift = duty(county.gt01, SUNDAY, giver)
    swap = take_swap(swap=offered(county, shift), taker=taker, actor=county.clerk, at=AT)
    outcomes = race(
        partial(confirm_swap, swap=swap, actor=county.clerk, at=AT),
        partial(
            ask_leave, deputy=taker, started_on=SUNDAY, ended_on=SUNDAY, kind="sick_leave", reason="病",
            actor=county.head, at=AT,
        ),
    )  # fmt: skip
    assert isinstance(outcomes[1], Leave), outcomes
    assert not ShiftPlace.objects.filter(shift=shift, deputy=taker).exists()


def test_two_clerks_put_one_deputy_into_two_branches_once(county, race):
    stand_in = county.deputies["GT01"][3]
    here = duty(county.gt01, SUNDAY, county.deputy_person)
    there = duty(county.gt02, SUNDAY, county.deputies["GT02"][1])
    arrange = partial(swap_for_others, taker=stand_in, at=AT)
    outcomes = race(
        partial(arrange, shift=here, giver=county.deputy_person, actor=county.clerk),
        partial(arrange, shift=there, giver=county.deputies["GT02"][1], actor=county.staff),
    )
    assert sum(isinstance(outcome, DomainError) for outcome in outcomes) == 1, outcomes
    assert ShiftPlace.objects.filter(deputy=stand_in).count() == 1


def test_opposite_exchanges_do_not_wait_for_each_other(county, race):
    """The same exchange offered from both sides: the locks are taken in one order, so both are answered, one with no."""
    _head, first, second, third = county.deputies["GT01"]
    one, two = duty(county.gt01, SUNDAY, first, third), duty(county.gt01, NEXT, second)
    swaps = [
        take_swap(swap=offered(county, one, first), taker=second, return_shift=two, actor=county.clerk, at=AT),
        take_swap(swap=offered(county, two, second), taker=first, return_shift=one, actor=county.clerk, at=AT),
    ]
    outcomes = race(*(partial(confirm_swap, swap=swap, actor=county.clerk, at=AT) for swap in swaps))
    assert sum(isinstance(outcome, Swap) for outcome in outcomes) == 1, outcomes
    assert sum(isinstance(outcome, DomainError) for outcome in outcomes) == 1, outcomes
    assert on_duty(one) == {"陈卫", "周春生"} and on_duty(two) == {"李代表"}


def test_one_day_asked_for_twice_and_decided_twice(county, race):
    ask = partial(
        ask_leave, deputy=county.deputy_person, started_on=SUNDAY, ended_on=NEXT, kind="sick_leave", reason="病",
        actor=county.deputy, at=AT,
    )  # fmt: skip
    asked = race(ask, ask, ask)
    assert sum(isinstance(outcome, Leave) for outcome in asked) == 1, asked
    leave = Leave.objects.get()
    decided = race(
        partial(decide_leave, leave=leave, approve=True, actor=county.head, at=AT),
        partial(decide_leave, leave=leave, approve=False, note="人手不够", actor=county.clerk, at=AT),
    )
    assert sum(isinstance(outcome, Conflict) for outcome in decided) == 1, decided
    assert Leave.objects.get().state in (LeaveState.APPROVED, LeaveState.REFUSED)


def test_no_open_swap_outlives_the_place_it_is_of(county, race):
    """Offered, taken and promised in exchange while the clerk takes the people off: nothing stale is left open."""
    _head, giver, taker, third = county.deputies["GT01"]
    shift, back = duty(county.gt01, SUNDAY, giver, third), duty(county.gt01, NEXT, taker)
    swap = offered(county, shift, third)
    off = partial(take_off_shift, reason="出差", actor=county.clerk, at=AT)
    outcomes = race(
        partial(offer_swap, shift=shift, giver=giver, actor=county.deputy, at=AT),
        partial(off, shift=shift, deputy=giver),
        partial(take_swap, swap=swap, taker=taker, return_shift=back, actor=county.clerk, at=AT),
        partial(off, shift=back, deputy=taker),
    )
    assert all(outcome is None or isinstance(outcome, Swap | DomainError) for outcome in outcomes), outcomes
    for left in Swap.objects.open():
        assert left.giver == third and left.return_shift is None
