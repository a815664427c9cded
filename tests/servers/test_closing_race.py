"""Closing while others score, appeal and close, on PostgreSQL: the results are the ledger's, whoever comes first."""

from functools import partial

import pytest

from activities.models import DutyLog
from activities.states import Presence
from julu_liaison.common.errors import Conflict
from julu_liaison.notices.models import Notice
from scoring.models import PointEntry, YearClosing, YearResult
from scoring.services import rescore
from scoring.services.appeals import answer_appeal
from scoring.services.ledger.closed_years import results_problems
from scoring.services.years import close_year, publish_year
from scoring.states import AppealState
from tests.cast import build_cast
from tests.test_scoring import log_of, roster
from tests.years import CLOSING, READY, granted, published, year_of

pytestmark = pytest.mark.django_db(transaction=True)


def missed_county():
    cast = build_cast()
    roster(cast)
    log_of(cast, {cast.head_person: Presence.PRESENT, cast.deputy_person: Presence.ABSENT})
    return cast


def test_two_who_publish_while_two_workers_score(race):
    cast = missed_county()
    scheme, score = year_of(cast), partial(rescore, county=cast.county, year=2026, at=READY)
    publish = partial(publish_year, scheme=scheme, actor=cast.admin, at=READY)
    outcomes = race(score, publish, publish, score)
    assert sorted(type(one).__name__ for one in outcomes[1:3]) == ["Conflict", "YearClosing"], outcomes
    assert isinstance(outcomes[0], int) and isinstance(outcomes[3], int), outcomes
    assert list(PointEntry.objects.values_list("deputy", "points")) == [(cast.deputy_person.pk, -2)]
    assert Notice.objects.filter(user=cast.deputy, text__contains="公示").count() == 1


def test_two_who_close_while_two_workers_score_and_an_appeal_is_granted(race):
    cast = missed_county()
    published(cast)
    scheme, entry = year_of(cast), PointEntry.objects.get()
    appeal = granted(cast, entry, state=AppealState.RAISED)
    DutyLog.objects.update(state="void", void_reason="公示以后才作废")
    close = partial(close_year, scheme=scheme, actor=cast.admin, at=CLOSING)
    score = partial(rescore, county=cast.county, year=2026, at=CLOSING)
    grant = partial(
        answer_appeal, appeal=appeal, grant=True, cancels=True, answer="签到表上有", actor=cast.staff, at=CLOSING
    )
    outcomes = race(score, close, grant, close, score)
    assert not isinstance(outcomes[2], Exception), outcomes
    assert all(isinstance(one, Conflict | YearClosing) for one in (outcomes[1], outcomes[3])), outcomes
    if not YearClosing.objects.exclude(closed_at=None).exists():
        close()  # both came before the answer and were refused for it
    assert sum(isinstance(one, YearClosing) for one in outcomes) <= 1, outcomes
    assert YearResult.objects.filter(deputy=cast.deputy_person).order_by("-edition").first().total == 60
    assert YearResult.objects.filter(edition=1).count() == 8
    assert PointEntry.objects.count() == 2 and results_problems() == []


def test_an_appeal_granted_while_a_closed_year_is_scored_gives_one_edition(race):
    cast = missed_county()
    published(cast)
    close_year(scheme=year_of(cast), actor=cast.admin, at=CLOSING)
    appeal = granted(cast, PointEntry.objects.get(), state=AppealState.RAISED)
    grant = partial(
        answer_appeal, appeal=appeal, grant=True, cancels=True, answer="签到表上有", actor=cast.staff, at=CLOSING
    )
    score = partial(rescore, county=cast.county, year=2026, at=CLOSING)
    outcomes = race(score, grant, grant, score)
    assert sum(not isinstance(one, Exception) for one in outcomes[1:3]) == 1, outcomes
    assert list(YearResult.objects.filter(deputy=cast.deputy_person).values_list("edition", "total")) == [(2, 60), (1, 58)]
    assert results_problems() == []
