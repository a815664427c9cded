"""The daily watch over the congress on PostgreSQL with real threads: told once, however many run at once."""

from datetime import date
from functools import partial

import pytest

from activities.services import record_activity
from activities.states import ActivityKind, Presence
from julu_liaison.notices.models import Notice
from scoring.models import AbsenceAlert
from scoring.services.alerts import warn_of_absences
from tests.cast import build_cast, moment

pytestmark = pytest.mark.django_db(transaction=True)


def test_four_watches_at_once_tell_of_each_absence_once(race):
    cast, at = build_cast(), moment(date(2026, 3, 1))
    people = [cast.deputies[code][0] for code in ("GT01", "GT02", "YT01")]
    record_activity(
        station=cast.county, kind=ActivityKind.CONGRESS, title="县人民代表大会会议", held_on=date(2026, 1, 10), at=at,
        attendance=dict.fromkeys(people, Presence.ABSENT), actor=cast.staff,
    )  # fmt: skip
    Notice.objects.all().delete()
    outcomes = race(*[partial(warn_of_absences, county=cast.county, at=at)] * 4)
    assert sorted(outcomes) == [0, 0, 0, 3], outcomes
    assert AbsenceAlert.objects.count() == 3
    assert sorted(Notice.objects.values_list("user__username", flat=True)) == ["xian", "xian2", "zhanzhang"]
