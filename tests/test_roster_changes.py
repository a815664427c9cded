"""Changing a roster by hand: who is on a day, its seats, days added, moved and called off; reason, record, notice."""

from datetime import date

import pytest

from activities.models import OtherService, RosterChange, Shift, ShiftPlace
from activities.services import (
    SundayRow,
    add_day,
    ask_leave,
    cancel_day,
    draft_roster,
    drop_other_service,
    file_log,
    grant_exemption,
    hand_over_place,
    move_day,
    plan_other_service,
    publish_roster,
    put_on_shift,
    release_places,
    service_counts,
    set_seats,
    take_off_shift,
    void_log,
)
from activities.states import Form, Presence, ShiftState
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.models import AuditLog
from tests.cast import SUNDAY, make_deputy, moment

APRIL = date(2026, 4, 1)
AT = moment(date(2026, 3, 20))
FIRST, SECOND, THIRD, LAST = (date(2026, 4, day) for day in (5, 12, 19, 26))


@pytest.fixture
def drafted(cast):
    return draft_roster(station=cast.gt, month=APRIL, actor=cast.clerk, at=AT).roster


@pytest.fixture
def published(cast, drafted):
    """April, with the member who has an account on the first and third Sunday; all notices so far forgotten."""
    for day, on in ((FIRST, True), (SECOND, False), (THIRD, True), (LAST, False)):
        shift = shift_of(cast, day)
        shift.places.all().delete()
        people = cast.deputies["GT01"][:2] if on else cast.deputies["GT01"][2:]
        ShiftPlace.objects.bulk_create(ShiftPlace(shift=shift, deputy=deputy) for deputy in people)
    roster = publish_roster(roster=drafted, actor=cast.clerk, at=AT)
    cast.deputy.notices.all().delete()
    return roster


def shift_of(cast, day: date, branch=None) -> Shift:
    return Shift.objects.get(branch=branch or cast.gt01, date=day)


def names_on(cast, day: date) -> set[str]:
    return set(shift_of(cast, day).places.values_list("deputy__name", flat=True))


def told(user) -> list[str]:
    return [notice.text for notice in user.notices.order_by("pk")]


# --- People -------------------------------------------------------------------------------------------------------


def test_somebody_is_put_on_a_day_by_hand(cast, published):
    place = put_on_shift(
        shift=shift_of(cast, SECOND), deputy=cast.deputy_person, reason="人手不够", actor=cast.clerk, at=AT
    )
    assert place.fixed
    change = RosterChange.objects.get()
    assert (change.text, change.reason, change.actor) == ("第一分站4月12日加上李代表", "人手不够", cast.clerk)
    assert told(cast.deputy) == ["4月12日 星期日请您在第一分站值班,原因:人手不够。"]
    assert AuditLog.objects.get(action="put_on_shift").detail == {
        "day": "2026-04-12", "deputy": cast.deputy_person.code,
    }  # fmt: skip


def test_somebody_is_taken_off(cast, published):
    take_off_shift(shift=shift_of(cast, FIRST), deputy=cast.deputy_person, reason="出差", actor=cast.clerk, at=AT)
    assert names_on(cast, FIRST) == {"赵站长"}
    assert RosterChange.objects.get().text == "第一分站4月5日去掉李代表"
    assert told(cast.deputy) == ["4月5日 星期日在第一分站的值班不用您去了,原因:出差。"]


def test_a_draft_needs_no_reason_and_keeps_no_record(cast, drafted):
    shift = shift_of(cast, FIRST)
    person = shift.places.first().deputy
    take_off_shift(shift=shift, deputy=person, actor=cast.clerk, at=AT)
    put_on_shift(shift=shift, deputy=person, actor=cast.clerk, at=AT)
    assert not RosterChange.objects.exists()
    assert told(cast.deputy) == []


def test_a_published_roster_is_changed_with_a_reason_only(cast, published):
    for act in (put_on_shift, take_off_shift):
        with pytest.raises(DomainError, match="请写原因") as refused:
            act(shift=shift_of(cast, FIRST), deputy=cast.deputy_person, actor=cast.clerk, at=AT, reason=" ")
        assert "reason" in refused.value.fields


