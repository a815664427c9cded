"""Monthly reports from below: made when the month is over, confirmed, accepted, locked, and made anew with a reason."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from activities.models import Attendance, DutyLog, MonthEdition, MonthReport, Roster, Shift
from activities.rules.months import read_month, settled_digest
from activities.services import (
    Matter,
    SundayRow,
    accept_month,
    add_day,
    ask_leave,
    cancel_day,
    closed_reason,
    confirm_month,
    correct_log,
    file_log,
    grant_exception,
    issue_month,
    lock_month,
    months_to_issue,
    move_day,
    record_service,
    reissue_month,
    return_month,
    send_back_month,
    story_of,
    void_log,
)
from activities.services.month_reports import changes_since_lock, current_edition, figures_of, suggested_reason
from activities.states import Presence, ReportState, RosterState, ShiftState
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.models import AuditLog
from julu_liaison.notices.models import Notice
from opinions.services import register_opinion
from stations.models import Station
from stations.services import move_branch, open_station
from tests.cast import OPENED, moment

MARCH = date(2026, 3, 1)
ISSUED, LATER = moment(date(2026, 4, 1), 6), moment(date(2026, 4, 3))


def day(number: int) -> date:
    return date(2026, 3, number)


def log(cast, branch, on: date, *, at=None, received: int = 2, present: int = 1) -> DutyLog:
    attendance = dict.fromkeys(cast.deputies[branch.code][:present], Presence.PRESENT)
    row = SundayRow(branch=branch, attendance=attendance, received=received)
    return file_log(
        row=row, on=on, actor=cast.clerk if branch.code != "YT01" else cast.stranger, at=at or moment(on, 17)
    ).log


@pytest.fixture
def march(cast):
    """Two receptions at GT01, one at GT02, none at YT01; the reports of 1 April."""
    for branch, on in ((cast.gt01, day(1)), (cast.gt01, day(8)), (cast.gt02, day(1))):
        log(cast, branch, on)
    issue_month(county=cast.county, month=MARCH, at=ISSUED)
    return cast


def report(place) -> MonthReport:
    return MonthReport.objects.select_related("place__parent").get(place=place, month=MARCH)


def digest(place) -> str:
    return settled_digest(read_month(place=place, month=MARCH, on=LATER.date()))


def confirm(cast, branch, *, actor=None, at=LATER) -> MonthReport:
    return confirm_month(report=report(branch), seen=digest(branch), actor=actor or cast.clerk, at=at)


def accept(cast, station, actor=None) -> MonthReport:
    return accept_month(report=report(station), seen=digest(station), actor=actor or cast.clerk, at=LATER)


def lock(cast, actor=None) -> MonthReport:
    return lock_month(report=report(cast.county), seen=digest(cast.county), actor=actor or cast.staff, at=LATER)


@pytest.fixture
def accepted(march):
    for branch in (march.gt01, march.gt02):
        confirm(march, branch)
    confirm(march, march.yt01, actor=march.stranger)
    accept(march, march.gt)
    accept(march, march.yt, actor=march.stranger)
    return march


@pytest.fixture
def locked(accepted):
    lock(accepted)
    return accepted


def states() -> dict[str, str]:
    return dict(MonthReport.objects.values_list("place__code", "state"))


def test_a_month_that_is_over_gives_every_place_one_report_however_often_it_is_asked(march):
    assert states() == dict.fromkeys(("JLX", "GT", "YT", "GT01", "GT02", "YT01"), ReportState.DRAFT)
    assert issue_month(county=march.county, month=MARCH, at=LATER) == []
    assert MonthEdition.objects.count() == 6
    kept = figures_of(current_edition(report(march.gt)))
    assert kept == read_month(place=march.gt, month=MARCH, on=ISSUED.date())
    assert AuditLog.objects.filter(action="issue_month").count() == 1
    told = Notice.objects.filter(text__contains="2026年3月的月报生成好了")
    assert set(told.values_list("user", flat=True)) == {march.head.pk, march.clerk.pk, march.stranger.pk}


def test_a_month_that_is_not_over_gives_none(cast):
    log(cast, cast.gt01, day(1))
    assert issue_month(county=cast.county, month=MARCH, at=moment(day(31), 23)) == []
    assert not MonthReport.objects.exists()


def test_what_is_missing_after_a_long_stop_is_every_month_since(march):
    assert months_to_issue(LATER) == []
    missing = months_to_issue(moment(date(2026, 7, 2)))
    assert missing == [(march.county.pk, date(2026, month, 1)) for month in (4, 5, 6)]
    for key, month in missing:
        assert key == march.county.pk
        issue_month(county=march.county, month=month, at=moment(date(2026, 7, 2)))
    assert months_to_issue(moment(date(2026, 7, 2))) == []
    assert set(MonthReport.objects.values_list("month", flat=True)) == {date(2026, month, 1) for month in (3, 4, 5, 6)}


def test_a_county_that_has_not_begun_reports_nothing(cast):
    assert months_to_issue(LATER) == []


def test_a_branch_opened_backwards_gets_its_report_the_next_time(march):
    open_station(code="YT02", name="第二分站", parent=march.yt, opened_on=OPENED, actor=march.admin)
    assert months_to_issue(LATER) == [(march.county.pk, MARCH)]
    assert [one.place.code for one in issue_month(county=march.county, month=MARCH, at=LATER)] == ["YT02"]


def test_head_confirms_station_accepts_county_locks(march):
    confirm(march, march.gt01, actor=march.head)
    assert states()["GT01"] == ReportState.CONFIRMED
    with pytest.raises(Conflict, match="第二分站还没有确认"):
        accept(march, march.gt)
    confirm(march, march.gt02)  # its head signed on paper
    accept(march, march.gt)
    assert {states()[code] for code in ("GT", "GT01", "GT02")} == {ReportState.ACCEPTED}
    with pytest.raises(Conflict, match="阎疃镇还没有报上来"):
        lock(march)
    confirm(march, march.yt01, actor=march.stranger)
    accept(march, march.yt, actor=march.stranger)
    lock(march)
    assert set(states().values()) == {ReportState.LOCKED}
    assert [told.step.move for told in story_of(report(march.gt01))] == ["lock", "accept", "confirm", "issue"]


def test_nobody_takes_the_step_of_another(march):
    for actor in (march.deputy, march.stranger, march.staff, march.auditor, march.officer):
        with pytest.raises(NotAllowed):
            confirm(march, march.gt01, actor=actor)
    for branch in (march.gt01, march.gt02):
        confirm(march, branch)
    for actor in (march.head, march.stranger, march.auditor):
        with pytest.raises(NotAllowed):
            accept(march, march.gt, actor=actor)
    for actor in (march.clerk, march.head, march.auditor):
        with pytest.raises(NotAllowed):
            lock(march, actor=actor)
        with pytest.raises(NotAllowed):
            reissue_month(report=report(march.county), reason="改", actor=actor, at=LATER)


def test_only_what_was_seen_is_confirmed(march):
    seen = digest(march.gt01)
    log(march, march.gt01, day(15), at=LATER)
    with pytest.raises(StaleVersion, match="刚才又有登记"):
        confirm_month(report=report(march.gt01), seen=seen, actor=march.head, at=LATER)
    confirm(march, march.gt01)
    edition = current_edition(report(march.gt01))
    assert edition.number == 2
    assert figures_of(edition).places[0].logs == 3


def test_confirmed_again_only_after_something_changed(march):
    confirm(march, march.gt01)
    with pytest.raises(Conflict, match="已经确认过了"):
        confirm(march, march.gt01)
    confirm(march, march.gt02)
    log(march, march.gt02, day(22), at=LATER)
    with pytest.raises(Conflict, match=r"第二分站站长确认以后有改动:第二分站:.*工作日志1→2.*请站长再确认一次"):
        accept(march, march.gt)
    confirm(march, march.gt02)
    accept(march, march.gt)


def test_a_month_goes_back_with_its_reason(accepted):
    cast = accepted
    with pytest.raises(Conflict, match="联络站已审"):
        return_month(report=report(cast.gt01), reason="再看看", actor=cast.clerk, at=LATER)
    with pytest.raises(NotAllowed):
        send_back_month(report=report(cast.gt), reason="再看看", actor=cast.clerk, at=LATER)
    with pytest.raises(DomainError, match="请写原因"):
        send_back_month(report=report(cast.gt), reason=" ", actor=cast.staff, at=LATER)
    send_back_month(report=report(cast.gt), reason="第二分站人数不对", actor=cast.staff, at=LATER)
    assert (states()["GT"], states()["GT01"], states()["YT"]) == ("draft", "confirmed", "accepted")
    return_month(report=report(cast.gt02), reason="请核对3月1日", actor=cast.clerk, at=LATER)
    assert states()["GT02"] == ReportState.DRAFT
    assert Notice.objects.filter(user=cast.clerk, text__contains="退回来了:第二分站人数不对").exists()


def test_a_locked_month_is_shut_until_an_exception_opens_it(locked):
    cast = locked
    entry = DutyLog.objects.get(branch=cast.gt01, date=day(8))
    assert "2026年3月的月报已经锁定" in closed_reason(cast.gt01, day(15), LATER)
    with pytest.raises(DomainError, match="已经锁定"):
        log(cast, cast.gt01, day(15), at=LATER)
    with pytest.raises(DomainError, match="已经锁定"):
        void_log(log=entry, reason="登错了", actor=cast.clerk, at=LATER)
    row = SundayRow(branch=cast.gt01, attendance={cast.head_person: Presence.LATE}, received=9)
    with pytest.raises(DomainError, match="已经锁定"):
        correct_log(log=entry, row=row, reason="记错了", version=1, actor=cast.clerk, at=LATER)
    assert closed_reason(cast.gt01, date(2026, 4, 1), LATER) == ""
    grant_exception(
        place=cast.gt01, started_on=day(15), ended_on=day(15), open_until=LATER.date(), reason="纸质记录后补",
        actor=cast.staff, at=LATER,
    )  # fmt: skip
    log(cast, cast.gt01, day(15), at=LATER)
    with pytest.raises(DomainError, match="已经锁定"):
        log(cast, cast.gt02, day(15), at=LATER)
    with pytest.raises(DomainError, match="已经锁定"):
        log(cast, cast.gt01, day(15), at=LATER + timedelta(days=1))


def month_notices(user, words: str) -> list[str]:
    return list(user.notices.filter(text__contains=words, link=reverse("month-reports")).values_list("text", flat=True))


def test_heads_and_clerks_hear_of_the_lock_once_each(locked):
    cast = locked
    text = "2026年3月的月报锁定了,以后要补录、更正,请先联系县人大办公室批准。"
    for user in (cast.head, cast.clerk, cast.stranger):
        assert month_notices(user, "锁定") == [text]
    assert not [user for user in (cast.staff, cast.deputy, cast.admin) if month_notices(user, "锁定")]


def test_only_those_whose_month_was_made_anew_hear_of_it_without_the_reason(locked):
    cast = locked
    grant_exception(
        place=cast.gt01, started_on=day(15), ended_on=day(15), open_until=LATER.date(), reason="纸质记录后补",
        actor=cast.staff, at=LATER,
    )  # fmt: skip
    log(cast, cast.gt01, day(15), at=LATER)
    reissue_month(report=report(cast.county), reason="某人住院后补录", actor=cast.staff, at=LATER)
    for user in (cast.head, cast.clerk):
        assert month_notices(user, "重新出了一版") == ["2026年3月的月报重新出了一版,请点开看看改了什么。"]
    assert not month_notices(cast.stranger, "重新出了一版")


def test_a_locked_month_made_anew_says_what_changed_and_why(locked):
    cast = locked
    with pytest.raises(Conflict, match="锁定以后没有改动"):
        reissue_month(report=report(cast.county), reason="补录", actor=cast.staff, at=LATER)
    exception = grant_exception(
        place=cast.gt01, started_on=day(15), ended_on=day(15), open_until=LATER.date(), reason="纸质记录后补",
        actor=cast.staff, at=LATER,
    )  # fmt: skip
    log(cast, cast.gt01, day(15), at=LATER, received=7)
    expected = [
        "官亭镇第一分站:已开展2→3,工作日志2→3,接待群众4→11",
        "官亭镇第一分站赵站长:到岗2→3,现场接待2→3",
    ]
    assert changes_since_lock(report(cast.county), LATER) == expected
    reissue_month(report=report(cast.county), reason="官亭镇第一分站补录3月15日", actor=cast.staff, at=LATER)
    assert changes_since_lock(report(cast.county), LATER) == []
    story = story_of(report(cast.county))[0]
    assert (story.changed, story.step.reason) == (expected, "官亭镇第一分站补录3月15日")
    assert story.step.edition.exception == exception
    assert figures_of(current_edition(report(cast.county))).places[0].received == 11
    first = report(cast.county).editions.get(number=1)
    first.report = report(cast.county)
    assert figures_of(first).places[0].received == 4  # what was handed in stays as it was
    assert report(cast.yt01).editions.count() == 1  # nothing changed there


def test_a_branch_that_moves_with_an_accepted_month_is_confirmed_at_its_new_station(accepted):
    cast = accepted
    move_branch(branch=cast.gt02, to=cast.yt, on=LATER.date(), actor=cast.admin, at=LATER)
    moved = report(cast.gt02)
    assert (moved.station, moved.state) == (cast.yt, ReportState.CONFIRMED)
    for station, clerk in ((cast.gt, cast.clerk), (cast.yt, cast.stranger)):
        send_back_month(report=report(station), reason="分站调整了", actor=cast.staff, at=LATER)
        accept(cast, station, actor=clerk)
    lock(cast)
    assert set(states().values()) == {ReportState.LOCKED}


def test_a_branch_that_closed_before_the_month_is_waited_for_by_nobody(march):
    Station.objects.filter(pk=march.gt02.pk).update(closed_on=MARCH)
    assert set(MonthReport.objects.of_month(MARCH).values_list("place__code", flat=True)) == {
        "JLX",
        "GT",
        "YT",
        "GT01",
        "YT01",
    }
    confirm(march, march.gt01)
    accept(march, march.gt)
    assert states()["GT"] == ReportState.ACCEPTED


def test_what_is_held_before_or_after_its_sunday_is_shut_with_its_sunday(locked):
    """The lock of March holds for its Sunday of the 29th held in April, not for a service on that April day."""
    cast, april, before = locked, date(2026, 4, 2), date(2026, 2, 27)
    roster = Roster.objects.create(station=cast.gt, month=MARCH)
    for held, sunday in ((april, day(29)), (before, day(1))):
        shift = Shift(roster=roster, date=held, for_sunday=sunday)
        shift.put_at(cast.gt01)
        shift.save()
        assert "2026年3月的月报已经锁定" in closed_reason(cast.gt01, held, LATER)
        assert closed_reason(cast.gt01, held, LATER, of_sessions=False) == ""
        assert closed_reason(cast.gt02, held, LATER) == ""


def test_a_service_of_two_branches_needs_both_to_be_open(locked):
    cast = locked
    grant_exception(
        place=cast.gt01, started_on=day(3), ended_on=day(3), open_until=LATER.date(), reason="补", actor=cast.staff, at=LATER,
    )  # fmt: skip
    facts = {"kind": "mediation", "date": day(3), "text": "调解邻里纠纷", "actor": cast.clerk, "at": LATER}
    with pytest.raises(DomainError, match="已经锁定"):
        record_service(deputies=[cast.head_person, cast.deputy_person, cast.deputies["GT02"][1]], **facts)
    record_service(deputies=[cast.head_person], **facts)


def test_leave_that_reaches_into_a_locked_month_is_refused(locked):
    with pytest.raises(DomainError, match="已经锁定"):
        ask_leave(
            deputy=locked.deputy_person, kind="sick_leave", started_on=date(2026, 2, 27), ended_on=day(3), reason="住院",
            actor=locked.clerk, at=LATER,
        )  # fmt: skip


def test_an_exception_ends(locked):
    with pytest.raises(DomainError, match="最多开放60天"):
        grant_exception(
            place=locked.county, started_on=day(1), ended_on=day(31), open_until=date(9999, 12, 31), reason="补",
            actor=locked.staff, at=LATER,
        )  # fmt: skip


def test_each_place_that_changed_names_the_exception_of_its_own(locked):
    """Also one of the month's last days, beside a newer one of another station."""
    cast = locked
    own, _other = (
        grant_exception(
            place=place, started_on=day(29), ended_on=day(31), open_until=LATER.date(), reason="补", actor=cast.staff, at=LATER,
        )
        for place in (cast.gt01, cast.yt)
    )  # fmt: skip
    log(cast, cast.gt01, day(29), at=LATER)
    reissue_month(report=report(cast.county), reason="补录3月29日", actor=cast.staff, at=LATER)
    for place in (cast.gt01, cast.gt, cast.county):
        assert current_edition(report(place)).exception == own
    assert suggested_reason(report(cast.county)) == ""  # there are two


