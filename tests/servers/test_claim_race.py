"""One bonus claim in two hands at the same moment on PostgreSQL: one wins, the ledger says what the claim says."""

from datetime import date
from functools import partial

import pytest
from django.db import transaction

from julu_liaison.common.errors import Conflict, DomainError, StaleVersion
from julu_liaison.notices.models import Notice
from scoring.models import BonusClaim, PointEntry, Scheme, YearClosing
from scoring.services import rescore
from scoring.services.checking import question_problems
from scoring.services.claims import claim_bonus, move_claim
from scoring.services.ledger.posting import lock_people
from scoring.services.reminding import remind_questions
from scoring.states import ClaimState
from stations.services import move_branch
from tests.cast import build_cast, moment

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 10, 8)
AT = moment(DAY)
# Both were open when the page was read.
PAIRS = [
    (("approve", "admin"), ("approve", "staff")), (("approve", "admin"), ("refuse", "staff")),
    (("approve", "admin"), ("withdraw", "deputy")), (("return", "staff"), ("withdraw", "deputy")),
]  # fmt: skip


def claimed(cast, text="完成网课", **facts) -> BonusClaim:
    return claim_bonus(
        deputy=cast.deputy_person, item="course", occurred_on=DAY, text=text, evidence="证书118号", actor=cast.deputy,
        at=AT, **facts,
    )  # fmt: skip


def checked(cast) -> BonusClaim:
    return move_claim(claim=claimed(cast), move="check", actor=cast.clerk, at=AT)


def step(cast, row, name, who, version=None):
    return partial(
        move_claim, claim=row, move=name, actor=getattr(cast, who), at=AT, note="原因", version=version
    )


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair[0][0]}-{pair[1][0]}")
def test_of_two_moves_at_once_one_counts(race, pair):
    cast = build_cast()
    row = checked(cast)
    outcomes = race(*(step(cast, row, name, who, row.version) for name, who in pair))
    (won,) = [outcome for outcome in outcomes if isinstance(outcome, BonusClaim)]
    (lost,) = [outcome for outcome in outcomes if not isinstance(outcome, BonusClaim)]
    assert isinstance(lost, Conflict | StaleVersion), outcomes
    row.refresh_from_db()
    assert (row.state, row.version, row.steps.count()) == (won.state, 3, 3)
    assert PointEntry.objects.count() == (row.state == ClaimState.APPROVED)  # posted after the commit


def test_the_same_claimed_twice_at_once_is_one_claim(race):
    cast = build_cast()
    outcomes = race(*[partial(claimed, cast)] * 3)
    assert sum(isinstance(outcome, BonusClaim) for outcome in outcomes) == 1 == BonusClaim.objects.count(), outcomes
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 2


def test_a_grant_and_the_years_freezing_see_each_other(race):
    """Whoever freezes holds the deputies: a bonus granted before it is in the ledger, one after it is refused."""
    cast = build_cast()
    row = checked(cast)

    @transaction.atomic
    def freeze():
        lock_people(cast.county)
        rescore(county=cast.county, year=2026, at=AT)
        YearClosing.objects.create(
            scheme=Scheme.objects.get(), publicity_from=DAY, publicity_until=DAY, published_by=cast.admin, published_at=AT
        )

    granted, _frozen = race(step(cast, row, "approve", "admin"), freeze)
    assert isinstance(granted, BonusClaim | DomainError), granted
    assert _frozen is None
    rescore(county=cast.county, year=2026, at=AT)
    assert PointEntry.objects.count() == isinstance(granted, BonusClaim)


def test_two_workers_remind_once(race):
    cast = build_cast()
    claimed(cast)
    Notice.objects.all().delete()
    outcomes = race(*[partial(remind_questions, at=moment(date(2026, 10, 20)))] * 3)
    assert sorted(outcomes) == [0, 0, 1] and Notice.objects.get().user == cast.clerk


def test_a_claim_and_a_move_of_its_branch_at_once(race):
    """Whichever comes first, the claim ends at the branch's own station."""
    cast = build_cast()
    outcomes = race(
        partial(claimed, cast),
        partial(move_branch, branch=cast.gt01, to=cast.yt, on=DAY, name="第二分站", actor=cast.admin, at=AT),
    )
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)], outcomes
    assert BonusClaim.objects.get().station == cast.yt and question_problems() == []