@pytest.mark.parametrize("who", ["head", "deputy", "stranger", "auditor", "officer"])
def test_nobody_else_changes_a_roster(cast, published, who):
    actor, shift = getattr(cast, who), shift_of(cast, FIRST)
    facts = {"actor": actor, "at": AT}
    acts = [
        lambda: put_on_shift(shift=shift, deputy=cast.deputies["GT01"][3], reason="x", **facts),
        lambda: take_off_shift(shift=shift, deputy=cast.deputy_person, reason="x", **facts),
        lambda: set_seats(shift=shift, seats=4, **facts),
        lambda: cancel_day(shifts=[shift], reason="x", **facts),
        lambda: move_day(shifts=[shift], to=SECOND.replace(day=13), reason="x", **facts),
        lambda: add_day(branches=[cast.gt01], on=SECOND.replace(day=14), reason="x", **facts),
        lambda: plan_other_service(
            roster=published, deputy=cast.deputy_person, form=Form.VISIT, by=LAST, note="", **facts
        ),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()


def test_hard_rules_hold_by_hand_too(cast, published):
    stranger = cast.deputies["GT02"][1]
    shift = shift_of(cast, SECOND)
    put = {"shift": shift, "reason": "缺人", "actor": cast.clerk, "at": AT}
    with pytest.raises(DomainError, match="王芳4月12日不是本分站的代表") as refused:
        put_on_shift(deputy=stranger, **put)
    assert "deputy" in refused.value.fields
    with pytest.raises(DomainError, match="陈卫4月12日已经有班了"):
        put_on_shift(deputy=cast.deputies["GT01"][2], **put)
    ask_leave(
        deputy=cast.deputy_person, started_on=SECOND, ended_on=SECOND, kind=Presence.SICK_LEAVE, reason="住院",
        actor=cast.clerk, at=AT,
    )  # fmt: skip
    with pytest.raises(DomainError, match="李代表4月12日请了假"):
        put_on_shift(deputy=cast.deputy_person, **put)
    put_on_shift(deputy=cast.head_person, **put)
    newcomer = make_deputy(cast, "新来的", cast.gt01)
    with pytest.raises(Conflict, match="已经满3人"):
        put_on_shift(deputy=newcomer, **put)


def test_a_day_that_has_come_belongs_to_the_log(cast, published):
    with pytest.raises(Conflict, match="请在当天的工作日志里登记"):
        take_off_shift(
            shift=shift_of(cast, FIRST), deputy=cast.deputy_person, reason="x", actor=cast.clerk, at=moment(FIRST, 7)
        )


def test_who_isnt_on_it_cannot_be_taken_off(cast, published):
    with pytest.raises(Conflict, match="李代表现在不在第一分站4月12日的排班里"):
        take_off_shift(shift=shift_of(cast, SECOND), deputy=cast.deputy_person, reason="x", actor=cast.clerk, at=AT)


def test_seats(cast, published):
    shift = shift_of(cast, FIRST)
    assert set_seats(shift=shift, seats=2, actor=cast.clerk, at=AT) == []
    assert len(set_seats(shift=shift, seats=4, actor=cast.clerk, at=AT)) == 1
    for seats in (1, 5):
        with pytest.raises(DomainError, match="2至4人"):
            set_seats(shift=shift, seats=seats, actor=cast.clerk, at=AT)
    put_on_shift(shift=shift, deputy=cast.deputies["GT01"][2], reason="x", actor=cast.clerk, at=AT)
    with pytest.raises(DomainError, match="已经排了3人,请先去掉1人"):
        set_seats(shift=shift, seats=2, actor=cast.clerk, at=AT)


def test_a_place_is_handed_over_and_back(cast, published):
    giver, taker, shift = cast.deputy_person, cast.deputies["GT01"][2], shift_of(cast, FIRST)
    facts = {"shift": shift, "actor": cast.deputy, "at": AT}
    place = hand_over_place(giver=giver, taker=taker, reason="换班", **facts)
    assert (place.deputy, place.instead_of, place.fixed) == (taker, giver, True)
    assert RosterChange.objects.get().text == "第一分站4月5日李代表的班由陈卫接"
    with pytest.raises(Conflict, match="李代表现在不在"):
        hand_over_place(giver=giver, taker=cast.deputies["GT01"][3], **facts)
    assert hand_over_place(giver=taker, taker=giver, **facts).instead_of is None


def test_a_place_goes_to_another_branch_of_the_station_at_most(cast, published):
    shift_of(cast, FIRST, cast.gt02).places.all().delete()
    facts = {"shift": shift_of(cast, FIRST), "giver": cast.deputy_person, "actor": cast.clerk, "at": AT}
    with pytest.raises(DomainError, match="马强4月5日不是本联络站的代表"):
        hand_over_place(taker=cast.deputies["YT01"][1], **facts)
    with pytest.raises(DomainError, match="赵站长4月5日已经有班了"):
        hand_over_place(taker=cast.head_person, **facts)
    assert hand_over_place(taker=cast.deputies["GT02"][1], **facts).deputy.name == "王芳"


def test_leave_takes_somebody_off_the_coming_days_and_tells_the_gaps(cast, published):
    gaps = release_places(
        deputy=cast.deputy_person, start=FIRST, end=THIRD, actor=cast.clerk, at=moment(FIRST), reason="请假"
    )
    assert [shift.date for shift in gaps] == [THIRD]
    assert names_on(cast, FIRST) == {"赵站长", "李代表"}  # that day has come
    assert names_on(cast, THIRD) == {"赵站长"}
    assert RosterChange.objects.get().reason == "请假"


# --- Days ---------------------------------------------------------------------------------------------------------


def test_a_day_is_called_off_with_its_reason(cast, published):
    cancel_day(shifts=[shift_of(cast, FIRST)], reason="大雪封路", actor=cast.clerk, at=AT)
    shift = shift_of(cast, FIRST)
    assert (shift.state, shift.reason) == (ShiftState.CANCELLED, "大雪封路")
    assert RosterChange.objects.get().text == "第一分站4月5日的接待取消"
    assert told(cast.deputy) == ["4月5日 星期日在第一分站的接待取消了,原因:大雪封路。"]
    with pytest.raises(Conflict, match="已经是“已取消”"):
        cancel_day(shifts=[shift], reason="x", actor=cast.clerk, at=AT)
    with pytest.raises(Conflict, match="不能再调整人员"):
        put_on_shift(shift=shift, deputy=cast.deputies["GT01"][2], reason="x", actor=cast.clerk, at=AT)


def test_a_day_with_a_log_or_in_the_past_is_not_called_off(cast, published):
    with pytest.raises(Conflict, match="已经过去了"):
        cancel_day(shifts=[shift_of(cast, FIRST)], reason="x", actor=cast.clerk, at=moment(SECOND))
    row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT})
    file_log(row=row, on=FIRST, actor=cast.clerk, at=moment(FIRST))
    with pytest.raises(Conflict, match="已经登记了工作日志"):
        cancel_day(shifts=[shift_of(cast, FIRST)], reason="x", actor=cast.clerk, at=moment(FIRST))