def test_a_change_without_an_exception_names_none(locked):
    grant_exception(
        place=locked.yt, started_on=day(3), ended_on=day(3), open_until=LATER.date(), reason="补", actor=locked.staff, at=LATER,
    )  # fmt: skip
    Attendance.objects.filter(log__branch=locked.gt01).first().delete()
    reissue_month(report=report(locked.county), reason="更正", actor=locked.staff, at=LATER)
    assert current_edition(report(locked.gt01)).exception is None
    assert suggested_reason(report(locked.county)) == "阎疃镇补"


def test_a_month_that_failed_is_not_forgotten_for_a_later_one(march):
    """Of April, May and June only June's was made."""
    july = moment(date(2026, 7, 2))
    issue_month(county=march.county, month=date(2026, 6, 1), at=july)
    assert months_to_issue(july) == [(march.county.pk, date(2026, 4, 1)), (march.county.pk, date(2026, 5, 1))]


def test_a_branch_opened_backwards_gets_its_earlier_month_too(march):
    issue_month(county=march.county, month=date(2026, 4, 1), at=moment(date(2026, 5, 2)))
    open_station(code="YT02", name="第二分站", parent=march.yt, opened_on=OPENED, actor=march.admin)
    owed = [(march.county.pk, MARCH), (march.county.pk, date(2026, 4, 1))]
    assert months_to_issue(moment(date(2026, 5, 2))) == owed
    for _county, month in owed:
        issue_month(county=march.county, month=month, at=moment(date(2026, 5, 2)))
    assert report(Station.objects.get(code="YT02")).state == ReportState.DRAFT


