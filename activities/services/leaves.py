"""Leave (请假): asked by the deputy or entered for them, decided by head, clerk or county, taken back.

All of one deputy's leave is written under that deputy's row lock, so two requests cannot overlap and a request is
decided once. Locks are taken in one order everywhere: deputies, rosters, places, then the rows themselves.
"""

from datetime import date, datetime

from dateutil.relativedelta import relativedelta
from django.db import transaction

from activities.models import Activity, Leave, Shift
from activities.permissions import can_ask_leave, can_settle_leave
from activities.rules import days_words, is_too_late
from activities.rules.leaves import FARTHEST_AHEAD, LONGEST_LEAVE
from activities.services.addressees import tell_deciders, tell_deputies
from activities.services.logs.limits import closed_reason
from activities.services.offers import drop_offers
from activities.services.pages import leave_desk, my_duty
from activities.services.people import hold_people
from activities.services.presence import announce_days
from activities.services.rosters import release_places
from activities.services.rosters.gaps import LEFT_FOR
from activities.services.rosters.telling import roster_page
from activities.states import LEAVE_KINDS, ActivityState, LeaveState
from deputies.models import Deputy
from deputies.permissions import is_oneself
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.texts import clean_text
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.services import hold_place

LONGEST_REASON = 100


# ---- Writing -------------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_leave(
    *, deputy: Deputy, started_on: date, ended_on: date, kind: str, reason: str, actor, at: datetime,
    activity: Activity | None = None,
) -> Leave:  # fmt: skip
    """Ask for leave of some days, both included, or from one `activity` alone.

    The deputy in person has to ask before the first day; who may decide enters it for them, also for days gone by,
    and it is approved at once. Raises Conflict where other leave of the deputy covers one of the days already.
    """
    [deputy] = hold_people([deputy])
    branch = _branch_of(deputy, started_on, at)
    if not can_ask_leave(actor, deputy, branch):
        raise NotAllowed("请假由代表本人提出,或者由站长、联络站代为登记。")
    leave = Leave(
        deputy=deputy, started_on=started_on, ended_on=ended_on, activity=activity, kind=kind,
        reason=clean_text(reason), asked_by=actor, asked_at=at, branch=branch,
    )  # fmt: skip
    in_person = is_oneself(actor, deputy)
    _check(leave, at)
    _demand_in_time(leave, in_person, at)
    _demand_no_other(leave)
    gaps = []
    if not in_person:
        leave.state, leave.decided_by, leave.decided_at = LeaveState.APPROVED, actor, at
        gaps = _leave_the_shifts(leave, actor, at)
    leave.put_at(hold_place(branch))
    leave.save(force_insert=True)
    audit.record("ask_leave", actor=actor, target=leave, at=at, deputy=deputy.code, kind=kind, state=leave.state)
    if in_person:
        tell_deciders(leave.branch, f"{_headline(leave)},请批一下。", leave_desk(), at, without=[actor])
    else:
        _tell_approved(leave, gaps, actor, at)
    return leave


@transaction.atomic
def decide_leave(*, leave: Leave, approve: bool, actor, at: datetime, note: str = "") -> Leave:
    """Approve, which takes the deputy off the coming shifts of those days, or refuse, which needs a `note` why.

    In a closed month nothing is approved any more, for it says who was expected then; refusing changes nothing of that.
    """
    leave = _held(leave)
    if not can_settle_leave(actor, leave):
        raise NotAllowed("请假由站长、联络站或县人大办公室批准,自己的假请别人来批。")
    if leave.state != LeaveState.ASKED:
        raise Conflict(_settled_words(leave))
    note = clean_text(note)
    if len(note) > LONGEST_REASON:
        raise DomainError(f"批复最多{LONGEST_REASON}个字。", fields={"note": f"最多{LONGEST_REASON}个字"})
    if not approve and not note:
        raise DomainError("不批准的话,请写一下原因,代表会看到。", fields={"note": "请写原因"})
    if approve:
        _demand_open(leave, at)
    leave.state = LeaveState.APPROVED if approve else LeaveState.REFUSED
    leave.decided_by, leave.decided_at, leave.decision_note = actor, at, note
    gaps = _leave_the_shifts(leave, actor, at) if approve else []
    leave.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    audit.record("decide_leave", actor=actor, target=leave, at=at, deputy=leave.deputy.code, state=leave.state)
    if approve:
        _tell_approved(leave, gaps, actor, at)
    else:
        text = f"您{_days(leave)}的假没有批准,原因请看“我的值班”。"
        tell_deputies([leave.deputy], text, my_duty(), at, fit_for_outside=True)
    return leave


