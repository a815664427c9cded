"""Two taps that make a calendar address at the same moment, on PostgreSQL with real threads."""

from datetime import date
from functools import partial

import pytest

from activities.models import CalendarFeed
from activities.services import open_feed
from tests.cast import build_cast, moment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("of", ["deputy_person", "gt01"])
def test_one_address_works_afterwards(race, of):
    cast = build_cast()
    actor = cast.deputy if of == "deputy_person" else cast.clerk
    tap = partial(open_feed, of=getattr(cast, of), actor=actor, at=moment(date(2026, 11, 25)))
    outcomes = race(tap, tap, tap)
    assert all(isinstance(outcome, CalendarFeed) for outcome in outcomes), outcomes
    assert CalendarFeed.objects.filter(revoked_at=None).count() == 1
