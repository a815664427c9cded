"""Appeals on PostgreSQL with real threads: one answer counts, and an entry has one open appeal."""

from datetime import date
from functools import partial

import pytest

from activities.states import Presence
from julu_liaison.common.errors import Conflict
from scoring.models import Appeal, PointEntry
from scoring.services import rescore
from scoring.services.appeals import answer_appeal, raise_appeal, withdraw_appeal
from scoring.states import AppealState
from tests.cast import SUNDAY, build_cast, moment
from tests.test_scoring import log_of, roster

pytestmark = pytest.mark.django_db(transaction=True)
AT = moment(date(2026, 3, 10))


@pytest.fixture
def county():
    return build_cast()


@pytest.fixture
def entry(county) -> PointEntry:
    roster(county)
    log_of(county, {county.head_person: Presence.PRESENT, county.deputy_person: Presence.ABSENT})
    rescore(county=county.county, year=2026, at=moment(SUNDAY))
    return PointEntry.objects.get(deputy=county.deputy_person)


def raising(cast, entry, kind, actor):
    return partial(
        raise_appeal, deputy=cast.deputy_person, year=2026, kind=kind, entry=entry, text="不对", actor=actor, at=AT
    )


def lines() -> list[float]:
    return [float(points) for points in PointEntry.objects.order_by("number").values_list("points", flat=True)]


def test_an_entry_has_one_open_appeal_however_many_raise_it(county, entry, race):
    same = raising(county, entry, "wrong", county.deputy)
    outcomes = race(same, same, raising(county, entry, "double", county.clerk), raising(county, entry, "wrong", county.staff))
    assert Appeal.objects.open().count() == 1, outcomes
    assert all(isinstance(outcome, Appeal | Conflict) for outcome in outcomes), outcomes
    refused = sum(isinstance(outcome, Conflict) for outcome in outcomes)
    assert refused in (1, 3), outcomes  # "wrong" in the same words is one appeal, whoever sends it; "double" is another


def test_of_two_answers_and_a_withdrawal_one_counts_and_rescoring_meanwhile_doubles_nothing(county, entry, race):
    appeal = raising(county, entry, "wrong", county.deputy)()
    answer = partial(answer_appeal, appeal=appeal, answer="签到表上有", at=AT)
    again = partial(rescore, county=county.county, year=2026, at=AT)
    outcomes = race(
        partial(answer, grant=True, cancels=True, item="private_leave", occurred_on=SUNDAY, actor=county.staff),
        again,
        partial(answer, grant=False, actor=county.admin),
        partial(withdraw_appeal, appeal=appeal, actor=county.deputy, at=AT),
        again,
    )
    decided = (outcomes[0], outcomes[2], outcomes[3])
    assert sum(isinstance(outcome, Conflict) for outcome in decided) == 2, outcomes
    granted = Appeal.objects.get().state == AppealState.GRANTED
    assert lines() == ([-2, 2, -1] if granted else [-2])
    assert rescore(county=county.county, year=2026, at=AT) == 0