def test_a_called_off_day_is_taken_up_again(cast, published):
    cancel_day(shifts=[shift_of(cast, FIRST)], reason="大雪封路", actor=cast.clerk, at=AT)
    (shift,) = add_day(branches=[cast.gt01], on=FIRST, reason="路通了", actor=cast.clerk, at=AT)
    assert (shift.state, shift.is_extra, shift.places.count()) == (ShiftState.PLANNED, False, 2)
    assert told(cast.deputy)[-1] == "4月5日 星期日在第一分站的接待照常举行,原因:路通了。"


def test_taken_up_again_whoever_went_on_leave_meanwhile_is_let_go(cast, published):
    cancel_day(shifts=[shift_of(cast, FIRST)], reason="大雪封路", actor=cast.clerk, at=AT)
    on = shift_of(cast, FIRST).places.values_list("deputy", flat=True)
    assert cast.head_person.pk in on
    ask_leave(
        deputy=cast.head_person, started_on=FIRST, ended_on=FIRST, kind=Presence.OFFICIAL_LEAVE, reason="开会",
        actor=cast.clerk, at=AT,
    )  # fmt: skip
    cast.head.notices.all().delete()
    add_day(branches=[cast.gt01], on=FIRST, reason="路通了", actor=cast.clerk, at=AT)
    assert names_on(cast, FIRST) == {"李代表"} and told(cast.head) == []
    assert RosterChange.objects.first().text == "第一分站4月5日加开接待,赵站长来不了"


