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
from activities.services import grant_exception, record_problems, record_service, set_filing_limit, void_service
from activities.states import LogState, ServiceKind
from deputies.models import Membership
from deputies.services import assign_to_branch
from deputies.states import ServiceRole
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.models import AuditLog
from julu_liaison.common.working_days import today_here
from stations.services import move_branch
from tests.cast import OPENED, moment

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
        lambda: record_service(
            deputies=[cast.deputy_person], kind="other", date=DAY, text="补", actor=cast.clerk, at=late
        ),
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


def test_records_move_with_their_branch_and_keep_the_number(cast):
    row = serve(cast)
    move_branch(branch=cast.gt01, to=cast.yt, on=DAY, name="第三分站", actor=cast.staff, at=moment(DAY))
    row.refresh_from_db()
    assert (row.station, row.register, row.foreign_register) == (cast.yt, cast.gt, "官亭镇")
    assert ServiceRecord.objects.visible_to(cast.stranger).get() == row and record_problems() == []
    assert serve(cast, actor=cast.stranger, text="搬走以后").register == cast.yt
    ServiceRecord.objects.filter(pk=row.pk).update(station=cast.gt)
    assert any("服务记录" in problem for problem in record_problems())


# ---- The deputy's page ---------------------------------------------------------------------------------------------


def typed(**fields) -> dict:
    return {"text": TEXT, "date": today_here().isoformat(), "kind": "mediation"} | fields


def lately(cast, *people, **fields) -> ServiceRecord:
    """A record of today, as the pages show by themselves."""
    return record_service(
        deputies=people or [cast.deputy_person], kind="mediation", date=today_here(), actor=cast.clerk,
        at=moment(today_here()), **({"text": TEXT} | fields),
    )  # fmt: skip


def test_a_deputy_writes_one_down_with_the_kind_as_the_button(cast, signed_in):
    client = signed_in(cast.deputy)
    answer = client.post(reverse("my-service-add"), typed(kind="publicity", received="３", leaflets="20"), follow=True)
    row = ServiceRecord.objects.get()
    assert (row.kind, row.service_role, row.received, row.households, row.leaflets) == (
        "publicity",
        "publicist",
        3,
        0,
        20,
    )
    assert list(row.deputies.all()) == [cast.deputy_person] and row.branch == cast.gt01
    assert row.number in answer.text and TEXT in answer.text
    assert answer.context["roles"] == [("宣传员", 1), ("联络员", 0), ("调解员", 0), ("服务员", 0)]


def test_the_role_can_be_chosen(cast, signed_in):
    signed_in(cast.deputy).post(reverse("my-service-add"), typed(service_role="servant"))
    assert ServiceRecord.objects.get().service_role == "servant"


@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"text": ""}, "请写做了什么"), ({"received": "三个"}, "请填数字"), ({"kind": ""}, "请点是哪一类服务"),
    ({"date": "2099-01-01"}, "不能晚于今天"), ({"date": ""}, "请填哪天"), ({"leaflets": "100000"}, "请填0到99999"),
])  # fmt: skip
def test_errors_keep_what_was_typed(cast, signed_in, wrong, sentence):
    answer = signed_in(cast.deputy).post(reverse("my-service-add"), typed(households="7") | wrong)
    assert answer.status_code == 400 and sentence in answer.text
    assert 'value="7"' in answer.text and not ServiceRecord.objects.exists()
    assert wrong.get("text") == "" or TEXT in answer.text


def test_nobody_without_a_deputy_has_that_page(cast, signed_in):
    for who in (cast.clerk, cast.staff, cast.officer):
        client = signed_in(who)
        assert [client.get(reverse(name)).status_code for name in ("my-service", "my-service-add")] == [404, 404]


def test_voiding_ones_own_on_the_page(cast, signed_in):
    client = signed_in(cast.deputy)
    client.post(reverse("my-service-add"), typed())
    row = ServiceRecord.objects.get()
    url = reverse("service-record", args=[row.uid])
    assert "请写原因" in client.post(url, {"reason": " "}).text
    answer = client.post(url, {"reason": "记到别的日子了"}, follow=True)
    assert "记到别的日子了" in answer.text and "已作废" in answer.text
    page = client.get(reverse("my-service"))
    assert "已作废" in page.text and page.context["roles"][2] == ("调解员", 0)
    assert client.post(url, {"reason": "又一次"}).status_code == 409


# ---- The station's register ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "register", "record"), [
    ("clerk", 200, 200), ("head", 200, 200), ("staff", 200, 200), ("admin", 200, 200), ("auditor", 200, 200),
    ("deputy", 403, 200), ("stranger", 200, 404), ("officer", 403, 404), ("system", 403, 404), (None, 302, 302),
])  # fmt: skip
def test_who_opens_what(cast, client, who, register, record):
    row = lately(cast)
    if who:
        client.force_login(getattr(cast, who), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("station-service")).status_code == register
    assert client.get(reverse("service-record", args=[row.uid])).status_code == record


