"""A month without service costs whom the plan had asked, once the station says that its records are complete."""

from datetime import date

import pytest
from django.urls import reverse

from activities.models import CompleteMonth, DutyLog, Exemption, OtherService, Roster, Shift
from activities.services import (
    SundayRow,
    ask_leave,
    decide_leave,
    declare_month,
    drop_other_service,
    end_exemption,
    file_log,
    grant_exemption,
    plan_other_service,
    record_activity,
    record_not_held,
    record_service,
    take_back_month,
    void_log,
    void_service,
)
from activities.states import ActivityKind, Covers, Presence, RosterState, ShiftState
from deputies.services import assign_to_branch
from deputies.states import MembershipRole
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.notices.models import Notice
from scoring.models import PointEntry, Scheme, YearClosing
from scoring.services import open_scheme, rescore
from scoring.services.ledger.verifying import verify
from tests.cast import moment
from tests.duties import duty

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)  # a Sunday
AT = moment(date(2026, 4, 2))
OCTOBER = date(2026, 10, 25)
IDLE = [("idle_month", -2.0)]


@pytest.fixture
def asked(cast):
    """The deputy has one Sunday of March; whoever came, a log of it was filed without the deputy's name."""
    return duty(cast.gt01, MARCH, cast.head_person, cast.deputy_person)


@pytest.fixture(autouse=True)
def at_once(django_capture_on_commit_callbacks):
    """What is announced after commit happens in these tests, too."""
    with django_capture_on_commit_callbacks(execute=True):
        yield


def declare(cast, month=MARCH, at=AT):
    return declare_month(station=cast.gt, month=month, actor=cast.clerk, at=at)


def log(cast, day=MARCH, at=AT, **status):
    people = {"head": cast.head_person, "deputy": cast.deputy_person}
    attendance = {people[name]: value for name, value in status.items()}
    row = SundayRow(branch=cast.gt01, attendance=attendance, received=0, matters=[])
    return file_log(row=row, on=day, actor=cast.clerk, at=at)


def charged(cast, person=None, year=2026):
    """What stands in the deputy's ledger after a further run: item and points."""
    rescore(county=cast.county, year=year, at=AT)
    rows = PointEntry.objects.standing().filter(deputy=person or cast.deputy_person)
    return [(entry.rule.item, float(entry.points)) for entry in rows.select_related("rule")]


def test_asked_and_not_served(cast, asked):
    assert charged(cast) == []  # nobody has said yet that all is recorded
    declare(cast)
    assert charged(cast) == IDLE == charged(cast, cast.head_person)
    entry = PointEntry.objects.get(deputy=cast.deputy_person)
    assert (entry.occurred_on, entry.fact_key) == (date(2026, 3, 31), "month:2026-03")
    assert entry.source_key == "GT:2026-03"
    assert "当月记录齐全" in entry.reason
    assert charged(cast, cast.deputies["YT01"][0]) == []


def test_left_over_by_the_plan(cast, asked):
    declare(cast)
    assert charged(cast, cast.deputies["GT01"][2]) == []


@pytest.mark.parametrize("state", [ShiftState.CANCELLED, ShiftState.NOT_HELD])
def test_a_day_called_off_asked_nobody(cast, asked, state):
    Shift.objects.update(state=state)
    declare(cast)
    assert charged(cast) == []


@pytest.mark.parametrize(("state", "costs"), [(RosterState.PUBLISHED, IDLE), (RosterState.DRAFT, [])])
def test_another_service_asked_for(cast, asked, state, costs):
    Roster.objects.update(state=state)
    third = cast.deputies["GT01"][2]
    other = OtherService(roster=Roster.objects.get(), deputy=third, by=date(2026, 3, 31))
    other.put_at(cast.gt01)
    other.save()
    declare(cast)
    assert charged(cast, third) == costs