@pytest.mark.parametrize("day", [date(2026, 3, 19), date(2028, 1, 2)])
def test_no_day_is_planned_that_is_over_or_years_away(cast, published, day):
    with pytest.raises(DomainError) as added:
        add_day(branches=[cast.gt01], on=day, reason="集市日", actor=cast.clerk, at=AT)
    with pytest.raises(DomainError) as moved:
        move_day(shifts=[shift_of(cast, FIRST)], to=day, reason="集市日", actor=cast.clerk, at=AT)
    assert "on" in added.value.fields and "to" in moved.value.fields
    assert shift_of(cast, FIRST) and not Shift.objects.filter(date=day).exists()


def test_a_month_is_drafted_and_published_until_its_last_day(cast):
    april, may = moment(date(2026, 4, 30)), moment(date(2026, 5, 1))
    roster = draft_roster(station=cast.gt, month=APRIL, actor=cast.clerk, at=april).roster
    for refused in (
        lambda: draft_roster(station=cast.gt, month=APRIL, actor=cast.clerk, at=may),
        lambda: publish_roster(roster=roster, actor=cast.clerk, at=may),
    ):
        with pytest.raises(DomainError, match="2026年4月已经过去了,不能再排班"):
            refused()
    with pytest.raises(DomainError, match="最远排到2027年12月"):
        draft_roster(station=cast.gt, month=date(2028, 1, 1), actor=cast.clerk, at=AT)
    assert publish_roster(roster=roster, actor=cast.clerk, at=april).published_at == april


def test_a_day_is_added_also_outside_of_sundays(cast, published):
    day = date(2026, 4, 15)
    added = add_day(branches=[cast.gt01, cast.gt02], on=day, reason="集市日", actor=cast.clerk, at=AT)
    assert {(shift.branch, shift.for_sunday, shift.is_extra, shift.roster) for shift in added} == {
        (branch, day, True, published) for branch in (cast.gt01, cast.gt02)
    }
    with pytest.raises(Conflict, match="4月15日已经有接待了"):
        add_day(branches=[cast.gt02], on=day, reason="集市日", actor=cast.clerk, at=AT)
    with pytest.raises(DomainError, match="已经过去了") as refused:
        add_day(branches=[cast.gt02], on=date(2026, 3, 19), reason="集市日", actor=cast.clerk, at=AT)
    assert "on" in refused.value.fields


def test_a_day_is_moved_and_whoever_cannot_come_is_let_go(cast, published):
    saturday = date(2026, 4, 11)
    ask_leave(
        deputy=cast.head_person, started_on=saturday, ended_on=saturday, kind=Presence.OFFICIAL_LEAVE, reason="开会",
        actor=cast.clerk, at=AT,
    )  # fmt: skip
    cast.head.notices.all().delete()
    (shift,) = move_day(shifts=[shift_of(cast, FIRST)], to=saturday, reason="清明节", actor=cast.clerk, at=AT)
    shift.refresh_from_db()
    assert (shift.date, shift.for_sunday, shift.reason) == (saturday, FIRST, "清明节")
    assert names_on(cast, saturday) == {"李代表"}
    assert RosterChange.objects.get().text == "第一分站4月5日的接待改到4月11日,赵站长来不了"
    assert told(cast.deputy) == ["4月5日 星期日在第一分站的接待改到4月11日 星期六,原因:清明节。"]
    assert told(cast.head) == ["4月5日 星期日在第一分站的接待改到4月11日 星期六,原因:清明节,那天您来不了,不用值班。"]


def test_a_moved_day_meets_no_other(cast, published):
    with pytest.raises(Conflict, match="4月12日已经有接待了"):
        move_day(shifts=[shift_of(cast, FIRST)], to=SECOND, reason="x", actor=cast.clerk, at=AT)
    move_day(shifts=[shift_of(cast, FIRST)], to=date(2026, 4, 11), reason="x", actor=cast.clerk, at=AT)
    with pytest.raises(Conflict, match="已经改到别的日子了"):
        add_day(branches=[cast.gt01], on=FIRST, reason="x", actor=cast.clerk, at=AT)


# --- Other services -----------------------------------------------------------------------------------------------


