"""The daily watch over gaps: the station once, the county two days later, and nobody twice."""

from datetime import date, timedelta

import pytest

from activities.models import Shift, ShiftPlace
from activities.services import cancel_day, draft_roster, publish_roster, put_on_shift, watch_gaps
from activities.tasks import watch_rosters
from julu_liaison.notices.models import Notice
from tests.cast import moment

APRIL = date(2026, 4, 1)
FIRST = date(2026, 4, 5)
AT = moment(date(2026, 3, 25), 7)


@pytest.fixture
def gap(cast) -> Shift:
    """A published April everywhere, with one deputy on GT01's first Sunday; every notice so far forgotten."""
    for station, actor in ((cast.gt, cast.clerk), (cast.yt, cast.stranger)):
        roster = draft_roster(station=station, month=APRIL, actor=actor, at=AT).roster
        publish_roster(roster=roster, actor=actor, at=AT)
    shift = Shift.objects.get(branch=cast.gt01, date=FIRST)
    shift.places.last().delete()
    Notice.objects.all().delete()
    return shift


def told(user) -> list[str]:
    return [notice.text for notice in user.notices.order_by("pk")]


def later(days: int):
    return AT + timedelta(days=days)


def test_first_the_station_then_the_county_nobody_twice(cast, gap):
    assert watch_gaps(at=AT) == (1, 0)
    assert watch_gaps(at=AT) == (0, 0)
    assert watch_gaps(at=later(1)) == (0, 0)
    assert watch_gaps(at=later(2)) == (0, 1)
    assert watch_gaps(at=later(3)) == (0, 0)
    assert told(cast.clerk) == ["第一分站4月5日的接待只有1位代表值班,请补上。"]
    assert told(cast.staff) == told(cast.admin) == ["官亭镇第一分站4月5日的接待只有1位代表值班,请补上。"]
    assert told(cast.stranger) == told(cast.auditor) == told(cast.head) == []
    assert cast.clerk.notices.get().link == "/station/roster/?month=2026-04"


def test_a_gap_that_was_filled_never_reaches_the_county_and_may_open_again(cast, gap):
    watch_gaps(at=AT)
    free = next(d for d in cast.deputies["GT01"] if not gap.places.filter(deputy=d).exists())
    put_on_shift(shift=gap, deputy=free, reason="补位", actor=cast.clerk, at=later(1))
    assert watch_gaps(at=later(2)) == (0, 0)
    ShiftPlace.objects.filter(shift=gap).delete()
    assert watch_gaps(at=later(3)) == (1, 0)
    assert told(cast.clerk)[-1] == "第一分站4月5日的接待还没有代表值班,请补上。"


def test_far_days_called_off_days_and_drafts_are_no_gaps(cast, gap):
    assert watch_gaps(at=moment(date(2026, 3, 21), 7)) == (0, 0)  # 15 days off
    cancel_day(shifts=[gap], reason="停电", actor=cast.clerk, at=AT)
    assert watch_gaps(at=AT) == (0, 0)
    may = draft_roster(station=cast.gt, month=date(2026, 5, 1), actor=cast.clerk, at=AT).roster
    ShiftPlace.objects.filter(shift__roster=may).delete()
    assert not [text for text in told(cast.clerk) if "5月" in text]
    watch_gaps(at=moment(date(2026, 4, 28), 7))
    assert not [text for text in told(cast.clerk) if "接待还没有代表" in text]


def test_from_the_20th_on_the_next_month_should_be_published(cast):
    roster = draft_roster(station=cast.gt, month=APRIL, actor=cast.clerk, at=AT).roster
    assert watch_gaps(at=moment(date(2026, 3, 19), 7)) == (0, 0)
    assert watch_gaps(at=moment(date(2026, 3, 20), 7)) == (2, 0)
    assert watch_gaps(at=moment(date(2026, 3, 21), 7)) == (0, 0)
    assert told(cast.clerk) == ["官亭镇2026年4月的排班还没有公布,请在月底以前排好。"]
    publish_roster(roster=roster, actor=cast.clerk, at=AT)
    assert watch_gaps(at=moment(date(2026, 3, 22), 7)) == (0, 1)
    assert told(cast.staff) == ["阎疃镇2026年4月的排班还没有公布,请在月底以前排好。"]
    assert watch_gaps(at=moment(date(2026, 3, 23), 7)) == (0, 0)


def test_a_station_without_a_clerk_leaves_it_to_the_county_at_once(cast):
    cast.clerk.postings.update(ended_on=date(2026, 3, 1))
    assert watch_gaps(at=moment(date(2026, 3, 20), 7)) == (1, 1)
    assert told(cast.staff) == ["官亭镇2026年4月的排班还没有公布,请在月底以前排好。"]


def test_the_task_is_thin(cast):
    assert watch_rosters.name == "activities.tasks.watch_rosters"
    assert len(watch_rosters()) == 2
