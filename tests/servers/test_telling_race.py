"""Reminders and announcements by several workers at once, and beside somebody who changes the day, on PostgreSQL."""

from datetime import date
from functools import partial

import pytest

from activities.models import Roster, Shift, ShiftPlace
from activities.services import announce_receptions, cancel_day, remind_of_duties, swap_for_others
from activities.states import RosterState
from julu_liaison.notices.models import Notice
from tests.cast import build_cast, moment

pytestmark = pytest.mark.django_db(transaction=True)
SUNDAY = date(2026, 12, 6)
THURSDAY = moment(date(2026, 12, 3), 8)


@pytest.fixture
def county():
    return build_cast()


@pytest.fixture
def shift(county) -> Shift:
    roster = Roster.objects.create(
        station=county.gt, month=SUNDAY.replace(day=1), state=RosterState.PUBLISHED,
        published_at=moment(date(2026, 11, 20)),
    )  # fmt: skip
    shift = Shift(roster=roster, date=SUNDAY, for_sunday=SUNDAY)
    shift.put_at(county.gt01)
    shift.save()
    for person in (county.deputy_person, county.deputies["GT01"][2]):
        ShiftPlace.objects.create(shift=shift, deputy=person)
    return shift


def reminders():
    return Notice.objects.filter(text__startswith="接待日提醒")


def announcements():
    return Notice.objects.exclude(place_code="")


def errors(outcomes) -> list:
    return [one for one in outcomes if isinstance(one, Exception)]


def test_three_workers_remind_and_announce_once(county, shift, race):
    remind, announce = partial(remind_of_duties, at=THURSDAY), partial(announce_receptions, at=THURSDAY)
    outcomes = race(remind, announce, remind, announce, remind)
    assert not errors(outcomes), outcomes
    assert sorted(outcomes[::2]) == [0, 0, 1] and sorted(outcomes[1::2]) == [0, 1]
    assert reminders().count() == announcements().count() == 1
    assert Notice.objects.filter(user=county.clerk).count() == 1


def test_a_swap_at_the_same_moment_leaves_nobody_on_duty_untold(county, shift, race):
    swap = partial(
        swap_for_others, shift=shift, giver=county.deputy_person, taker=county.head_person, actor=county.clerk, at=THURSDAY
    )  # fmt: skip
    outcomes = race(swap, partial(remind_of_duties, at=THURSDAY))
    assert not errors(outcomes), outcomes
    assert county.head.notices.filter(text__startswith="换班定了").count() == 1
    assert not county.head.notices.filter(text__startswith="接待日提醒").exists()
    assert remind_of_duties(at=THURSDAY) == 0


def test_a_day_called_off_at_the_same_moment_is_never_only_announced_as_held(county, shift, race):
    call_off = partial(cancel_day, shifts=[shift], reason="停电", actor=county.clerk, at=THURSDAY)
    outcomes = race(call_off, partial(announce_receptions, at=THURSDAY))
    assert not errors(outcomes), outcomes
    assert announcements().last().text.endswith("的接待取消。")
    assert announce_receptions(at=THURSDAY) == 0
