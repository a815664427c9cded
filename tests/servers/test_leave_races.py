"""Leave and planning on PostgreSQL, one inside the other: whoever comes second waits and sees the first.

In every order nobody who is on leave or exempt has a place on that day. (Races around one roster: test_roster_races.)
"""

import threading
from datetime import date
from functools import partial

import pytest
from django.db import connections, transaction

from activities.models import Leave, Shift, ShiftPlace
from activities.services import (
    add_day,
    ask_leave,
    cancel_day,
    decide_leave,
    draft_roster,
    grant_exemption,
    hand_over_place,
    move_day,
    publish_roster,
    put_on_shift,
    replan_roster,
    set_seats,
)
from activities.services.rosters import make_room
from activities.states import Covers
from julu_liaison.common.errors import DomainError
from tests.cast import build_cast, moment

pytestmark = pytest.mark.django_db(transaction=True)
APRIL, FIRST, SECOND = date(2026, 4, 1), date(2026, 4, 5), date(2026, 4, 12)
AT = moment(date(2026, 3, 20))
PATIENCE = 0.5  # seconds: what isn't done by then is waiting for a lock


@pytest.fixture
def county():
    return build_cast()


@pytest.fixture
def overlap():
    """Run `second` while the transaction of `first` has done its work and is still open; return both outcomes."""

    def run(first, second):
        outcomes: list = [None, None]
        worked, finished = threading.Event(), threading.Event()

        def holding():
            with transaction.atomic():
                outcomes[0] = first()
                worked.set()
                finished.wait(PATIENCE)

        def following():
            worked.wait(30)
            outcomes[1] = second()
            finished.set()

        def guarded(index, function):
            try:
                function()
            except Exception as error:  # noqa: BLE001 - the outcome of a race is what the test looks at
                outcomes[index] = error
                (worked, finished)[index].set()
            finally:
                connections.close_all()

        threads = [threading.Thread(target=guarded, args=pair) for pair in enumerate((holding, following))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        return outcomes

    return run


@pytest.fixture
def person(county):
    """Who goes on leave: on no day of the published April, and the only one free for the first Sunday's gap."""
    return county.deputies["GT01"][3]


@pytest.fixture
def published(county, person):
    roster = draft_roster(station=county.gt, month=APRIL, actor=county.clerk, at=AT).roster
    roster = publish_roster(roster=roster, actor=county.clerk, at=AT)
    first, second = (shift_of(county, day) for day in (FIRST, SECOND))
    ShiftPlace.objects.filter(deputy=person).delete()
    ShiftPlace.objects.filter(shift=first).delete()
    for day, people in ((first, [0]), (second, [1, 2])):
        ShiftPlace.objects.filter(shift=day).delete()
        for number in people:
            ShiftPlace.objects.create(shift=day, deputy=county.deputies["GT01"][number], fixed=True)
    return roster


def shift_of(county, day: date) -> Shift:
    return Shift.objects.get(branch=county.gt01, date=day)


def plan_put(county, roster, person):
    return partial(
        put_on_shift, shift=shift_of(county, FIRST), deputy=person, actor=county.clerk, at=AT, reason="补上"
    )


def plan_room(county, roster, person):
    return partial(
        make_room, shift=shift_of(county, FIRST), deputy=person, seats=4, actor=county.clerk, at=AT, reason="补上"
    )


def plan_hand_over(county, roster, person):
    giver = county.head_person
    return partial(hand_over_place, shift=shift_of(county, FIRST), giver=giver, taker=person, actor=None, at=AT)


def plan_replan(county, roster, person):
    return partial(replan_roster, roster=roster, actor=county.clerk, at=AT, reason="补缺")


def plan_draft(county, roster, person):
    type(roster).objects.filter(pk=roster.pk).update(state="draft", published_at=None)
    for other in county.deputies["GT01"][1:3]:  # away in the whole month: the draft needs everybody else on each Sunday
        grant_exemption(
            deputy=other, covers=Covers.DUTY, started_on=APRIL, reason="外出", actor=county.staff, at=AT
        )
    return partial(draft_roster, station=county.gt, month=APRIL, actor=county.clerk, at=AT)


def plan_move(county, roster, person):
    """From a day of which the person is free to the one that the leave is about."""
    shift = shift_of(county, date(2026, 4, 19))
    Shift.objects.filter(branch=county.gt01, date=FIRST).delete()
    ShiftPlace.objects.create(shift=shift, deputy=person)
    return partial(move_day, shifts=[shift], to=FIRST, reason="庙会", actor=county.clerk, at=AT)


def plan_resume(county, roster, person):
    shift = shift_of(county, FIRST)
    ShiftPlace.objects.create(shift=shift, deputy=person)
    cancel_day(shifts=[shift], reason="停电", actor=county.clerk, at=AT)
    return partial(add_day, branches=[county.gt01], on=FIRST, reason="来电了", actor=county.clerk, at=AT)


PLANNING = (plan_put, plan_room, plan_hand_over, plan_replan, plan_draft, plan_move, plan_resume)


def leave_decided(county, person):
    asked = Leave(deputy=person, started_on=FIRST, ended_on=FIRST, kind="sick_leave", reason="病", asked_at=AT)
    asked.put_at(county.gt01)
    asked.save()
    return partial(decide_leave, leave=asked, approve=True, actor=county.clerk, at=AT)


def leave_entered(county, person):
    return partial(
        ask_leave, deputy=person, started_on=FIRST, ended_on=FIRST, kind="sick_leave", reason="病",
        actor=county.clerk, at=AT,
    )  # fmt: skip


def leave_exempt(county, person):
    return partial(
        grant_exemption, deputy=person, covers=Covers.DUTY, started_on=FIRST, reason="外出", actor=county.staff, at=AT
    )


PAIRS = [(plan, leave_decided) for plan in PLANNING] + [
    (plan, leave) for plan in (plan_put, plan_replan) for leave in (leave_entered, leave_exempt)
]


@pytest.mark.parametrize("leave_first", [True, False])
@pytest.mark.parametrize(("plan", "leave"), PAIRS)
def test_nobody_away_is_placed(county, published, person, overlap, plan, leave, leave_first):
    planning, leaving = plan(county, published, person), leave(county, person)
    outcomes = overlap(*((leaving, planning) if leave_first else (planning, leaving)))
    left, planned = outcomes if leave_first else outcomes[::-1]
    assert not isinstance(left, Exception), outcomes
    assert not isinstance(planned, Exception) or (leave_first and isinstance(planned, DomainError)), outcomes
    assert not ShiftPlace.objects.filter(shift__date=FIRST, deputy=person).exists()


@pytest.mark.parametrize("plan", PLANNING)
def test_without_leave_the_person_is_placed(county, published, person, plan):
    """So that the test above can fail: each way of planning brings the person onto the day."""
    plan(county, published, person)()
    assert ShiftPlace.objects.filter(shift__date=FIRST, deputy=person).exists()


def test_seats_and_leave_at_once_do_not_wait_for_each_other(county, published, person, race):
    facts = {"shift": shift_of(county, FIRST), "actor": county.clerk, "at": AT}
    outcomes = race(
        partial(make_room, deputy=person, seats=4, reason="补上", **facts),
        leave_entered(county, person),
        partial(set_seats, seats=3, **facts),
        partial(replan_roster, roster=published, actor=county.staff, at=AT, reason="补缺"),
    )
    assert all(not isinstance(outcome, Exception) or isinstance(outcome, DomainError) for outcome in outcomes), outcomes
    assert not ShiftPlace.objects.filter(shift__date=FIRST, deputy=person).exists()
