"""Filing duty logs: numbers, who may, what is refused, voiding."""

from datetime import date, timedelta

import pytest

from activities.models import DutyLog, Shift
from activities.services import (
    Matter,
    SundayRow,
    draft_roster,
    file_log,
    file_sunday,
    publish_roster,
    record_not_held,
    void_log,
)
from activities.states import LogState, Presence, ShiftState
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.models import AuditLog
from opinions.models import Opinion
from opinions.services import register_opinion
from tests.cast import SUNDAY, make_deputy, moment

AT = moment(SUNDAY)


def row_for(cast, **changes) -> SundayRow:
    fields = {"branch": cast.gt01, "attendance": {cast.deputy_person: Presence.PRESENT}, "received": 1}
    return SundayRow(**(fields | changes))


def test_numbers_run_by_station_and_year(cast):
    def number(branch, person, day):
        row = row_for(cast, branch=branch, attendance={person: Presence.PRESENT})
        actor = cast.stranger if branch == cast.yt01 else cast.clerk
        return file_log(row=row, on=day, actor=actor, at=AT).log.number

    gt01, gt02, yt01 = (cast.deputies[code][0] for code in ("GT01", "GT02", "YT01"))
    assert number(cast.gt01, gt01, SUNDAY) == "〔2026〕第001号"
    assert number(cast.gt02, gt02, SUNDAY) == "〔2026〕第002号"
    assert number(cast.yt01, yt01, SUNDAY) == "〔2026〕第001号"
    assert number(cast.gt01, gt01, date(2025, 12, 28)) == "〔2025〕第001号"


@pytest.mark.parametrize("role", ["admin", "staff", "auditor", "stranger", "deputy", "officer"])
def test_only_the_stations_clerk_and_the_branchs_head_file(cast, role):
    with pytest.raises(NotAllowed):
        file_log(row=row_for(cast), on=SUNDAY, actor=getattr(cast, role), at=AT)
    assert file_log(row=row_for(cast), on=SUNDAY, actor=cast.head, at=AT).log.recorder == cast.head


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"attendance": {}}, "attendance"),
        ({"received": -1}, "received"),
        ({"received": 1000}, "received"),
        ({"matters": [Matter(" ")]}, "opinions"),
    ],
)
def test_what_is_refused_names_its_field_and_writes_nothing(cast, changes, field):
    with pytest.raises(DomainError) as error:
        file_log(row=row_for(cast, **changes), on=SUNDAY, actor=cast.clerk, at=AT)
    assert field in error.value.fields
    assert not DutyLog.objects.exists()


def test_visitors_without_anybody_present_are_refused(cast):
    row = row_for(cast, attendance={cast.deputy_person: Presence.ABSENT})
    with pytest.raises(DomainError, match="是哪位代表接待的"):
        file_log(row=row, on=SUNDAY, actor=cast.clerk, at=AT)


def test_the_future_is_refused(cast):
    with pytest.raises(DomainError, match="还没到"):
        file_log(row=row_for(cast), on=SUNDAY + timedelta(days=1), actor=cast.clerk, at=AT)


def test_a_deputy_of_another_branch_can_only_stand_in(cast):
    neighbour = cast.deputies["GT02"][1]
    with pytest.raises(DomainError, match="王芳这一天不是本分站的代表"):
        file_log(row=row_for(cast, attendance={neighbour: Presence.PRESENT}), on=SUNDAY, actor=cast.clerk, at=AT)
    file_log(row=row_for(cast, attendance={neighbour: Presence.SUBSTITUTE}), on=SUNDAY, actor=cast.clerk, at=AT)
    foreigner = cast.deputies["YT01"][1]
    with pytest.raises(DomainError, match="不是本分站"):
        file_log(row=row_for(cast, attendance={foreigner: Presence.SUBSTITUTE}), on=SUNDAY, actor=cast.clerk, at=AT)


def test_a_sheet_is_filed_whole_or_not_at_all(cast):
    bad = row_for(cast, branch=cast.gt02, attendance={})
    with pytest.raises(DomainError):
        file_sunday(rows=[row_for(cast), bad], on=SUNDAY, actor=cast.clerk, at=AT, filing_key="k")
    assert not DutyLog.objects.exists()


def test_a_repeat_files_once_and_another_persons_sheet_is_told_so(cast):
    rows = [row_for(cast, matters=[Matter("路灯不亮")])]
    first = file_sunday(rows=rows, on=SUNDAY, actor=cast.clerk, at=AT, filing_key="k")
    again = file_sunday(rows=rows, on=SUNDAY, actor=cast.clerk, at=AT, filing_key="k")
    assert first[0].log == again[0].log
    assert Opinion.objects.count() == 1
    with pytest.raises(Conflict, match="已由官亭工作人员登记"):
        file_sunday(rows=rows, on=SUNDAY, actor=cast.head, at=AT, filing_key="other")