@pytest.mark.parametrize(("status", "costs"), [
    (Presence.ABSENT, [("duty_missed", -2.0)]),  # not twice for one month
    (Presence.PRIVATE_LEAVE, [("private_leave", -1.0)]),
    (Presence.SICK_LEAVE, []),
    (Presence.LATE, [("late_or_early", -1.0)]),
    (Presence.PRESENT, []),
])  # fmt: skip
def test_what_the_log_says_of_the_deputy_comes_first(cast, asked, status, costs):
    log(cast, head=Presence.PRESENT, deputy=status)
    declare(cast)
    assert charged(cast) == costs


def test_leave_approved_before(cast):
    day = date(2026, 3, 8)
    duty(cast.gt01, day, cast.head_person, cast.deputy_person)
    early = moment(MARCH)
    leave = ask_leave(
        deputy=cast.deputy_person, kind=Presence.SICK_LEAVE, started_on=day, ended_on=day, reason="看病",
        actor=cast.deputy, at=early,
    )  # fmt: skip
    decide_leave(leave=leave, approve=True, actor=cast.clerk, at=early)
    declare(cast)
    assert charged(cast) == []


@pytest.mark.parametrize("when", [date(2026, 2, 20), date(2026, 4, 1)])
def test_exempt_before_or_afterwards(cast, asked, when):
    grant_exemption(
        deputy=cast.deputy_person, covers=Covers.DUTY, started_on=date(2026, 2, 25), ended_on=date(2026, 4, 30),
        reason="住院", actor=cast.staff, at=moment(when),
    )  # fmt: skip
    declare(cast)
    assert charged(cast) == [] and charged(cast, cast.head_person) == IDLE


def test_an_exemption_from_activities_alone_changes_nothing(cast, asked):
    grant_exemption(
        deputy=cast.deputy_person, covers=Covers.ACTIVITIES, started_on=date(2026, 2, 25), ended_on=None,
        reason="出差", actor=cast.staff, at=moment(date(2026, 2, 25)),
    )  # fmt: skip
    declare(cast)
    assert charged(cast) == IDLE


def test_another_form_of_service_counts_also_when_recorded_later(cast, asked):
    declare(cast)
    assert charged(cast) == IDLE
    record_service(
        deputies=[cast.deputy_person], kind="mediation", date=date(2026, 3, 20), text="调解宅基地纠纷",
        actor=cast.clerk, at=AT,
    )  # fmt: skip
    assert charged(cast) == []
    reversal = PointEntry.objects.exclude(reverses=None).get()
    assert "补登记了当月的服务" in reversal.reason and reversal.block == "base"


@pytest.mark.parametrize(("kind", "costs"), [(ActivityKind.MEDIATION, []), (ActivityKind.STUDY, IDLE)])
def test_activities_that_are_service_count(cast, asked, kind, costs):
    record_activity(
        station=cast.gt, kind=kind, title="活动", held_on=date(2026, 3, 18),
        attendance={cast.deputy_person: Presence.PRESENT}, actor=cast.clerk, at=AT,
    )  # fmt: skip
    declare(cast)
    assert charged(cast) == costs


def test_a_sunday_put_off_counts_for_its_own_month(cast):
    held = date(2026, 11, 1)
    shift = duty(cast.gt01, OCTOBER, cast.head_person, cast.deputy_person)
    Shift.objects.filter(pk=shift.pk).update(date=held)
    at = moment(date(2026, 11, 5))
    log(cast, held, at=at, head=Presence.ABSENT, deputy=Presence.PRESENT)
    declare(cast, OCTOBER, at=at)
    assert charged(cast) == []


def put_off(branch, sunday, held, *people):
    shift = duty(branch, sunday, *people)
    Shift.objects.filter(pk=shift.pk).update(date=held)
    return shift


