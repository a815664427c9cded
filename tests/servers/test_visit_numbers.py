"""The register of visits on PostgreSQL with real threads: numbers, and two people at one visit."""

from datetime import timedelta
from functools import partial

import pytest

from activities.models import Visit
from activities.services import Matter, SundayRow, accept_visit, correct_visit, file_log, register_visit
from activities.states import Handling, Presence
from julu_liaison.common.errors import DomainError, StaleVersion
from opinions.models import Opinion
from tests.cast import SUNDAY, build_cast, moment

pytestmark = pytest.mark.django_db(transaction=True)
AT = moment(SUNDAY)


@pytest.fixture
def county():
    return build_cast()


def test_numbers_have_no_gap_under_eight_writers_of_logs_and_visits(county, race):
    """Logs of two branches and single visits of one station at once, with failures between: 1..n, each once."""
    places = [(county.gt01, county.deputy_person), (county.gt02, county.deputies["GT02"][1])]

    def write(thread):
        branch, deputy = places[thread % 2]
        for turn in range(4):
            day = SUNDAY - timedelta(days=thread * 4 + turn)
            matters = [Matter(f"路灯{thread}-{turn}"), Matter(f"水渠{thread}-{turn}", handling=Handling.ANSWERED)]
            row = SundayRow(branch=branch, attendance={deputy: Presence.PRESENT}, received=2, matters=matters)
            file_log(row=row, on=day, actor=county.clerk, at=AT)
            register_visit(branch=branch, entry=Matter(f"来访{thread}-{turn}"), on=day, actor=county.clerk, at=AT)
            with pytest.raises(DomainError):
                register_visit(branch=branch, entry=Matter("字" * 2001), on=day, actor=county.clerk, at=AT)

    assert race(*(partial(write, thread) for thread in range(8))) == [None] * 8
    found = Visit.objects.filter(year=2026).order_by("serial").values_list("serial", flat=True)
    assert list(found) == list(range(1, 8 * 4 * 3 + 1))
    assert Opinion.objects.count() == 8 * 4 * 2


def test_one_form_sent_twice_at_once_is_entered_once(county, race):
    send = partial(register_visit, branch=county.gt01, entry=Matter("路灯不亮"), on=SUNDAY, actor=county.clerk, at=AT)
    outcomes = race(send, send, send)
    assert len({visit.pk for visit in outcomes}) == 1
    assert (Visit.objects.count(), Opinion.objects.count()) == (1, 1)


def test_two_people_at_one_visit_one_wins(county, race):
    entry = Matter("问医保", handling=Handling.ANSWERED)
    visit = register_visit(branch=county.gt01, entry=entry, on=SUNDAY, actor=county.clerk, at=AT)
    outcomes = race(
        partial(correct_visit, visit=visit, changes={"people": 2}, version=1, actor=county.clerk, at=AT),
        partial(accept_visit, visit=visit, version=1, actor=county.head, at=AT),
    )
    assert sum(isinstance(outcome, StaleVersion) for outcome in outcomes) == 1, outcomes
    visit.refresh_from_db()
    assert visit.version == 2
