"""Two workers issuing the same quarter at the same moment, while a third posts; on PostgreSQL with real threads."""

from datetime import date
from functools import partial

import pytest

from activities.services import record_activity
from activities.states import ActivityKind, Presence
from deputies.models import Deputy
from julu_liaison.notices.models import Notice
from scoring.models import QuarterStatement
from scoring.services import rescore
from scoring.services.statements import issue_statements
from tests.cast import build_cast, moment

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_quarter_issued_by_several_at_once_is_told_once(race):
    cast = build_cast()
    for quarter, on in ((1, date(2026, 4, 2)), (2, date(2026, 7, 2)), (3, date(2026, 10, 2))):
        record_activity(
            station=cast.gt, kind=ActivityKind.MEETING, title="座谈会", held_on=on.replace(month=3 * quarter, day=4),
            attendance={cast.deputy_person: Presence.ABSENT}, actor=cast.clerk, at=moment(on, 8),
        )  # fmt: skip
        send = partial(issue_statements, county=cast.county, year=2026, quarter=quarter, at=moment(on))
        post = partial(rescore, county=cast.county, year=2026, at=moment(on, 9))
        outcomes = race(send, post, send, send)
        issued = [outcomes[0], *outcomes[2:]]
        assert sorted(issued) == [0, 0, Deputy.objects.count()], outcomes
    rows = QuarterStatement.objects.filter(deputy=cast.deputy_person)
    assert [row.quarter for row in rows] == [3, 2, 1]
    # Whichever came first, sums and digest are of the same lines.
    assert all(bool(row.entries) == bool(row.last_digest) == bool(row.deductions) for row in rows)
    assert all(row.deductions == -2 * row.entries for row in rows)
    assert Notice.objects.filter(link="/me/statements/").count() == 3 * 2