def test_missed_it_is_charged_once_and_frees_no_other_month(cast):
    held, at, stand_in = date(2026, 11, 1), moment(date(2026, 12, 3)), cast.deputies["GT02"][1]
    put_off(cast.gt01, OCTOBER, held, cast.head_person, cast.deputy_person)
    duty(cast.gt01, date(2026, 11, 15), cast.head_person, cast.deputy_person)
    duty(cast.gt02, date(2026, 10, 18), stand_in)
    row = SundayRow(
        branch=cast.gt01, received=0, matters=[],
        attendance={cast.deputy_person: Presence.ABSENT, stand_in: Presence.SUBSTITUTE},
        stands_in_for={stand_in: cast.head_person},
    )  # fmt: skip
    file_log(row=row, on=held, actor=cast.clerk, at=at)
    declare(cast, OCTOBER, at=at)
    assert charged(cast) == [("duty_missed", -2.0)] and charged(cast, stand_in) == []
    declare(cast, held, at=at)
    assert sorted(charged(cast)) == [("duty_missed", -2.0), *IDLE]
    missed = PointEntry.objects.get(rule__item="duty_missed")
    assert missed.occurred_on == OCTOBER and "11月1日(原10月25日)第一分站接待日" in missed.reason


def test_leave_from_it_counts_for_its_own_month(cast):
    held, before = date(2026, 11, 1), moment(date(2026, 10, 20))
    put_off(cast.gt01, OCTOBER, held, cast.head_person, cast.deputy_person)
    leave = ask_leave(
        deputy=cast.deputy_person, kind=Presence.PRIVATE_LEAVE, started_on=held, ended_on=held, reason="有事",
        actor=cast.deputy, at=before,
    )  # fmt: skip
    decide_leave(leave=leave, approve=True, actor=cast.clerk, at=before)
    OtherService.objects.bulk_create([other_service(cast, OCTOBER)])
    declare(cast, OCTOBER, at=moment(date(2026, 11, 5)))
    assert charged(cast) == [("private_leave", -1.0)]
    assert PointEntry.objects.get(deputy=cast.deputy_person).occurred_on == OCTOBER


def other_service(cast, day):
    other = OtherService(roster=Roster.objects.get(month=day.replace(day=1)), deputy=cast.deputy_person, by=day)
    other.put_at(cast.gt01)
    return other


def test_held_in_january_it_belongs_to_the_old_year(cast, django_capture_on_commit_callbacks):
    december, held = date(2026, 12, 27), date(2027, 1, 4)
    at = moment(date(2027, 1, 5))
    for year in (2026, 2027):
        open_scheme(county=cast.county, year=year, actor=None, at=at)
    put_off(cast.gt01, december, held, cast.head_person, cast.deputy_person)
    with django_capture_on_commit_callbacks(execute=True):
        filed = log(cast, held, at=at, head=Presence.PRESENT, deputy=Presence.ABSENT).log
    entry = PointEntry.objects.get()
    assert (entry.rule.item, entry.year, entry.occurred_on) == ("duty_missed", 2026, december)
    declare(cast, december, at=at)
    for year in (2026, 2027):
        assert charged(cast, year=year) == [("duty_missed", -2.0)] and charged(cast, cast.head_person, year=year) == []
    with django_capture_on_commit_callbacks(execute=True):
        void_log(log=filed, reason="登记错了分站", actor=cast.clerk, at=at)
    assert standing(cast) == IDLE == standing(cast, cast.head_person)


def test_a_month_is_not_complete_before_its_last_reception(cast):
    held = date(2026, 11, 8)
    shift = put_off(cast.gt01, OCTOBER, held, cast.deputy_person)
    for day in (date(2026, 11, 5), held):
        with pytest.raises(DomainError, match="第一分站11月8日的接待算10月的"):
            declare(cast, OCTOBER, at=moment(day))
    declare(cast, date(2026, 9, 1), at=moment(held))
    Shift.objects.filter(pk=shift.pk).update(state=ShiftState.CANCELLED)
    declare(cast, OCTOBER, at=moment(held))