@pytest.mark.parametrize(("who", "status"), [
    ("clerk", 200), ("head", 200), ("staff", 200), ("auditor", 403), ("deputy", 403), ("officer", 403),
])  # fmt: skip
def test_who_writes_for_others(cast, signed_in, who, status):
    assert signed_in(getattr(cast, who)).get(reverse("service-add")).status_code == status


def test_a_clerk_writes_one_down_for_several(cast, signed_in):
    client, people = signed_in(cast.clerk), [cast.deputies["GT01"][1], cast.deputies["GT01"][2]]
    page = client.get(reverse("service-add"))
    assert [(branch.code, len(boxes)) for branch, boxes in page.context["form"].groups] == [("GT01", 4), ("GT02", 2)]
    answer = client.post(reverse("service-add"), typed(deputies=[one.code for one in people]), follow=True)
    assert set(ServiceRecord.objects.get().deputies.all()) == set(people) and "〔" in answer.text


def test_a_head_sees_the_own_branch_alone(cast, signed_in):
    client = signed_in(cast.head)
    page = client.get(reverse("service-add"))
    assert [branch.code for branch, _boxes in page.context["form"].groups] == ["GT01"]
    foreign = cast.deputies["GT02"][0].code
    answer = client.post(reverse("service-add"), typed(deputies=[foreign]))
    assert answer.status_code == 400 and "请从名单里选代表" in answer.text


def test_the_county_chooses_a_station_first(cast, signed_in):
    client = signed_in(cast.staff)
    page = client.get(reverse("service-add"))
    assert [station.code for station in page.context["stations"]] == ["GT", "YT"]
    assert client.get(reverse("service-add"), {"station": "YT"}).context["station"] == cast.yt
    assert client.get(reverse("service-add"), {"station": "XX"}).status_code == 404


def test_boxes_stay_ticked_when_something_needs_mending(cast, signed_in):
    answer = signed_in(cast.clerk).post(reverse("service-add"), typed(deputies=[cast.deputy_person.code], text=""))
    ticked = [person for _b, boxes in answer.context["form"].groups for person, is_ticked in boxes if is_ticked]
    assert answer.status_code == 400 and ticked == [cast.deputy_person]
    assert "请至少选一位代表" in signed_in(cast.clerk).post(reverse("service-add"), typed()).text


def test_the_register_shows_void_ones_and_filters(cast, signed_in):
    lately(cast)
    other = record_service(
        deputies=[cast.deputy_person], kind=ServiceKind.ERRAND, date=today_here(), text="代办医保", actor=cast.clerk,
        at=moment(today_here()),
    )  # fmt: skip
    void_service(record=other, reason="重复登记了", actor=cast.clerk, at=moment(today_here()))
    client, url = signed_in(cast.clerk), reverse("station-service")
    page = client.get(url)
    assert [row.serial for row in page.context["rows"]] == [2, 1] and "重复登记了" in page.text
    assert [row.serial for row in client.get(url, {"kind": "mediation"}).context["rows"]] == [1]
    assert client.get(url, {"kind": "party"}).context["rows"] == []
    assert client.get(url, {"year": "1999"}).context["rows"] == []
    county = signed_in(cast.staff)
    assert len(county.get(url, {"station": "GT"}).context["rows"]) == 2
    assert county.get(url, {"station": "YT"}).context["rows"] == []


def test_the_register_as_a_workbook(cast, signed_in):
    row = lately(cast, text="=1+1")
    void_service(record=lately(cast, received=9), reason="错了", actor=cast.clerk, at=moment(today_here()))
    answer = signed_in(cast.clerk).get(reverse("station-service"), {"format": "xlsx"})
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    rows = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=3)]
    assert [line[1] for line in rows] == [f"〔{row.year}〕第001号", f"〔{row.year}〕第002号"]
    assert rows[0][7] == "=1+1" and sheet.cell(3, 8).data_type == "s"
    assert rows[1][8] == 0 and rows[1][12:] == ["已作废", "错了"]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("name", "who", "queries"), [
    ("station-service", "clerk", 10), ("station-service", "staff", 10), ("my-service", "deputy", 8),
])  # fmt: skip
def test_lists_cost_the_same_with_one_and_three(cast, signed_in, django_assert_num_queries, count, name, who, queries):
    for number in range(count):
        lately(cast, *cast.deputies["GT01"][: number + 2], text=f"第{number}件")
    client = signed_in(getattr(cast, who))
    client.get(reverse(name))
    with django_assert_num_queries(queries):
        client.get(reverse(name))


def test_somebody_who_moved_this_year_can_still_be_chosen(cast, signed_in):
    today = today_here()
    moved = cast.deputies["GT01"][3]
    assign_to_branch(deputy=moved, branch=cast.yt01, role="member", started_on=today, actor=cast.admin)
    before = Membership.objects.filter(deputy=moved, branch=cast.gt01)
    assert moved.code in signed_in(cast.clerk).get(reverse("service-add")).context["form"].people
    before.update(ended_on=date(today.year - 1, 12, 31))
    assert moved.code not in signed_in(cast.clerk).get(reverse("service-add")).context["form"].people
