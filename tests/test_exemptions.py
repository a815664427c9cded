"""Exemptions (免除): granted by the county with dates and a reason, ended early; whose reasons are seen by whom."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from activities.models import Exemption
from activities.services import end_exemption, grant_exemption
from activities.states import Covers
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.models import AuditLog
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.models import Notice
from tests.cast import make_deputy, moment

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)
AT = moment(TODAY)
MAY = (date(2026, 5, 1), date(2026, 5, 31))
REASON = "住院治疗"


def exempt(cast, start=MAY[0], end=MAY[1], *, deputy=None, covers=Covers.ALL, reason=REASON, actor=None, at=AT):
    return grant_exemption(
        deputy=deputy or cast.deputy_person, covers=covers, started_on=start, ended_on=end, reason=reason,
        actor=actor or cast.staff, at=at,
    )  # fmt: skip


@pytest.mark.parametrize("who", ["staff", "admin"])
def test_the_county_grants_and_ends(cast, who):
    row = exempt(cast, end=None, actor=getattr(cast, who))
    assert row.granted_by == getattr(cast, who)
    end_exemption(exemption=row, ended_on=date(2026, 5, 10), actor=getattr(cast, who), at=moment(date(2026, 5, 8)))
    row.refresh_from_db()
    assert row.ended_on == date(2026, 5, 10)
    assert [Notice.objects.filter(user=cast.deputy).count(), AuditLog.objects.filter(action="end_exemption").count()] == [2, 1]


@pytest.mark.parametrize("who", ["clerk", "head", "deputy", "auditor", "stranger", "officer"])
def test_nobody_else_does(cast, who):
    row = exempt(cast)
    with pytest.raises(NotAllowed):
        exempt(cast, deputy=cast.head_person, actor=getattr(cast, who))
    with pytest.raises(NotAllowed):
        end_exemption(exemption=row, ended_on=MAY[0], actor=getattr(cast, who), at=AT)


def test_in_force_on_its_days(cast):
    row = exempt(cast)
    days = [MAY[0] - timedelta(days=1), MAY[0], MAY[1], MAY[1] + timedelta(days=1)]
    assert [row in Exemption.objects.in_force(day) for day in days] == [False, True, True, False]


@pytest.mark.parametrize(("field", "wrong"), [
    ("reason", {"reason": " "}), ("reason", {"reason": "字" * 101}), ("covers", {"covers": "rest"}),
    ("ended_on", {"end": MAY[0] - timedelta(days=1)}),
])  # fmt: skip
def test_what_needs_another_look(cast, field, wrong):
    with pytest.raises(DomainError) as caught:
        exempt(cast, **wrong)
    assert field in caught.value.fields


@pytest.mark.parametrize(("first", "second", "overlap"), [
    (Covers.ALL, Covers.DUTY, True), (Covers.DUTY, Covers.DUTY, True), (Covers.DUTY, Covers.ALL, True),
    (Covers.DUTY, Covers.ACTIVITIES, False),
])  # fmt: skip
def test_one_at_a_time_for_the_same(cast, first, second, overlap):
    exempt(cast, covers=first)
    if overlap:
        with pytest.raises(Conflict):
            exempt(cast, start=MAY[1], end=None, covers=second)
    else:
        exempt(cast, start=MAY[1], end=None, covers=second)
    exempt(cast, deputy=cast.head_person, covers=second)
    exempt(cast, start=MAY[0] - timedelta(days=9), end=MAY[0] - timedelta(days=1), covers=second)


def test_making_one_longer_stops_at_the_next(cast):
    row = exempt(cast)
    exempt(cast, start=date(2026, 6, 5), end=None)
    end_exemption(exemption=row, ended_on=date(2026, 6, 4), actor=cast.staff, at=AT)
    with pytest.raises(Conflict):
        end_exemption(exemption=row, ended_on=date(2026, 6, 5), actor=cast.staff, at=AT)


def test_what_is_over_stays_as_it_was(cast):
    row = exempt(cast)
    with pytest.raises(Conflict, match="已经结束"):
        end_exemption(exemption=row, ended_on=MAY[0], actor=cast.staff, at=moment(date(2026, 6, 1)))
    with pytest.raises(DomainError, match="不能早于开始日期"):
        end_exemption(exemption=row, ended_on=MAY[0] - timedelta(days=1), actor=cast.staff, at=AT)


@pytest.mark.parametrize(("who", "sees"), [
    ("staff", True), ("auditor", True), ("clerk", True), ("deputy", True), ("stranger", False), ("head", False),
    ("officer", False),
])  # fmt: skip
def test_the_reason_is_for_staff_and_oneself(cast, who, sees):
    exempt(cast)
    assert Exemption.objects.visible_to(getattr(cast, who)).exists() == sees