def test_a_member_for_half_the_month_is_not_charged(cast, asked):
    assign_to_branch(
        deputy=cast.deputy_person, branch=cast.yt01, role=MembershipRole.MEMBER, started_on=date(2026, 3, 16),
        actor=cast.staff,
    )  # fmt: skip
    declare(cast)
    declare_month(station=cast.yt, month=MARCH, actor=cast.stranger, at=AT)
    assert charged(cast) == []


def test_changing_the_branch_within_the_station_keeps_the_month(cast, asked):
    assign_to_branch(
        deputy=cast.deputy_person, branch=cast.gt02, role=MembershipRole.MEMBER, started_on=date(2026, 3, 16),
        actor=cast.staff,
    )  # fmt: skip
    declare(cast)
    assert charged(cast) == IDLE


def test_taken_back_it_is_reversed_with_the_reason(cast, asked):
    row = declare(cast)
    assert charged(cast) == IDLE
    take_back_month(row=row, reason="还有两次没有登记", actor=cast.clerk, at=AT)
    assert charged(cast) == []
    assert "还有两次没有登记" in PointEntry.objects.exclude(reverses=None).filter(deputy=cast.deputy_person).get().reason
    filed = log(cast, head=Presence.PRESENT, deputy=Presence.PRESENT).log
    declare(cast)
    assert charged(cast) == []
    void_log(log=filed, reason="登记错了分站", actor=cast.clerk, at=AT)
    assert charged(cast) == IDLE


def test_another_stations_word_is_neither_reason_nor_cause(cast, asked):
    row = declare(cast)
    other = declare_month(station=cast.yt, month=MARCH, actor=cast.stranger, at=AT)
    take_back_month(row=other, reason="阎疃还没登完", actor=cast.stranger, at=AT)
    take_back_month(row=row, reason="官亭还没登完", actor=cast.clerk, at=AT)
    declare(cast)
    assert charged(cast) == IDLE and verify() == []
    serve(cast)
    assert charged(cast) == []
    said = PointEntry.objects.exclude(reverses=None).order_by("-number").first().reason
    assert "补登记了当月的服务" in said and "没登完" not in said
    CompleteMonth.objects.update(taken_back_at=AT, taken_back_by=cast.clerk)
    assert any("联络站的确认已经取消" in words for words in verify())
    CompleteMonth.objects.filter(station=cast.gt).delete()
    assert any("来源的记录(月度履职)找不到" in words for words in verify())


def serve(cast):
    return record_service(
        deputies=[cast.deputy_person], kind="mediation", date=date(2026, 3, 20), text="调解宅基地纠纷",
        actor=cast.clerk, at=AT,
    )  # fmt: skip


def standing(cast, person=None):
    """What stands in the deputy's ledger without a further run."""
    rows = PointEntry.objects.standing().filter(deputy=person or cast.deputy_person)
    return [(entry.rule.item, float(entry.points)) for entry in rows.select_related("rule")]


def test_the_ledger_follows_at_once(cast, asked, django_capture_on_commit_callbacks):
    def after(step, **facts):
        with django_capture_on_commit_callbacks(execute=True):
            made = step(**facts)
        return standing(cast), made

    by = {"actor": cast.clerk, "at": AT}
    assert after(declare, cast=cast)[0] == IDLE
    charges, record = after(serve, cast=cast)
    assert charges == []
    assert after(void_service, record=record, reason="记错了人", **by)[0] == IDLE
    assert after(record_not_held, branch=cast.gt01, on=MARCH, reason="下大雪", **by)[0] == []
    charges, other = after(
        plan_other_service, roster=asked.roster, deputy=cast.deputy_person, form="visit", by=date(2026, 3, 31), note="", **by
    )  # fmt: skip
    assert charges == IDLE
    assert after(drop_other_service, service=other, **by)[0] == []
    row = SundayRow(branch=cast.gt01, attendance={cast.head_person: Presence.PRESENT}, received=0, matters=[])
    assert after(file_log, row=row, on=MARCH, **by)[0] == IDLE  # it took place after all
    charges, freed = after(
        grant_exemption, deputy=cast.deputy_person, covers=Covers.DUTY, started_on=MARCH, reason="住院", actor=cast.staff,
        at=AT,
    )  # fmt: skip
    assert charges == []
    Exemption.objects.update(started_on=date(2026, 2, 1))
    assert after(end_exemption, exemption=freed, ended_on=date(2026, 2, 5), actor=cast.staff, at=AT)[0] == IDLE