def test_no_more_than_a_year_is_caught_up_with(march):
    assert len(months_to_issue(moment(date(2028, 3, 2)))) == 12


def planned(cast, held: date, sunday: date, **fields) -> Shift:
    roster, _created = Roster.objects.get_or_create(station=cast.gt, month=MARCH)
    shift = Shift(roster=roster, date=held, for_sunday=sunday, **fields)
    shift.put_at(cast.gt01)
    shift.save()
    return shift


def test_days_of_a_locked_month_are_neither_called_off_nor_moved_nor_taken_up_again(locked):
    """Of a roster that was never published, too; and a day put off that was called off counts for its Sunday."""
    shift = planned(locked, day(22), day(22))
    with pytest.raises(DomainError, match="已经锁定"):
        cancel_day(shifts=[shift], reason="没开展", actor=locked.clerk, at=LATER)
    with pytest.raises(DomainError, match="已经锁定"):
        move_day(shifts=[shift], to=date(2026, 4, 8), reason="改期", actor=locked.clerk, at=LATER)
    put_off = date(2026, 4, 9)
    planned(locked, put_off, day(29), state=ShiftState.CANCELLED)
    with pytest.raises(DomainError, match="已经锁定"):
        add_day(branches=[locked.gt01], on=put_off, reason="照常", actor=locked.clerk, at=LATER)


