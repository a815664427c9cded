"""Formal numbers under eight writers on PostgreSQL with real threads: 1 to n exactly, whatever is rolled back."""

import random
from datetime import date, timedelta
from functools import partial

import pytest
from django.db import transaction

from activities.models import DutyLog, LogVersion
from activities.services import SundayRow, confirm_logs, correct_log, file_log, void_log
from activities.states import LogState, Presence
from julu_liaison.common.errors import Conflict, StaleVersion
from julu_liaison.common.numbering import next_number
from tests.cast import SUNDAY, build_cast, moment

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS, TURNS = 8, 12
AT = moment(SUNDAY)


class ChangedMyMind(Exception):
    """What rolls a writer's transaction back after it has taken a number."""


@pytest.fixture
def county():
    return build_cast()


def row_of(cast, branch, received=1):
    return SundayRow(branch=branch, attendance={cast.deputies[branch.code][1]: Presence.PRESENT}, received=received)


def test_duty_logs_of_two_stations_and_two_years_have_no_gap(county, race):
    """Each writer files in a random order of branches and years; a third of what it files is rolled back or voided."""

    def write(thread):
        chance = random.Random(thread)
        for turn in range(TURNS):
            branch = chance.choice((county.gt01, county.gt02, county.yt01))
            actor = county.stranger if branch == county.yt01 else county.clerk
            day = chance.choice((date(2025, 6, 1), date(2026, 1, 4))) + timedelta(days=turn)
            try:
                with transaction.atomic():
                    log = file_log(row=row_of(county, branch), on=day, actor=actor, at=AT).log
                    if chance.random() < 0.2:
                        raise ChangedMyMind
            except ChangedMyMind:
                continue
            if chance.random() < 0.2:
                void_log(log=log, reason="重复", actor=actor, at=AT)

    assert race(*(partial(write, thread) for thread in range(WRITERS))) == [None] * WRITERS
    registers: dict[tuple, list[int]] = {}
    for key in DutyLog.objects.values_list("register", "year", "serial"):
        registers.setdefault(key[:2], []).append(key[2])
    assert len(registers) == 4
    for serials in registers.values():
        assert sorted(serials) == list(range(1, len(serials) + 1))
    assert DutyLog.objects.filter(state=LogState.VOID).exists()


@pytest.mark.parametrize("kind", ["visit", "service"])
def test_every_kind_of_register_counts_its_own(county, race, kind):
    """The counter itself, as visits and services use it: a number given back is given out again."""
    kept: list[int] = []

    def write(thread):
        chance = random.Random(thread)
        for _turn in range(TURNS):
            try:
                with transaction.atomic():
                    number = next_number(f"{kind}:{county.gt.pk}:2026")
                    if chance.random() < 0.3:
                        raise ChangedMyMind
            except ChangedMyMind:
                continue
            kept.append(number)

    assert race(*(partial(write, thread) for thread in range(WRITERS))) == [None] * WRITERS
    assert sorted(kept) == list(range(1, len(kept) + 1))


def test_two_corrections_of_one_version_one_wins(county, race):
    log = file_log(row=row_of(county, county.gt01), on=SUNDAY, actor=county.clerk, at=AT).log
    acts = [
        partial(
            correct_log, log=log, row=row_of(county, county.gt01, n), reason="写错了", version=1, actor=actor, at=AT
        )
        for n, actor in ((5, county.clerk), (6, county.head), (7, county.clerk))
    ]
    outcomes = race(*acts)
    assert sum(isinstance(outcome, StaleVersion) for outcome in outcomes) == 2, outcomes
    assert (DutyLog.objects.get().version, LogVersion.objects.count()) == (2, 1)


def test_correcting_voiding_and_confirming_at_once_end_in_one_order(county, race):
    log = file_log(row=row_of(county, county.gt01), on=SUNDAY, actor=county.clerk, at=AT).log
    outcomes = race(
        partial(correct_log, log=log, row=row_of(county, county.gt01, 5), reason="写错了", version=1, actor=county.clerk,
                at=AT),
        partial(void_log, log=log, reason="重复", actor=county.clerk, at=AT),
        partial(confirm_logs, logs=[log], actor=county.head, at=AT),
    )  # fmt: skip
    assert all(isinstance(outcome, (DutyLog, int, Conflict)) for outcome in outcomes), outcomes
    log.refresh_from_db()
    assert log.state == LogState.VOID
    assert log.version == 1 + LogVersion.objects.count()