def test_another_service_is_planned_told_and_dropped(cast, published):
    service = plan_other_service(
        roster=published, deputy=cast.deputy_person, form=Form.VISIT, by=LAST, note="看望五保户", actor=cast.clerk, at=AT
    )
    assert told(cast.deputy) == ["4月的接待日排不下,请您在4月26日以前完成一次走访调研(看望五保户)。"]
    with pytest.raises(Conflict, match="已经另排了一次"):
        plan_other_service(
            roster=published, deputy=cast.deputy_person, form=Form.VISIT, by=LAST, note="", actor=cast.clerk, at=AT
        )
    drop_other_service(service=service, actor=cast.clerk, at=AT)
    assert not OtherService.objects.exists()
    assert told(cast.deputy)[-1] == "4月另行安排的走访调研取消了。"


def test_another_service_is_checked(cast, drafted):
    facts = {"roster": drafted, "note": "", "actor": cast.clerk, "at": AT}
    with pytest.raises(DomainError) as refused:
        plan_other_service(deputy=cast.deputy_person, form="sleep", by=date(2026, 5, 1), **facts)
    assert set(refused.value.fields) == {"form", "by"}
    with pytest.raises(DomainError, match="这个月不是官亭镇的代表"):
        plan_other_service(deputy=cast.deputies["YT01"][1], form=Form.VISIT, by=LAST, **facts)


def test_another_service_of_a_draft_is_told_on_publishing(cast, drafted):
    plan_other_service(
        roster=drafted, deputy=cast.deputy_person, form=Form.HOUSEHOLD, by=LAST, note="", actor=cast.clerk, at=AT
    )
    assert told(cast.deputy) == []
    publish_roster(roster=drafted, actor=cast.clerk, at=AT)
    assert "4月的接待日排不下,请您在4月26日以前完成一次入户服务。" in told(cast.deputy)


# --- Where notices lead -------------------------------------------------------------------------------------------


def test_notices_of_the_roster_lead_to_the_month_they_are_about(cast, published, signed_in):
    """A day moved into May still belongs to April, and that is the page which shows it."""
    facts = {"reason": "会场装修", "actor": cast.clerk, "at": AT}
    move_day(shifts=[shift_of(cast, LAST)], to=date(2026, 5, 2), **facts)
    take_off_shift(shift=shift_of(cast, FIRST), deputy=cast.deputy_person, **facts)
    put_on_shift(shift=shift_of(cast, date(2026, 5, 2)), deputy=cast.deputy_person, **facts)
    plan_other_service(
        roster=published, deputy=cast.deputy_person, form=Form.VISIT, by=LAST, note="", actor=cast.clerk, at=AT
    )
    assert set(cast.deputy.notices.values_list("link", flat=True)) == {"/me/roster/?month=2026-04"}
    assert "5月2日" in signed_in(cast.deputy).get("/me/roster/?month=2026-04").text


def test_gaps_of_leave_and_exemptions_lead_to_their_month(cast, published):
    days = {"started_on": THIRD, "ended_on": THIRD}
    who = {"deputy": cast.deputy_person, "at": AT}
    ask_leave(**who, **days, kind=Presence.SICK_LEAVE, reason="住院", actor=cast.clerk)
    grant_exemption(deputy=cast.head_person, covers="duty", **days, reason="久病", actor=cast.staff, at=AT)
    links = [n.link for n in cast.clerk.notices.filter(text__contains="缺人")]
    assert links == ["/station/roster/?month=2026-04"] * 2


# --- Counts -------------------------------------------------------------------------------------------------------


def test_last_duty_and_times_this_year_are_what_logs_say(cast, django_assert_num_queries):
    def served(day, status, branch=cast.gt01):
        row = SundayRow(branch=branch, attendance={cast.deputy_person: status, cast.head_person: Presence.ABSENT})
        return file_log(row=row, on=day, actor=cast.clerk, at=moment(date(2026, 3, 9))).log

    served(date(2025, 12, 28), Presence.PRESENT)
    served(SUNDAY, Presence.LATE)
    void = served(date(2026, 3, 8), Presence.PRESENT)
    void_log(log=void, reason="登错了", actor=cast.clerk, at=moment(date(2026, 3, 9)))
    with django_assert_num_queries(2):
        counts = service_counts(branch_keys=[cast.gt01.pk, cast.gt02.pk], on=date(2026, 3, 10))
    assert counts[cast.deputy_person.pk] == (SUNDAY, 1)
    assert counts[cast.head_person.pk] == (None, 0)
    assert len(counts) == 6
    before = service_counts(branch_keys=[cast.gt01.pk], on=date(2026, 2, 1))
    assert before[cast.deputy_person.pk] == (date(2025, 12, 28), 0)
