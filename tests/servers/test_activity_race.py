"""Two people at one activity at the same moment, on PostgreSQL with real threads."""

from uuid import uuid4

import pytest

from activities.models import Activity
from activities.services import Audience, announce_activity, ask_own_people, record_attendance
from activities.states import ActivityKind, Presence
from julu_liaison.common.errors import StaleVersion
from julu_liaison.notices.models import Notice
from tests.cast import SUNDAY, moment

pytestmark = pytest.mark.django_db(transaction=True)
AT = moment(SUNDAY, 18)


def announce(cast, **facts):
    return announce_activity(
        station=cast.gt, kind=ActivityKind.STUDY, title="学习代表法", held_on=SUNDAY, partners=[cast.yt],
        audience=Audience(places=(cast.gt,)), actor=cast.clerk, at=moment(SUNDAY, 8), **facts,
    )  # fmt: skip


def joined(cast):
    """A joint activity to which both stations have asked all of their people."""
    return ask_own_people(
        activity=announce(cast), station=cast.yt, audience=Audience(places=(cast.yt,)), actor=cast.stranger,
        at=moment(SUNDAY, 9),
    )  # fmt: skip


def test_a_double_click_announces_once(cast, race):
    uid = uuid4()
    made = race(*[lambda: announce(cast, uid=uid)] * 4)
    assert len({one.pk for one in made}) == Activity.objects.count() == 1
    assert Notice.objects.filter(user=cast.deputy).count() == 1


def test_the_partner_asking_twice_asks_everybody_once(cast, race):
    joint = announce(cast)
    facts = {"activity": joint, "station": cast.yt, "actor": cast.stranger, "at": moment(SUNDAY, 9)}
    audience = Audience(places=(cast.yt,))
    outcomes = race(*[lambda: ask_own_people(audience=audience, **facts)] * 4)
    assert not [one for one in outcomes if isinstance(one, Exception)]
    assert joint.attendance.filter(deputy__in=cast.deputies["YT01"]).count() == 2


def test_two_stations_lose_nothing_of_each_other(cast, race):
    joint = joined(cast)
    theirs, mine = cast.deputies["YT01"], [*cast.deputies["GT01"], *cast.deputies["GT02"]]
    facts = {"activity": joint, "at": AT, "version": 2}
    outcomes = race(
        lambda: record_attendance(statuses=dict.fromkeys(theirs, Presence.PRESENT), actor=cast.stranger, **facts),
        lambda: record_attendance(statuses=dict.fromkeys(mine, Presence.LATE), actor=cast.clerk, **facts),
    )
    assert not [one for one in outcomes if isinstance(one, Exception)]
    assert joint.attendance.filter(status=Presence.PRESENT).count() == len(theirs)
    assert joint.attendance.filter(status=Presence.LATE).count() == len(mine)
    joint.refresh_from_db()
    assert joint.version == 4


def test_of_two_words_on_one_person_the_second_is_asked_again(cast, race):
    joint = joined(cast)
    person = cast.deputies["YT01"][0]
    facts = {"activity": joint, "at": AT, "version": 2}
    outcomes = race(
        lambda: record_attendance(statuses={person: Presence.PRESENT}, actor=cast.stranger, **facts),
        lambda: record_attendance(statuses={person: Presence.ABSENT}, actor=cast.staff, **facts),
    )
    assert sum(isinstance(one, StaleVersion) for one in outcomes) == 1
