"""Races around one roster on PostgreSQL: planning, publishing and changing it by several people at the same moment."""

from datetime import date
from functools import partial

import pytest

from activities.models import Roster, Shift, ShiftPlace
from activities.services import (
    cancel_day,
    draft_roster,
    hand_over_place,
    publish_roster,
    put_on_shift,
    replan_roster,
    set_seats,
    take_off_shift,
    watch_gaps,
)
from julu_liaison.common.errors import Conflict
from julu_liaison.notices.models import Notice
from tests.cast import build_cast, moment

pytestmark = pytest.mark.django_db(transaction=True)
APRIL = date(2026, 4, 1)
FIRST = date(2026, 4, 5)
AT = moment(date(2026, 3, 20))


@pytest.fixture
def county():
    return build_cast()


@pytest.fixture
def published(county):
    roster = draft_roster(station=county.gt, month=APRIL, actor=county.clerk, at=AT).roster
    return publish_roster(roster=roster, actor=county.clerk, at=AT)


def shift_of(county, day: date = FIRST) -> Shift:
    return Shift.objects.get(branch=county.gt01, date=day)


def absent_from(county, shift: Shift) -> list:
    return [person for person in county.deputies["GT01"] if not shift.places.filter(deputy=person).exists()]


def test_a_month_begun_by_three_at_once_is_planned_once(county, race):
    draft = partial(draft_roster, station=county.gt, month=APRIL, actor=county.clerk, at=AT)
    outcomes = race(draft, draft, partial(draft, actor=county.staff))
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)], outcomes
    assert Roster.objects.count() == 1
    assert Shift.objects.count() == 8
    assert {shift.places.count() for shift in Shift.objects.all()} == {2}


def test_publishing_twice_at_once_tells_once(county, race):
    roster = draft_roster(station=county.gt, month=APRIL, actor=county.clerk, at=AT).roster
    publish = partial(publish_roster, roster=roster, actor=county.clerk, at=AT)
    race(publish, publish, publish)
    assert Notice.objects.filter(user=county.deputy).count() == 1


def test_a_draft_and_its_publishing_do_not_mix(county, race):
    roster = draft_roster(station=county.gt, month=APRIL, actor=county.clerk, at=AT).roster
    outcomes = race(
        partial(publish_roster, roster=roster, actor=county.clerk, at=AT),
        partial(draft_roster, station=county.gt, month=APRIL, actor=county.staff, at=AT),
    )
    errors = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert all(isinstance(error, Conflict) for error in errors), errors
    told = Notice.objects.get(user=county.deputy).text
    days = ShiftPlace.objects.filter(deputy=county.deputy_person).values_list("shift__date", flat=True)
    assert all(f"{day.month}月{day.day}日" in told for day in days)


def test_two_people_for_the_last_seat_one_gets_it(county, published, race):
    shift = shift_of(county)
    put = partial(put_on_shift, shift=shift, reason="缺人", actor=county.clerk, at=AT)
    outcomes = race(*(partial(put, deputy=person) for person in absent_from(county, shift)))
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1, outcomes
    assert shift.places.count() == 3


def test_one_place_is_handed_over_once(county, published, race):
    shift = shift_of(county)
    giver = shift.places.first().deputy
    takers = absent_from(county, shift)
    outcomes = race(
        *(partial(hand_over_place, shift=shift, giver=giver, taker=taker, actor=None, at=AT) for taker in takers)
    )
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == len(takers) - 1, outcomes
    assert shift.places.count() == 2


def test_changes_and_planning_at_once_break_no_rule_and_no_lock(county, published, race):
    shift, other = shift_of(county), shift_of(county, date(2026, 4, 12))
    person = shift.places.first().deputy
    outcomes = race(
        partial(take_off_shift, shift=shift, deputy=person, reason="出差", actor=county.clerk, at=AT),
        partial(replan_roster, roster=published, reason="补缺", actor=county.staff, at=AT),
        partial(cancel_day, shifts=[other], reason="停电", actor=county.admin, at=AT),
        partial(set_seats, shift=shift, seats=4, actor=county.clerk, at=AT),
    )
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)], outcomes
    replan_roster(roster=published, reason="补缺", actor=county.staff, at=AT)
    assert shift.places.count() >= 2


def test_the_watch_run_twice_at_once_tells_once(county, published, race):
    ShiftPlace.objects.filter(shift=shift_of(county)).delete()
    watch = partial(watch_gaps, at=moment(date(2026, 3, 25), 7))
    outcomes = race(watch, watch)
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)], outcomes
    gap = Notice.objects.filter(user=county.clerk, text__contains="4月5日的接待")
    assert gap.count() == 1
    month = Notice.objects.filter(text__contains="的排班还没有公布", user=county.stranger)
    assert month.count() == 1
