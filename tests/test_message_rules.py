"""Quiet hours, public holidays, digests and repeats, as properties of pure rules."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from julu_liaison.common.working_days import Calendar
from julu_liaison.notices.rules import (
    BACKOFF,
    STALE_AFTER,
    is_for_text_message,
    is_needless,
    is_stale,
    is_wanted,
    next_allowed,
    next_digest,
    next_try,
)
from julu_liaison.notices.states import MANDATORY, Kind, SmsChoice
from tests.cast import moment

HERE = ZoneInfo("Asia/Shanghai")
FIRST = date(2026, 9, 20)
moments = st.datetimes(
    datetime(2026, 9, 20), datetime(2026, 10, 20), timezones=st.sampled_from([HERE, ZoneInfo("UTC")])
)
calendars = st.sets(st.integers(0, 30), max_size=25).map(
    lambda days: Calendar({FIRST + timedelta(days=day): "holiday" for day in days})
)
NATIONAL = Calendar({date(2026, 10, day): "holiday" for day in range(1, 8)} | {date(2026, 9, 20): "workday"})


def is_quiet(at: datetime, calendar: Calendar) -> bool:
    """The rule in other words than the code's."""
    local = at.astimezone(HERE)
    minute = local.hour * 60 + local.minute
    return minute < 450 or minute >= 1230 or calendar.kinds.get(local.date()) == "holiday"


@given(moments, calendars)
def test_what_is_allowed_is_never_at_night_nor_on_a_holiday_and_never_earlier(at, calendar):
    allowed = next_allowed(at, calendar)
    assert allowed >= at and not is_quiet(allowed, calendar)
    assert (allowed == at) == (not is_quiet(at, calendar))
    assert next_allowed(allowed, calendar) == allowed


@given(moments, calendars, st.integers(1, 60 * 24))
def test_nothing_is_put_off_longer_than_it_must_be(at, calendar, earlier):
    allowed = next_allowed(at, calendar)
    between = allowed - timedelta(minutes=earlier)
    assert between <= at or is_quiet(between, calendar)


@given(moments, calendars)
def test_a_digest_comes_at_eight_of_the_next_morning_that_is_no_holiday(at, calendar):
    due = next_digest(at, calendar)
    assert due > at and due.astimezone(HERE).time() == time(8) and not is_quiet(due, calendar)
    day_before = due - timedelta(days=1)
    assert day_before <= at or is_quiet(day_before, calendar)


@pytest.mark.parametrize(
    ("at", "then"),
    [
        (datetime(2026, 9, 27, 10), datetime(2026, 9, 27, 10)),  # a Sunday: the day of receptions
        (datetime(2026, 9, 21, 7, 29, 59), datetime(2026, 9, 21, 7, 30)),
        (datetime(2026, 9, 21, 20, 29), datetime(2026, 9, 21, 20, 29)),
        (datetime(2026, 9, 21, 20, 30), datetime(2026, 9, 22, 7, 30)),
        (datetime(2026, 9, 30, 21), datetime(2026, 10, 8, 7, 30)),
        (datetime(2026, 10, 3, 12), datetime(2026, 10, 8, 7, 30)),
        (datetime(2026, 9, 20, 12), datetime(2026, 9, 20, 12)),  # a make-up working day
    ],
)
def test_by_hand(at, then):
    assert next_allowed(at.replace(tzinfo=HERE), NATIONAL) == then.replace(tzinfo=HERE)


def test_a_digest_by_hand():
    assert next_digest(datetime(2026, 9, 21, 7, 59, tzinfo=HERE), NATIONAL) == datetime(2026, 9, 21, 8, tzinfo=HERE)
    assert next_digest(datetime(2026, 9, 21, 8, tzinfo=HERE), NATIONAL) == datetime(2026, 9, 22, 8, tzinfo=HERE)
    assert next_digest(datetime(2026, 9, 30, 9, tzinfo=HERE), NATIONAL) == datetime(2026, 10, 8, 8, tzinfo=HERE)


@given(moments, calendars, st.integers(1, 9), st.booleans())
def test_tried_again_later_and_later_and_then_no_more(at, calendar, attempts, urgent):
    again = next_try(attempts, at, urgent=urgent, calendar=calendar)
    if attempts > len(BACKOFF):
        assert again is None
    elif urgent:
        assert again == at + BACKOFF[attempts - 1]
    else:
        assert again >= at + BACKOFF[attempts - 1] and not is_quiet(again, calendar)


def test_the_pauses():
    assert [pause.total_seconds() / 60 for pause in BACKOFF] == [1, 5, 15, 60, 240, 720]


@given(st.sampled_from(Kind), st.sets(st.sampled_from(Kind)), st.booleans(), st.sampled_from(SmsChoice))
def test_duties_and_terms_reach_everybody_and_nothing_else_goes_out_against_a_persons_will(kind, muted, urgent, choice):
    wanted = is_wanted(kind, muted)
    assert wanted == (kind in (Kind.DUTY, Kind.DEADLINE) or kind not in muted)
    text = is_for_text_message(kind, urgent=urgent, choice=choice, muted=muted)
    assert text <= wanted
    if kind in MANDATORY:
        assert text
    elif wanted:
        assert text == (urgent or choice == SmsChoice.ALL)


def test_what_was_read_on_the_site_is_not_sent_as_well_but_duties_and_terms_are():
    read = moment(FIRST)
    assert {kind for kind in Kind if not is_needless(kind, read)} == MANDATORY
    assert not any(is_needless(kind, None) for kind in Kind)


def test_what_has_waited_for_more_than_three_days_is_too_late():
    at = moment(FIRST)
    assert not is_stale(at - STALE_AFTER, at) and is_stale(at - STALE_AFTER - timedelta(seconds=1), at)
