"""Where an entry came from: what the record says of the deputy, and a link to it for who may open it."""

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from dateutil.relativedelta import relativedelta

from activities.models import Activity, ActivityAttendance, Attendance, DutyLog, Leave, ServiceRecord, Shift
from activities.rules import days_words
from julu_liaison.common.working_days import today_here
from opinions.models import Opinion
from opinions.states import state_words
from scoring.models import Appeal, BonusClaim, PointEntry
from scoring.states import Source
from scoring.views.sources import links_of

Facts = list[tuple[str, str]]  # label, words


class Story(NamedTuple):
    """What the record says, and where it can be looked up (empty: nowhere for this person)."""

    facts: Facts
    link: str = ""


def story_of(user, entry: PointEntry) -> Story:
    """The record behind an entry (at most five queries); nothing but the reason where the record is not for `user`."""
    links = links_of(user, [entry], own=entry.deputy.user_id == user.pk)
    return Story(READERS[Source(entry.source)](user, entry), links.get((entry.source, entry.source_key), ""))


def _day(day) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _of_log(user, entry: PointEntry) -> Facts:
    log = DutyLog.objects.visible_to(user).select_related("branch", "recorder").filter(uid=entry.source_key).first()
    if log is None:
        return []
    facts = [("工作日志", f"{log.branch.full_name} {log.number}({log.get_state_display()})"), ("哪一天", _day(log.date))]
    row = Attendance.objects.filter(log=log, deputy=entry.deputy_id).first()
    facts.append(("日志里的到岗情况", row.get_status_display() if row else "没有这位代表"))
    facts.append(("谁登记的", f"{log.recorder.name} {_day(today_here(log.filed_at))}"))
    reasons = log.versions.exclude(reason="").order_by("version").values_list("reason", flat=True)
    return facts + [("更正过", reason) for reason in reasons]


def _of_activity(user, entry: PointEntry) -> Facts:
    activity = Activity.objects.visible_to(user).select_related("station").filter(uid=entry.source_key).first()
    if activity is None:
        return []
    row = ActivityAttendance.objects.filter(activity=activity, deputy=entry.deputy_id).first()
    return [
        ("活动", f"{activity.title}({activity.get_kind_display()})"),
        ("哪一天", _day(activity.held_on)),
        ("举办单位", activity.station.full_name),
        ("出席情况", row.get_status_display() if row and row.status else "没有登记"),
    ]


def _of_leave(user, entry: PointEntry) -> Facts:
    leave = Leave.objects.visible_to(user).select_related("decided_by").filter(uid=entry.source_key).first()
    if leave is None:
        return []
    facts = [
        ("请假", f"{leave.get_kind_display()},{days_words(leave.started_on, leave.ended_on)}"),
        ("状态", leave.get_state_display()),
    ]
    if leave.decided_by:
        facts.append(("谁批的", leave.decided_by.name))
    return facts


def _of_ticket(user, entry: PointEntry) -> Facts:
    ticket = Opinion.objects.visible_to(user).select_related("register").filter(uid=entry.source_key).first()
    if ticket is None:
        return []
    return [
        ("编号", ticket.full_number), ("事项", ticket.heading[:80]), ("登记", _day(ticket.registered_on)),
        ("现在", state_words(ticket.kind, ticket.state)),
    ]  # fmt: skip


def _of_claim(user, entry: PointEntry) -> Facts:
    claim = BonusClaim.objects.visible_to(user).select_related("checked_by", "decided_by").filter(
        uid=entry.source_key
    ).first()  # fmt: skip
    if claim is None:
        return []
    facts = [("申报", claim.text), ("证明材料", claim.evidence), ("状态", claim.get_state_display())]
    people = (("核对", claim.checked_by), ("审定", claim.decided_by))
    return facts + [(label, person.name) for label, person in people if person]


def _of_month(user, entry: PointEntry) -> Facts:
    """What was planned and done in the month that is charged as idle."""
    first = date.fromisoformat(f"{entry.source_key.rpartition(':')[2]}-01")
    last = first + relativedelta(months=1, days=-1)
    planned = Shift.objects.published().on_the_calendar().filter(places__deputy=entry.deputy_id)
    served = Attendance.objects.counted().served().filter(deputy=entry.deputy_id).within(first, last)
    other = ServiceRecord.objects.valid().filter(deputies=entry.deputy_id).within(first, last)
    return [
        ("哪个月", f"{first.year}年{first.month}月,联络站确认当月记录齐全后自动计算"),
        ("排了班", f"{planned.of_month(first).count()}天"),
        ("到岗", f"{served.count()}次"),
        ("别的服务记录", f"{other.count()}条"),
    ]


def _of_appeal(user, entry: PointEntry) -> Facts:
    appeal = Appeal.objects.visible_to(user).filter(uid=UUID(entry.source_key)).first()
    if appeal is None:
        return []
    return [("复核", f"{appeal.get_kind_display()}:{appeal.text}"), ("答复", appeal.answer)]


READERS: dict[Source, Callable[[Any, PointEntry], Facts]] = {
    Source.LOG: _of_log,
    Source.ACTIVITY: _of_activity,
    Source.LEAVE: _of_leave,
    Source.OPINION: _of_ticket,
    Source.CLAIM: _of_claim,
    Source.MONTH: _of_month,
    Source.APPEAL: _of_appeal,
}
