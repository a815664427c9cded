"""Races of scoring on PostgreSQL: many workers, one ledger."""

from datetime import date, timedelta
from functools import partial

import pytest

from activities.services import record_attendance
from activities.states import Presence
from deputies.models import Deputy
from scoring.models import PointEntry
from scoring.services import open_scheme, rescore, score_of
from scoring.services.ledger.verifying import verify
from stations.models import Station
from stations.services import open_station
from tests.cast import OPENED, build_cast, moment
from tests.points import approved_claim, meeting

pytestmark = pytest.mark.django_db(transaction=True)
END = moment(date(2026, 12, 31))


@pytest.fixture
def county():
    return build_cast()


def test_two_workers_scoring_one_deputy_count_once(county, race):
    """Both find the same forty facts missing; retried at once, they find nothing."""
    person = county.deputy_person
    for n in range(40):
        approved_claim(county, person, "course", date(2026, 1, 1) + timedelta(days=n))
    score = partial(rescore, county=county.county, year=2026, at=END)
    made = race(score, score, partial(score, deputies=[person.pk]))
    assert sorted(made) == [0, 0, 40], made
    assert race(score, score) == [0, 0]
    assert list(person.point_entries.order_by("number").values_list("number", flat=True)) == list(range(1, 41))
    assert verify() == []


def test_facts_corrected_while_they_are_scored_end_as_the_records_say(county, race):
    """A clerk corrects attendance, each time scoring as the announcement does, while the night scores everybody."""
    person, other = county.deputy_person, county.head_person
    days = [date(2026, 2, 2) + timedelta(days=n) for n in range(4)]
    activities = [meeting(county, day, {person: Presence.ABSENT, other: Presence.ABSENT}) for day in days]
    score = partial(rescore, county=county.county, year=2026, at=END)

    def correct():
        for activity in activities:
            record_attendance(
                activity=activity, statuses={person: Presence.LATE}, reason="看错了签到表", actor=county.clerk, at=END
            )
            score(deputies=[person.pk])

    outcomes = race(correct, *(lambda: [score() for _time in range(4)] for _worker in range(2)))
    assert not [one for one in outcomes if isinstance(one, Exception)], outcomes
    assert score() == 0
    assert score_of(deputy=person, year=2026).deductions == -4
    assert score_of(deputy=other, year=2026).deductions == -12
    assert verify() == []


def test_two_counties_are_scored_side_by_side(county, race):
    """One worker scores both up, the other down: whoever holds people of one county waits for nobody of the other."""
    other = open_station(code="PX", name="平乡县", parent=None, opened_on=OPENED, actor=None)
    open_scheme(county=other, year=2026, actor=None)
    columns = Deputy.objects.filter(pk=county.deputy_person.pk).values().get()
    for name in ("id", "uid", "code", "user_id", "phone"):
        columns.pop(name, None)
    stranger = Deputy.objects.create(**columns | {"county_id": other.pk}, code="PX-0001")
    for person in (county.deputy_person, stranger):
        for n in range(10):
            approved_claim(county, person, "course", date(2026, 3, 1) + timedelta(days=n))
    pair = list(Station.objects.centres().order_by("pk"))

    def score(counties):
        return [rescore(county=place, year=2026, at=END) for place in counties]

    outcomes = race(partial(score, pair), partial(score, pair[::-1]))
    assert [sum(made) for made in zip(outcomes[0], outcomes[1][::-1], strict=True)] == [10, 10], outcomes
    assert set(PointEntry.objects.values_list("deputy", "county")) == {
        (county.deputy_person.pk, county.county.pk), (stranger.pk, other.pk),
    }  # fmt: skip
    assert verify() == []