@transaction.atomic
def withdraw_leave(*, leave: Leave, actor, at: datetime) -> Leave:
    """Take leave back: the deputy until the day before it begins, who may decide also afterwards (entered by mistake).

    Shifts that the deputy has left meanwhile are not given back; those who plan are told. Approved leave of a closed
    month stays: it says who was expected then.
    """
    leave = _held(leave)
    in_person = is_oneself(actor, leave.deputy)
    if not (in_person or can_settle_leave(actor, leave)):
        raise NotAllowed("请假由代表本人、站长或联络站撤回。")
    if leave.state not in (LeaveState.ASKED, LeaveState.APPROVED):
        raise Conflict(_settled_words(leave))
    was_approved = leave.state == LeaveState.APPROVED
    if in_person and was_approved and is_too_late(leave.started_on, today_here(at)):
        raise DomainError(f"假期已经开始,要撤回请打电话给{station_desk(leave.branch)}。")
    if was_approved:
        _demand_open(leave, at)
        _announce(leave)
    leave.state = LeaveState.WITHDRAWN
    leave.save(update_fields=["state"])
    audit.record("withdraw_leave", actor=actor, target=leave, at=at, deputy=leave.deputy.code)
    more = ",排班时可以再排这位代表" if was_approved and leave.activity is None else ""
    tell_deciders(
        leave.branch, f"{leave.deputy.name}{_days(leave)}的假撤回了{more}。", leave_desk(), at, without=[actor]
    )  # fmt: skip
    if not in_person:
        tell_deputies([leave.deputy], f"您{_days(leave)}的假由{actor.name}撤回了。", my_duty(), at)
    return leave


def station_desk(branch: Station) -> str:
    """Whom to call about today's duty: the station with its phone."""
    return f"{branch.parent.name}联络站:{branch.phone_here}" if branch.phone_here else f"{branch.parent.name}联络站"


# ---- Steps ---------------------------------------------------------------------------------------------------------


def _branch_of(deputy: Deputy, started_on: date, at: datetime) -> Station:
    """Where the deputy serves today, else on the first day of the leave."""
    rows = deputy.memberships.select_related("branch__parent__parent")
    membership = rows.in_force(today_here(at)).first() or rows.in_force(started_on).first()
    if membership is None:
        raise DomainError(f"{deputy.name}现在不在任何分站,不用请假。", fields={"deputy": "现在不在任何分站"})
    return membership.branch


def _held(leave: Leave) -> Leave:
    hold_people([leave.deputy])
    return Leave.objects.select_related("deputy__user", "branch__parent__parent", "decided_by").get(pk=leave.pk)


def _check(leave: Leave, at: datetime) -> None:
    problems = {}
    if leave.kind not in dict(LEAVE_KINDS):
        problems["kind"] = "请选假别"
    if not leave.reason:
        problems["reason"] = "请写事由,几个字就行"
    elif len(leave.reason) > LONGEST_REASON:
        problems["reason"] = f"事由最多{LONGEST_REASON}个字"
    if leave.ended_on < leave.started_on:
        problems["ended_on"] = "最后一天不能早于第一天"
    elif leave.ended_on - leave.started_on > LONGEST_LEAVE:
        problems["ended_on"] = "一次最多请一年,更久的请联系县人大办公室办理免除"
    elif abs(leave.started_on - today_here(at)) > FARTHEST_AHEAD:
        problems["started_on"] = "请填前后一年以内的日期"
    problems |= _activity_problems(leave)
    if problems:
        raise DomainError(";".join(problems.values()) + "。", fields=problems)


