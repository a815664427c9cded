"""Leave through its services: asked in person or entered for somebody, decided, taken back, what it does to the roster."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from activities.models import Leave, Swap
from activities.rules import checked_weeks, days_words, is_too_late
from activities.services import (
    ask_leave,
    decide_leave,
    file_log,
    offer_swap,
    record_problems,
    set_filing_limit,
    set_preference,
    take_swap,
    withdraw_leave,
)
from activities.services.logs import SundayRow
from activities.states import LeaveState, Presence, RosterState, SwapState
from deputies.services import link_account
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.models import AuditLog
from julu_liaison.notices.models import Notice
from scoring.services import score_of
from stations.services import move_branch
from tests.cast import account, moment
from tests.duties import duty, on_duty

TODAY = date(2026, 11, 16)
SUNDAY = date(2026, 11, 22)
NEXT = date(2026, 11, 29)
AT = moment(TODAY)


def ask(cast, *, actor=None, deputy=None, start=SUNDAY, end=None, at=AT, **fields) -> Leave:
    facts = {"kind": Presence.SICK_LEAVE, "reason": "感冒发烧"} | fields
    return ask_leave(
        deputy=deputy or cast.deputy_person, started_on=start, ended_on=end or start, actor=actor or cast.deputy, at=at,
        **facts,
    )  # fmt: skip


def leave_of(deputy) -> list[str]:
    """The kinds of approved leave from duty that the deputy has on SUNDAY."""
    rows = Leave.objects.approved().from_duty().overlapping(SUNDAY, SUNDAY)
    return list(rows.filter(deputy=deputy).values_list("kind", flat=True))


def texts(user) -> str:
    return "\n".join(user.notices.values_list("text", flat=True))


# ---- Asking --------------------------------------------------------------------------------------------------------


def test_a_deputy_asks_and_head_and_clerk_are_told(cast):
    leave = ask(cast)
    assert (leave.state, leave.branch, leave.station, leave.county) == ("asked", cast.gt01, cast.gt, cast.county)
    for user in (cast.head, cast.clerk):
        assert "李代表请11月22日的假,请批一下" in texts(user)
    assert not cast.deputy.notices.exists() and not cast.stranger.notices.exists()
    assert AuditLog.objects.filter(action="ask_leave", actor=cast.deputy).count() == 1


@pytest.mark.parametrize("who", ["clerk", "head", "staff", "admin"])
def test_entered_for_a_deputy_by_who_decides_it_is_approved_at_once(cast, who):
    actor = getattr(cast, who)
    leave = ask(cast, actor=actor)
    assert (leave.state, leave.decided_by, leave.asked_by) == (LeaveState.APPROVED, actor, actor)
    assert "您11月22日的假批准了" in texts(cast.deputy)
    assert ("已由" in texts(cast.clerk)) == (who != "clerk")


@pytest.mark.parametrize("who", ["stranger", "officer", "auditor", "deputy"])
def test_nobody_else_asks_for_somebody(cast, who):
    with pytest.raises(NotAllowed, match="请假由代表本人提出"):
        ask(cast, actor=getattr(cast, who), deputy=cast.deputies["GT01"][2])


@pytest.mark.parametrize("day", [TODAY, TODAY - timedelta(days=3)])
def test_on_the_day_one_telephones(cast, day):
    with pytest.raises(DomainError, match="请打电话给官亭镇联络站:0319-0000004") as caught:
        ask(cast, start=day)
    assert "started_on" in caught.value.fields and not Leave.objects.exists()
    assert ask(cast, start=day, actor=cast.clerk).state == LeaveState.APPROVED


def test_the_clerk_enters_old_leave_as_far_as_logs_go(cast):
    set_filing_limit(county=cast.county, day=10, actor=cast.staff, at=AT)
    assert ask(cast, actor=cast.clerk, start=date(2026, 11, 1))
    with pytest.raises(DomainError, match="截止"):
        ask(cast, actor=cast.clerk, start=date(2026, 10, 4))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"reason": " \u200b"}, "reason"),
        ({"reason": "长" * 101}, "reason"),
        ({"kind": Presence.ABSENT}, "kind"),
        ({"kind": ""}, "kind"),
        ({"start": SUNDAY, "end": TODAY}, "ended_on"),
        ({"start": SUNDAY, "end": SUNDAY + timedelta(days=400)}, "ended_on"),
        ({"start": TODAY + timedelta(days=500)}, "started_on"),
    ],
)
def test_what_has_to_be_put_right_names_its_field(cast, fields, field):
    with pytest.raises(DomainError) as caught:
        ask(cast, **fields)
    assert field in caught.value.fields and not Leave.objects.exists()


def test_no_notice_says_why_or_how_ill(cast):
    """Inboxes are open on desks: who and when is enough there, the desk has the rest."""
    duty(cast.gt01, SUNDAY, cast.deputy_person)
    decide_leave(leave=ask(cast, reason="骨折住院"), approve=True, note="好好养伤", actor=cast.clerk, at=AT)
    decide_leave(leave=ask(cast, start=NEXT, reason="骨折住院"), approve=False, note="骨折要有证明", actor=cast.head, at=AT)
    withdraw_leave(leave=ask(cast, start=NEXT, actor=cast.head, reason="骨折住院"), actor=cast.clerk, at=AT)
    told = Notice.objects.filter(created_at=AT)
    assert told.count() >= 6
    assert not [one.text for one in told if any(word in one.text for word in ("骨折", "病", "养伤"))]
    desk, own = reverse("station-leave"), reverse("my-duty")
    assert set(cast.deputy.notices.values_list("link", flat=True)) == {own}
    assert desk in set(cast.clerk.notices.values_list("link", flat=True))


def test_one_day_is_asked_for_once(cast):
    first = ask(cast, start=SUNDAY, end=NEXT)
    with pytest.raises(Conflict, match="11月22日至29日已经有一次请假"):
        ask(cast, start=NEXT)
    withdraw_leave(leave=first, actor=cast.deputy, at=AT)
    second = ask(cast, start=NEXT)
    decide_leave(leave=second, approve=False, note="人手不够", actor=cast.clerk, at=AT)
    assert ask(cast, start=NEXT).state == LeaveState.ASKED


def test_who_serves_nowhere_needs_no_leave(cast):
    cast.deputy_person.memberships.update(ended_on=TODAY - timedelta(days=1))
    with pytest.raises(DomainError, match="不在任何分站"):
        ask(cast)


# ---- Deciding ------------------------------------------------------------------------------------------------------


def test_approval_takes_the_deputy_off_and_tells_where_somebody_is_missing(cast):
    _head, deputy, third, _fourth = cast.deputies["GT01"]
    gone = duty(cast.gt01, SUNDAY, deputy, third)
    stays = duty(cast.gt01, NEXT, deputy, third)
    decide_leave(leave=ask(cast), approve=True, actor=cast.head, at=AT)
    assert on_duty(gone) == {"陈卫"} and on_duty(stays) == {"李代表", "陈卫"}
    assert "李代表请假,11月22日第一分站缺人" in texts(cast.clerk)
    assert "批准了" in texts(cast.deputy)
    assert gone.changes.count() == 1


def test_leave_of_one_deputy_leaves_the_others_alone(cast):
    deputy, third = cast.deputies["GT01"][1:3]
    shift = duty(cast.gt01, SUNDAY, deputy, third, cast.head_person)
    decide_leave(leave=ask(cast), approve=True, actor=cast.clerk, at=AT)
    assert on_duty(shift) == {"陈卫", "赵站长"}
    assert "缺人" not in texts(cast.clerk)


def test_refusal_says_why_and_changes_nothing(cast):
    shift = duty(cast.gt01, SUNDAY, cast.deputy_person)
    leave = ask(cast)
    with pytest.raises(DomainError, match="请写一下原因"):
        decide_leave(leave=leave, approve=False, actor=cast.clerk, at=AT)
    decide_leave(leave=leave, approve=False, note="这天只有您一位", actor=cast.clerk, at=AT)
    leave.refresh_from_db()
    assert (leave.state, leave.decision_note) == (LeaveState.REFUSED, "这天只有您一位")
    assert on_duty(shift) == {"李代表"} and "您11月22日的假没有批准,原因请看“我的值班”" in texts(cast.deputy)


def test_decided_once(cast):
    leave = ask(cast)
    decide_leave(leave=leave, approve=True, actor=cast.clerk, at=AT)
    with pytest.raises(Conflict, match="官亭工作人员已经办过了:已批准"):
        decide_leave(leave=leave, approve=False, note="晚了", actor=cast.head, at=AT)


def test_a_head_does_not_decide_the_own_leave(cast):
    leave = ask(cast, actor=cast.head, deputy=cast.head_person)
    assert leave.state == LeaveState.ASKED and "请批一下" in texts(cast.clerk)
    with pytest.raises(NotAllowed):
        decide_leave(leave=leave, approve=True, actor=cast.head, at=AT)
    assert decide_leave(leave=leave, approve=True, actor=cast.clerk, at=AT).state == LeaveState.APPROVED


@pytest.mark.parametrize("who", ["deputy", "stranger", "officer", "auditor"])
def test_others_decide_nothing(cast, who):
    leave = ask(cast)
    with pytest.raises(NotAllowed):
        decide_leave(leave=leave, approve=True, actor=getattr(cast, who), at=AT)


def test_approved_leave_puts_offers_and_promises_aside(cast):
    _head, deputy, third, fourth = cast.deputies["GT01"]
    link_account(deputy=third, user=account("chenwei", "陈卫"), actor=cast.admin)
    own = offer_swap(shift=duty(cast.gt01, SUNDAY, deputy, fourth), giver=deputy, actor=cast.deputy, at=AT)
    other = offer_swap(shift=duty(cast.gt01, NEXT, third), giver=third, actor=third.user, at=AT)
    take_swap(swap=other, taker=deputy, actor=cast.deputy, at=AT)
    ask(cast, actor=cast.clerk, start=SUNDAY, end=NEXT)
    states = dict(Swap.objects.values_list("pk", "state"))
    assert states == {own.pk: SwapState.WITHDRAWN, other.pk: SwapState.OFFERED}
    assert Swap.objects.get(pk=other.pk).taker is None and "重新等人接" in texts(third.user)


# ---- Taking back ---------------------------------------------------------------------------------------------------


def test_taken_back_in_time_by_the_deputy(cast):
    leave = ask(cast)
    decide_leave(leave=leave, approve=True, actor=cast.clerk, at=AT)
    with pytest.raises(DomainError, match="请打电话给官亭镇联络站"):
        withdraw_leave(leave=leave, actor=cast.deputy, at=moment(SUNDAY))
    withdraw_leave(leave=leave, actor=cast.deputy, at=AT)
    assert "可以再排这位代表" in texts(cast.clerk) and leave_of(cast.deputy_person) == []
    with pytest.raises(Conflict):
        withdraw_leave(leave=leave, actor=cast.deputy, at=AT)


def test_entered_by_mistake_the_clerk_takes_it_back_even_later(cast):
    leave = ask(cast, actor=cast.clerk)
    withdraw_leave(leave=leave, actor=cast.clerk, at=moment(NEXT))
    assert "由官亭工作人员撤回了" in texts(cast.deputy)
    with pytest.raises(NotAllowed):
        withdraw_leave(leave=ask(cast), actor=cast.stranger, at=AT)


# ---- What the sheet shows ------------------------------------------------------------------------------------------


def test_late_leave_leaves_the_deputy_on_the_shift_for_the_sheet_to_preset(cast):
    shift = duty(cast.gt01, SUNDAY, *cast.deputies["GT01"][:2])
    ask(cast, actor=cast.clerk, at=moment(SUNDAY, 8))
    assert on_duty(shift) == {"赵站长", "李代表"}
    assert leave_of(cast.deputy_person) == [Presence.SICK_LEAVE]


def test_leave_in_time_costs_no_point(cast, django_capture_on_commit_callbacks):
    duty(cast.gt01, SUNDAY, *cast.deputies["GT01"][:2])
    ask(cast, actor=cast.clerk, kind=Presence.PRIVATE_LEAVE)
    row = SundayRow(branch=cast.gt01, attendance={cast.head_person: Presence.PRESENT}, received=0)
    with django_capture_on_commit_callbacks(execute=True):
        file_log(row=row, on=SUNDAY, actor=cast.clerk, at=moment(SUNDAY, 17))
    assert score_of(deputy=cast.deputy_person, year=2026).deductions == 0


def test_leave_and_swaps_go_with_a_branch_that_moves(cast):
    leave = ask(cast)
    swap = offer_swap(
        shift=duty(cast.gt01, NEXT, cast.deputy_person), giver=cast.deputy_person, actor=cast.clerk, at=AT
    )  # fmt: skip
    move_branch(branch=cast.gt01, to=cast.yt, on=TODAY, actor=cast.admin, at=AT, name="第三分站")
    assert Leave.objects.get(pk=leave.pk).station == Swap.objects.get(pk=swap.pk).station == cast.yt
    assert record_problems() == []
    with pytest.raises(NotAllowed):
        decide_leave(leave=leave, approve=True, actor=cast.clerk, at=AT)
    assert decide_leave(leave=leave, approve=True, actor=cast.stranger, at=AT).state == LeaveState.APPROVED


# ---- Duty wishes ---------------------------------------------------------------------------------------------------


def test_wishes_are_kept_in_order_and_taken_back(cast):
    wish = set_preference(deputy=cast.deputy_person, avoided_weeks=[5, 1], note="赶集", actor=cast.deputy, at=AT)
    assert (wish.avoided_weeks, wish.note) == ([1, 5], "赶集")
    assert set_preference(deputy=cast.deputy_person, avoided_weeks=[], actor=cast.clerk, at=AT).avoided_weeks == []


@pytest.mark.parametrize("weeks", [[0], [6], [1, 2, 3, 4]])
def test_wishes_leave_sundays_to_plan_with(cast, weeks):
    with pytest.raises(DomainError) as caught:
        set_preference(deputy=cast.deputy_person, avoided_weeks=weeks, actor=cast.deputy, at=AT)
    assert "avoided_weeks" in caught.value.fields


@pytest.mark.parametrize("who", ["stranger", "officer", "auditor"])
def test_nobody_else_wishes_for_a_deputy(cast, who):
    with pytest.raises(NotAllowed):
        set_preference(deputy=cast.deputy_person, avoided_weeks=[1], actor=getattr(cast, who), at=AT)


# ---- Rules ---------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(-2, 8), max_size=8))
def test_weeks_are_a_month_s_and_never_more_than_three(weeks):
    try:
        found = checked_weeks(weeks)
    except ValueError:
        assert len(set(weeks)) > 3 or not set(weeks) <= {1, 2, 3, 4, 5}
    else:
        assert found == sorted(set(weeks)) and len(found) <= 3


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(-40, 40))
def test_too_late_is_the_day_itself_and_all_before(today, ahead):
    assert is_too_late(today + timedelta(days=ahead), today) == (ahead <= 0)


def test_periods_in_words():
    assert days_words(SUNDAY, SUNDAY) == "11月22日"
    assert days_words(SUNDAY, NEXT) == "11月22日至29日"
    assert days_words(NEXT, date(2026, 12, 2)) == "11月29日至12月2日"


def test_drafts_are_left_too(cast):
    shift = duty(cast.gt01, SUNDAY, cast.deputy_person, cast.head_person, state=RosterState.DRAFT)
    ask(cast, actor=cast.clerk)
    assert on_duty(shift) == {"赵站长"}