def test_a_void_log_keeps_its_number_and_makes_room(cast):
    log = file_log(row=row_for(cast), on=SUNDAY, actor=cast.clerk, at=AT).log
    with pytest.raises(DomainError, match="请写原因"):
        void_log(log=log, reason=" ", actor=cast.clerk, at=AT)
    log = void_log(log=log, reason="日期写错", actor=cast.clerk, at=AT)
    assert (log.state, log.number) == (LogState.VOID, "〔2026〕第001号")
    again = file_sunday(rows=[row_for(cast)], on=SUNDAY, actor=cast.clerk, at=AT, filing_key="k")
    assert again[0].log.number == "〔2026〕第002号"


def test_rosters_leave_nobody_out_silently_and_count_presence(cast):
    for name in ("甲一", "乙二", "丙三", "丁四", "戊五", "己六", "庚七", "辛八", "壬九", "癸十", "子丑"):
        make_deputy(cast, name, cast.gt01)
    january = moment(date(2026, 1, 20))
    roster, unplaced, _warnings = draft_roster(station=cast.gt, month=date(2026, 2, 1), actor=cast.clerk, at=january)
    assert [one.branch.code for one in unplaced] == ["GT01"] * 3
    assert Shift.objects.filter(roster=roster, branch=cast.gt01).count() == 4
    publish_roster(roster=roster, actor=cast.clerk, at=january)
    assert cast.head.notices.exists()
    with pytest.raises(Conflict, match="已经公布"):
        draft_roster(station=cast.gt, month=date(2026, 2, 1), actor=cast.clerk, at=january)
    shift = Shift.objects.filter(branch=cast.gt01, date=date(2026, 2, 8)).get()
    people = {place.deputy: Presence.PRESENT for place in shift.places.all()}
    log = file_log(row=row_for(cast, attendance=people), on=shift.date, actor=cast.clerk, at=AT).log
    assert set(log.attendance.values_list("expected", flat=True)) == {True}


def test_not_held_needs_a_planned_day_and_a_reason(cast):
    draft_roster(station=cast.gt, month=SUNDAY, actor=cast.clerk, at=AT)
    with pytest.raises(DomainError, match="请写原因"):
        record_not_held(branch=cast.gt01, on=SUNDAY, reason="", actor=cast.clerk, at=AT)
    shift = record_not_held(branch=cast.gt01, on=SUNDAY, reason="大雪封路", actor=cast.clerk, at=AT)
    assert (shift.state, shift.reason) == (ShiftState.NOT_HELD, "大雪封路")
    with pytest.raises(DomainError, match="没有安排"):
        record_not_held(branch=cast.gt01, on=date(2026, 2, 27), reason="大雪", actor=cast.clerk, at=AT)


def test_the_audit_trail_names_the_act_and_no_villager(cast):
    matter = Matter("路灯不亮", villager_name="张三", villager_phone="19900001111")
    file_log(row=row_for(cast, matters=[matter]), on=SUNDAY, actor=cast.clerk, at=AT)
    rows = AuditLog.objects.filter(actor=cast.clerk)
    assert {row.action for row in rows} == {"file_log", "register"}
    assert not any("张三" in str(row.detail) or "1111" in str(row.detail) for row in rows)


def test_logs_are_seen_by_their_places_and_people_only(cast):
    file_log(row=row_for(cast), on=SUNDAY, actor=cast.clerk, at=AT)
    roles = ("admin", "staff", "auditor", "clerk", "stranger", "head", "deputy", "officer", "chief")
    seers = {role for role in roles if DutyLog.objects.visible_to(getattr(cast, role)).exists()}
    assert seers == {"admin", "staff", "auditor", "clerk", "head", "deputy"}


def test_a_matter_goes_to_a_deputy_who_was_there_and_a_ticket_to_one_of_the_branch(cast):
    absent, foreigner = cast.deputies["GT01"][2], cast.deputies["YT01"][1]
    with pytest.raises(DomainError, match="要在这次到岗的代表里选"):
        file_log(row=row_for(cast, matters=[Matter("路灯不亮", deputy=absent)]), on=SUNDAY, actor=cast.clerk, at=AT)
    with pytest.raises(DomainError, match="马强不是官亭镇"):
        register_opinion(branch=cast.gt01, matter=Matter("路灯不亮", deputy=foreigner), actor=cast.clerk, at=AT)
    with pytest.raises(NotAllowed):
        register_opinion(branch=cast.gt01, matter=Matter("路灯不亮", deputy=absent), actor=cast.deputy, at=AT)