def _activity_problems(leave: Leave) -> dict[str, str]:
    if leave.activity_id is None:
        return {}
    activity = Activity.objects.get(pk=leave.activity_id)  # it may have been moved or cancelled since the page was opened
    if activity.state == ActivityState.CANCELLED:
        return {"activity": "这次活动已经取消了,不用请假"}
    if not (leave.started_on == leave.ended_on == activity.held_on):
        return {"started_on": f"这次活动是{activity.held_on.month}月{activity.held_on.day}日"}
    if not activity.attendance.filter(deputy=leave.deputy).exists():
        return {"activity": "这次活动没有通知这位代表,不用请假"}
    return {}


def _demand_in_time(leave: Leave, in_person: bool, at: datetime) -> None:
    today = today_here(at)
    if in_person and is_too_late(leave.started_on, today):
        sentence = f"当天的假来不及在手机上请了,请打电话给{station_desk(leave.branch)}"
        raise DomainError(f"{sentence}。", fields={"started_on": sentence})
    _demand_open(leave, at)


def _demand_open(leave: Leave, at: datetime) -> None:
    """Of what is over, the filing limit says how long it may still be changed."""
    for day in _first_days(leave):
        if day < today_here(at) and (closed := closed_reason(leave.branch, day, at)):
            raise DomainError(closed, fields={"started_on": "这个月的记录已经截止"})


def _first_days(leave: Leave) -> list[date]:
    """The first day of the leave in each month that it reaches into."""
    first, months = leave.started_on.replace(day=1), []
    while (first := first + relativedelta(months=1)) <= leave.ended_on:
        months.append(first)
    return [leave.started_on, *months]


def _demand_no_other(leave: Leave) -> None:
    """Of what is asked or approved no two cover the same day; leave from one activity stands beside other leave."""
    rows = Leave.objects.filter(
        deputy=leave.deputy, activity=leave.activity, state__in=(LeaveState.ASKED, LeaveState.APPROVED)
    )
    other = rows.overlapping(leave.started_on, leave.ended_on).first()
    if other:
        raise Conflict(
            f"{_days(other)}已经有一次请假({other.get_state_display()}),请先撤回那一次,或者改日期。",
            fields={"started_on": f"{_days(other)}已经请过假"},
        )


def _leave_the_shifts(leave: Leave, actor, at: datetime) -> list[Shift]:
    """Take the deputy off the coming shifts of the leave; returns those with a gap."""
    if leave.activity_id:
        return []
    _announce(leave)
    gaps = release_places(
        deputy=leave.deputy, start=leave.started_on, end=leave.ended_on, actor=actor, at=at, reason=LEFT_FOR
    )
    drop_offers(deputy=leave.deputy, start=leave.started_on, end=leave.ended_on, actor=actor, at=at)
    return gaps


def _announce(leave: Leave) -> None:
    """After commit: days that the deputy was on are left, or no longer left, for leave."""
    county, start, end = leave.deputy.county_id, leave.started_on, leave.ended_on
    announce_days(sender=Leave, deputies=[leave.deputy_id], county=county, start=start, end=end)


def _tell_approved(leave: Leave, gaps: list[Shift], actor, at: datetime) -> None:
    """The deputy learns of it; those who plan learn which days now have a gap, also whoever has just decided."""
    tell_deputies([leave.deputy], f"您{_days(leave)}的假批准了。", my_duty(), at, fit_for_outside=True)
    if gaps:
        days = "、".join(f"{shift.date.month}月{shift.date.day}日{shift.branch.name}" for shift in gaps)
        text = f"{leave.deputy.name}请假,{days}缺人,请安排别的代表。"
        tell_deciders(gaps[0].branch, text, roster_page(gaps[0].roster.month), at)
    elif leave.asked_by_id == actor.pk:
        tell_deciders(leave.branch, f"{_headline(leave)},已由{actor.name}登记。", leave_desk(), at, without=[actor])


def _headline(leave: Leave) -> str:
    return f"{leave.deputy.name}请{_days(leave)}的假"


def _days(leave: Leave) -> str:
    return days_words(leave.started_on, leave.ended_on)


def _settled_words(leave: Leave) -> str:
    if leave.decided_by and leave.state != LeaveState.WITHDRAWN:
        return f"{leave.decided_by.name}已经办过了:{leave.get_state_display()}。"
    return f"这次请假{leave.get_state_display()},不用再办。"
