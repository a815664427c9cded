"""Service records: who records whose, numbers, roles, voiding; the deputy's page and the station's register."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from activities.models import ServiceRecord
from activities.rules.services import ROLE_OF_KIND
from activities.services import grant_exception, record_service, set_filing_limit, void_service
from activities.states import LogState, ServiceKind
from deputies.states import ServiceRole
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.models import AuditLog
from julu_liaison.common.working_days import today_here
from tests.cast import OPENED, make_deputy, moment

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)
TEXT = "调解了两户的宅基地纠纷"


def serve(cast, *people, actor=None, kind=ServiceKind.MEDIATION, on=DAY, text=TEXT, **fields) -> ServiceRecord:
    return record_service(
        deputies=people or [cast.deputy_person], kind=kind, date=on, text=text, actor=actor or cast.clerk,
        at=moment(max(on, DAY)), **fields,
    )  # fmt: skip


def refused(field: str, act) -> str:
    with pytest.raises(DomainError) as caught:
        act()
    assert field in caught.value.fields
    return caught.value.message


# ---- Writing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["deputy", "head", "clerk", "staff", "admin"])
def test_the_deputy_the_head_the_clerk_and_the_county_record(cast, who):
    row = serve(cast, actor=getattr(cast, who), received=3)
    assert (row.number, row.branch, row.station, row.register) == ("〔2026〕第001号", cast.gt01, cast.gt, cast.gt)
    assert list(row.deputies.all()) == [cast.deputy_person] and row.recorder == getattr(cast, who)
    assert AuditLog.objects.filter(action="record_service", target_key=str(row.uid)).exists()


@pytest.mark.parametrize("who", ["stranger", "auditor", "officer", "system"])
def test_nobody_else_does(cast, who):
    with pytest.raises(NotAllowed):
        serve(cast, actor=getattr(cast, who))
    assert not ServiceRecord.objects.exists()


def test_a_deputy_records_for_no_colleague(cast):
    with pytest.raises(NotAllowed, match="陈卫"):
        serve(cast, cast.deputy_person, cast.deputies["GT01"][2], actor=cast.deputy)


def test_a_head_records_for_the_own_branch_alone(cast):
    with pytest.raises(NotAllowed, match="王芳"):
        serve(cast, cast.head_person, cast.deputies["GT02"][1], actor=cast.head)


@given(kind=st.sampled_from(ServiceKind.values))
def test_every_kind_has_its_usual_role(kind):
    assert ROLE_OF_KIND[kind] in ServiceRole.values


@pytest.mark.parametrize(("kind", "role"), [
    (ServiceKind.MEDIATION, "mediator"), (ServiceKind.PUBLICITY, "publicist"), (ServiceKind.HOUSEHOLD, "servant"),
    (ServiceKind.ERRAND, "servant"), (ServiceKind.OTHER, "liaison"),
])  # fmt: skip
def test_the_role_follows_from_the_kind_unless_it_is_said(cast, kind, role):
    assert serve(cast, kind=kind).service_role == role
    assert serve(cast, kind=kind, text="另一件", service_role=ServiceRole.PUBLICIST).service_role == "publicist"


def test_several_deputies_belong_to_the_branch_of_most(cast):
    one, two = cast.deputies["GT01"][:2]
    other = cast.deputies["GT02"]
    assert serve(cast, one, *other).branch == cast.gt02
    assert serve(cast, one, two, other[0]).branch == cast.gt01
    assert serve(cast, one, other[0]).branch == cast.gt01  # as many of each: the first in official order


def test_deputies_of_two_stations_are_two_records(cast):
    message = refused("deputies", lambda: serve(cast, cast.deputy_person, cast.deputies["YT01"][0], actor=cast.staff))
    assert "别的站另记一条" in message


def test_numbers_run_per_station_and_year(cast):
    first, second = serve(cast), serve(cast, text="第二件", on=date(2026, 1, 5))
    foreign = serve(cast, cast.deputies["YT01"][0], actor=cast.stranger)
    earlier = serve(cast, on=date(2025, 12, 31))
    assert [row.number for row in (first, second, foreign, earlier)] == [
        "〔2026〕第001号", "〔2026〕第002号", "〔2026〕第001号", "〔2025〕第001号",
    ]  # fmt: skip


def test_the_same_sent_twice_is_one_record(cast):
    assert serve(cast, received=2) == serve(cast, received=2)
    assert serve(cast, received=3).serial == 2
    assert serve(cast, cast.deputies["GT01"][2], received=2).serial == 3


def test_a_refused_record_takes_no_number(cast):
    refused("text", lambda: serve(cast, text="  "))
    assert serve(cast).serial == 1


@pytest.mark.parametrize(("field", "wrong"), [
    ("text", {"text": ""}), ("text", {"text": "字" * 501}), ("kind", {"kind": "party"}),
    ("service_role", {"service_role": "boss"}), ("received", {"received": -1}), ("leaflets", {"leaflets": 100_000}),
])  # fmt: skip
def test_what_needs_another_look(cast, field, wrong):
    refused(field, lambda: serve(cast, **wrong))


def test_days_on_which_nobody_can_have_served(cast):
    tomorrow = DAY + timedelta(days=1)
    refused("date", lambda: record_service(
        deputies=[cast.deputy_person], kind="other", date=tomorrow, text=TEXT, actor=cast.clerk, at=moment(DAY)
    ))  # fmt: skip
    refused("date", lambda: serve(cast, on=OPENED - timedelta(days=1)))
    refused("deputies", lambda: record_service(
        deputies=[], kind="other", date=DAY, text=TEXT, actor=cast.clerk, at=moment(DAY)
    ))  # fmt: skip


def test_months_that_are_closed_are_the_countys_to_open(cast):
    row = serve(cast)
    set_filing_limit(county=cast.county, day=5, actor=cast.admin, at=moment(DAY))
    late = moment(date(2026, 4, 6))
    for act in (
        lambda: record_service(deputies=[cast.deputy_person], kind="other", date=DAY, text="补", actor=cast.clerk, at=late),
        lambda: void_service(record=row, reason="错了", actor=cast.clerk, at=late),
    ):
        assert "县人大办公室批准" in refused("date", act)
    grant_exception(
        place=cast.gt01, started_on=DAY, ended_on=DAY, open_until=late.date(), reason="补录", actor=cast.staff, at=late
    )  # fmt: skip
    void_service(record=row, reason="错了", actor=cast.clerk, at=late)


def test_voiding_keeps_the_number_and_the_reason(cast):
    row = serve(cast)
    void_service(record=row, reason="重复了", actor=cast.clerk, at=moment(DAY))
    row.refresh_from_db()
    assert (row.state, row.void_reason, row.serial) == (LogState.VOID, "重复了", 1)
    assert serve(cast).serial == 2  # the same again is a new record, under a new number
    with pytest.raises(Conflict):
        void_service(record=row, reason="又一次", actor=cast.clerk, at=moment(DAY))


@pytest.mark.parametrize(("who", "allowed"), [
    ("deputy", True), ("clerk", True), ("staff", True), ("head", False), ("stranger", False), ("auditor", False),
])  # fmt: skip
def test_who_voids_what_a_deputy_recorded(cast, who, allowed):
    row = serve(cast, actor=cast.deputy)
    if allowed:
        void_service(record=row, reason="记错了", actor=getattr(cast, who), at=moment(DAY))
    else:
        with pytest.raises(NotAllowed):
            void_service(record=row, reason="记错了", actor=getattr(cast, who), at=moment(DAY))


def test_voiding_asks_for_a_reason(cast):
    refused("reason", lambda: void_service(record=serve(cast), reason=" ", actor=cast.clerk, at=moment(DAY)))