def test_a_month_is_confirmed_after_its_last_reception(march):
    put_off = planned(march, LATER.date(), day(29))
    Roster.objects.filter(pk=put_off.roster_id).update(state=RosterState.PUBLISHED)
    with pytest.raises(DomainError, match="4月3日的接待算3月的"):
        confirm(march, march.gt01)


def test_what_changed_after_it_was_handed_in_stops_the_lock(accepted):
    log(accepted, accepted.gt01, day(22), at=LATER)
    with pytest.raises(Conflict, match=r"官亭镇报上来以后有改动:.*请退回联络站"):
        lock(accepted)


def test_a_step_is_for_its_own_level(march):
    with pytest.raises(Conflict, match="不能再"):
        accept_month(report=report(march.gt01), seen=digest(march.gt01), actor=march.clerk, at=LATER)
    with pytest.raises(Conflict, match="不能再"):
        lock_month(report=report(march.gt), seen=digest(march.gt), actor=march.staff, at=LATER)


def test_nobody_steps_up_while_a_place_below_has_no_report(march):
    open_station(code="GT03", name="第三分站", parent=march.gt, opened_on=OPENED, actor=march.admin)
    for branch in (march.gt01, march.gt02):
        confirm(march, branch)
    with pytest.raises(Conflict, match="GT03"):
        accept(march, march.gt)


def test_a_locked_report_stays_with_the_station_that_made_it(locked):
    move_branch(branch=locked.gt02, to=locked.yt, on=LATER.date(), actor=locked.admin, at=LATER)
    assert (report(locked.gt02).station, report(locked.gt02).state) == (locked.gt, ReportState.LOCKED)


def test_who_has_no_account_in_use_is_not_told(cast):
    type(cast.head).objects.filter(pk=cast.head.pk).update(is_active=False)
    log(cast, cast.gt01, day(1))
    issue_month(county=cast.county, month=MARCH, at=ISSUED)
    assert not Notice.objects.filter(user=cast.head).exists()


def test_tickets_alone_make_no_new_edition(march):
    register_opinion(branch=march.gt01, matter=Matter("路灯不亮"), actor=march.clerk, at=moment(day(20)))
    confirm(march, march.gt01)
    assert current_edition(report(march.gt01)).number == 1