def test_who_says_so(cast, asked):
    row = declare(cast)
    for actor in (cast.auditor, cast.stranger, cast.head, cast.deputy, cast.officer):
        with pytest.raises(NotAllowed):
            declare_month(station=cast.gt, month=date(2026, 2, 1), actor=actor, at=AT)
        with pytest.raises(NotAllowed):
            take_back_month(row=row, reason="不对", actor=actor, at=AT)


def test_what_cannot_be_said(cast):
    for month, station, error in (
        (date(2026, 4, 1), cast.gt, DomainError), (MARCH, cast.gt01, DomainError), (MARCH, cast.county, DomainError)
    ):  # fmt: skip
        with pytest.raises(error):
            declare_month(station=station, month=month, actor=cast.staff, at=AT)
    declare(cast)
    with pytest.raises(Conflict):
        declare(cast)


def row_of(answer, month=3):
    return answer.context["lines"][month - 1][0]


def test_the_page_says_what_is_lacking_and_takes_the_word(cast, asked, signed_in):
    client, url = signed_in(cast.clerk), reverse("months")
    duty(cast.gt01, date(2026, 3, 8), cast.deputy_person)
    log(cast, head=Presence.PRESENT, deputy=Presence.ABSENT)
    answer = client.get(url)
    records = row_of(answer)
    assert ([shift.date for shift in records.missing], records.unconfirmed) == ([date(2026, 3, 8)], 1)
    assert "没有登记的接待1次" in answer.text and "3月8日第一分站" in answer.text and "按积分方案扣" in answer.text
    Shift.objects.filter(date=date(2026, 3, 8)).update(state=ShiftState.CANCELLED)
    DutyLog.objects.update(confirmed_at=AT)
    assert not row_of(client.get(url)).lacks
    declare_url = reverse("months-declare")
    assert declared_in_two_steps(client, "2026-03").status_code == 302
    row = CompleteMonth.objects.get()
    assert "记录齐全" in client.get(url).text
    back = reverse("months-take-back", args=[row.pk])
    answer = client.post(back, {"reason": " "})
    assert (answer.status_code, CompleteMonth.objects.standing().count()) == (400, 1)
    answer = client.post(back, {"reason": "字" * 101})
    assert answer.status_code == 400 and "字" * 101 in answer.text
    assert client.post(back, {"reason": "漏了一次"}).status_code == 302
    assert "取消过确认:漏了一次" in client.get(url).text
    assert client.post(back, {"reason": "漏了一次"}).status_code == 409
    for wrong in ("2026-13", "2026-3", "", "\0", "9999-01"):
        assert client.post(declare_url, {"station": "GT", "month": wrong}).status_code == 404
    for wrong in ("YT", "GT01", "\0", "无", ""):
        assert client.post(declare_url, {"station": wrong, "month": "2026-03"}).status_code == 404
    for query in ({"year": "1999"}, {"year": "x"}, {"year": "99999"}, {"station": "YT"}, {"station": "\0"}):
        assert client.get(url, query).status_code == 404


def declared_in_two_steps(client, month):
    answer = client.post(reverse("months-declare"), {"station": "GT", "month": month})
    seen = answer.context["preview"].mark
    return client.post(reverse("months-declare"), {"station": "GT", "month": month, "seen": seen}, follow=False)


