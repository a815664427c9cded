"""Two administrators change a year's scheme at once: one draft, applied once, the ledger equal to it."""

from datetime import date
from decimal import Decimal
from functools import partial

import pytest

from julu_liaison.common.errors import Conflict
from scoring.models import Scheme, SchemeVersion
from scoring.services import rescore
from scoring.services.versions import apply_version, draft_version, edit_draft, values_of
from scoring.states import VersionState
from tests.cast import build_cast, moment

pytestmark = pytest.mark.django_db(transaction=True)
AT = moment(date(2026, 6, 10))


def tried(act):
    try:
        return act()
    except Conflict as refusal:
        return refusal


def test_one_draft_is_made_and_applied_once(race):
    cast = build_cast()
    scheme = Scheme.objects.get()
    begin = partial(
        draft_version, scheme=scheme, starts_on=date(2026, 2, 1), why="会议决定", actor=cast.admin, at=AT
    )
    outcomes = race(*(partial(tried, begin) for _ in range(4)))
    assert sum(isinstance(one, Conflict) for one in outcomes) == 3
    version = SchemeVersion.objects.get(state=VersionState.DRAFT)
    values = {item: tuple(value) for item, value in values_of(version).items()} | {"duty_missed": (Decimal(-5), None)}
    edit_draft(
        version=version, base=Decimal(60), starts_on=version.starts_on, why="会议决定", values=values,
        actor=cast.admin, at=AT,
    )  # fmt: skip
    applying = partial(apply_version, version=version, actor=cast.admin, at=AT)
    scoring = partial(rescore, county=cast.county, year=2026, at=AT)
    outcomes = race(*(partial(tried, act) for act in (applying, scoring, applying, scoring)))
    assert sum(isinstance(one, Conflict) for one in outcomes) == 1
    assert SchemeVersion.objects.get(pk=version.pk).state == VersionState.APPLIED and scoring() == 0