def test_whom_it_charges_is_seen_first_and_told_after(cast, asked, signed_in):
    client = signed_in(cast.clerk)
    duty(cast.gt01, date(2026, 3, 8), cast.deputy_person)
    log(cast, head=Presence.PRESENT)
    sent = {"station": "GT", "month": "2026-03"}
    answer = client.post(reverse("months-declare"), sent)
    assert "还有<span class=\"num\">1</span>次接待没有日志" in answer.text and reverse("sunday-sheet", args=["2026-03-08"]) in answer.text
    assert [(one.deputy, float(one.points)) for one in answer.context["preview"].people] == [(cast.deputy_person, 2.0)]
    assert "3月1日(日志里没有写到)" in answer.text and "3月8日(没有日志)" in answer.text
    assert not CompleteMonth.objects.exists() and not PointEntry.objects.exists() and not Notice.objects.exists()
    old = answer.context["preview"].mark
    log(cast, date(2026, 3, 8), deputy=Presence.PRESENT)
    answer = client.post(reverse("months-declare"), sent | {"seen": old})
    assert answer.status_code == 412 and "再看一遍" in answer.text and "没有人因此扣分" in answer.text
    assert not CompleteMonth.objects.exists()
    void_log(log=DutyLog.objects.get(date=date(2026, 3, 8)), reason="登记错了分站", actor=cast.clerk, at=AT)
    answer = client.post(reverse("months-declare"), sent | {"seen": old}, follow=True)
    assert "1位代表共扣2分,已经通知其中有账号的1位" in answer.text and charged(cast) == IDLE
    notice = Notice.objects.get(user=cast.deputy)
    assert "3月没有您到分站履职的记录,扣2分" in notice.text and "3月8日(没有日志)" in notice.text
    assert notice.link == reverse("my-score") + "?year=2026" and Notice.objects.count() == 1


def test_a_frozen_year_takes_no_word(cast, asked, signed_in):
    row = declare(cast)
    YearClosing.objects.create(
        scheme=Scheme.objects.get(), published_at=AT, published_by=cast.admin, publicity_from=AT, publicity_until=AT
    )
    client = signed_in(cast.clerk)
    page = client.get(reverse("months"), {"year": "2026"}).text
    assert "已经公示或结账" in page and "按积分方案扣" not in page and reverse("months-declare") not in page
    assert reverse("months-take-back", args=[row.pk]) not in page
    answer = client.post(reverse("months-declare"), {"station": "GT", "month": "2026-02"}, follow=True)
    assert "已经公示或结账" in answer.text and CompleteMonth.objects.count() == 1
    assert client.post(reverse("months-take-back", args=[row.pk]), {"reason": "漏了"}).status_code == 409
    assert CompleteMonth.objects.standing().exists()


def test_who_opens_the_page(cast, asked, client):
    row = declare(cast)
    for who, read, write in (
        ("admin", 200, 200), ("auditor", 200, 403), ("stranger", 200, 404), ("head", 403, 403), ("deputy", 403, 403),
        ("officer", 403, 403), ("system", 403, 403),
    ):  # fmt: skip
        client.force_login(getattr(cast, who), backend="django.contrib.auth.backends.ModelBackend")
        said = client.post(reverse("months-declare"), {"station": "GT", "month": "2026-02"}).status_code
        assert (who, client.get(reverse("months")).status_code, said) == (who, read, write)
        back = reverse("months-take-back", args=[row.pk])
        assert client.get(back).status_code == 405
        assert client.post(back, {"reason": ""}).status_code == (400 if write == 200 else write)


@pytest.mark.parametrize("count", [1, 3])
def test_the_countys_table_costs_the_same_with_one_and_three(cast, signed_in, django_assert_num_queries, count):
    for index in range(count):
        duty(cast.gt01, date(2026, index + 1, 4), cast.deputy_person)
        declare(cast, date(2026, index + 1, 1))
    client = signed_in(cast.staff)
    client.get(reverse("months"))
    with django_assert_num_queries(11):
        assert len(client.get(reverse("months")).context["table"]) == 2
