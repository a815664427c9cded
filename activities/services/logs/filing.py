"""Filing duty logs: one entry feeds log, attendance, opinions and (through announcing) points."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from activities.models import Attendance, DutyLog, Shift
from activities.permissions import can_file_log
from activities.services.drafts import drop_draft
from activities.services.logs.limits import demand_open
from activities.services.logs.rows import MOST_RECEIVED, FiledLog, SundayRow
from activities.services.logs.telling import announce_attendance
from activities.services.presence import announce_reception
from activities.services.visits.entering import entry_problems, register_visits
from activities.signals import matters_recorded
from activities.states import CALLED_OFF, SERVED, Presence, ShiftState
from deputies.models import Deputy, Membership
from julu_liaison.common import audit
from julu_liaison.common.announcing import settle
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.numbering import next_number
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.services import hold_place


@transaction.atomic
def file_log(*, row: SundayRow, on: date, actor, at: datetime, filing_key: str | None = None) -> FiledLog:
    """File one session's log with its next number; its matters become opinions in the same transaction.

    `filing_key` makes a repeat return what was filed first. Raises NotAllowed, or DomainError with the fields
    (`date`, `attendance`, `received`, `opinions`) that need another look.
    """
    row = replace(row, branch=hold_place(row.branch))  # it may have been moved since the sheet was opened
    if not can_file_log(actor, row.branch):
        raise NotAllowed(f"{row.branch.full_name}的工作日志由所在联络站或本站站长登记。")
    filed = DutyLog.objects.filter(filing_key=filing_key).first() if filing_key else None
    if filed:
        return FiledLog(filed, [])
    check_day(row.branch, on, at)
    check_row(row, on)
    log = _write_log(row, on, actor, at, filing_key)
    opinions = register_matters(log, row, actor, at)
    audit.record("file_log", actor=actor, target=log, at=at, number=log.number, station=row.branch.parent.code)
    drop_draft(branch=row.branch, on=on)
    announce_attendance(log, row.attendance)
    return FiledLog(log, opinions, [matter.visit for matter in row.matters if matter.visit])


def check_day(branch: Station, on: date, at: datetime) -> None:
    if on > today_here(at):
        raise DomainError("接待日还没到,请到当天再登记。", fields={"date": "这一天还没到"})
    if not branch.is_open(on):
        raise DomainError("这一天分站不在开放期内,请核对日期。", fields={"date": "这一天分站没有开放"})
    demand_open(branch, on, at)


def check_row(row: SundayRow, on: date, *, known: Mapping[Deputy, str] | None = None) -> None:
    """Raise DomainError for what doesn't fit; who stands in the log already, as `known` has it, is not asked again."""
    problems = {}
    if not row.attendance:
        problems["attendance"] = "请填至少一位代表是否到岗"
    strangers = _strangers(row, on, known or {})
    if strangers:
        problems["attendance"] = f"{'、'.join(strangers)}这一天不是本分站的代表;从别的分站来顶班请选“顶班”"
    if not 0 <= row.received <= MOST_RECEIVED:
        problems["received"] = f"接待人数请填0到{MOST_RECEIVED}"
    served = any(status in SERVED for status in row.attendance.values())
    if (row.received or row.matters) and row.attendance and not served:
        problems["attendance"] = "有群众来访,请填是哪位代表接待的"
    if row.stands_in_for and (sentence := _stand_in_problem(row, on)):
        problems["attendance"] = sentence
    if any(matter.deputy and row.attendance.get(matter.deputy) not in SERVED for matter in row.matters):
        problems["opinions"] = "接意见的代表要在这次到岗的代表里选"
    if sentence := next((words for matter in row.matters for words in entry_problems(matter).values()), ""):
        problems["opinions"] = sentence
    if any(not matter.text.strip() for matter in row.matters):
        problems["opinions"] = "有一条意见没有写内容,请补上或删掉"
    if problems:
        raise DomainError("、".join(problems.values()) + "。", fields=problems)


def _strangers(row: SundayRow, on: date, known: Mapping[Deputy, str]) -> list[str]:
    """Names of those who may not be in this log: no member that day, nor a substitute of the same station."""
    keys = [deputy.pk for deputy in row.attendance]
    branch_of = dict(Membership.objects.in_force(on).filter(deputy__in=keys).values_list("deputy", "branch"))
    station_of = dict(Membership.objects.in_force(on).filter(deputy__in=keys).values_list("deputy", "branch__parent"))
    return [
        deputy.name
        for deputy, status in row.attendance.items()
        if not (
            known.get(deputy) == status
            or branch_of.get(deputy.pk) == row.branch.pk
            or (status == Presence.SUBSTITUTE and station_of.get(deputy.pk) == row.branch.parent_id)
        )
    ]


def _stand_in_problem(row: SundayRow, on: date) -> str:
    """A substitute stands in for one who was due at the branch and was away."""
    members = set(Membership.objects.in_force(on).filter(branch=row.branch).values_list("deputy", flat=True))
    for deputy, replaced in row.stands_in_for.items():
        if row.attendance.get(deputy) != Presence.SUBSTITUTE:
            return f"{deputy.name}不是顶班的代表,不用选替谁"
        if replaced.pk not in members:
            return f"{replaced.name}这一天不是本分站的代表,请看看{deputy.name}替的是谁"
        if row.attendance.get(replaced) in SERVED:
            return f"{replaced.name}自己到岗了,请看看{deputy.name}替的是谁"
    return ""


def _write_log(row: SundayRow, on: date, actor, at: datetime, filing_key: str | None) -> DutyLog:
    log = DutyLog(
        year=on.year, serial=next_number(f"log:{row.branch.parent_id}:{on.year}"), date=on, form=row.form,
        service_role=row.service_role, summary=row.summary, received=row.received, households=row.households,
        leaflets=row.leaflets, recorder=actor, filed_at=at, filing_key=filing_key,
    )  # fmt: skip
    log.enter_at(row.branch)
    log.save(force_insert=True)
    shift = Shift.objects.on_day(row.branch, on).prefetch_related("places").first()
    expected = {place.deputy_id for place in shift.places.all()} if shift else set()
    Attendance.objects.bulk_create(
        Attendance(
            log=log,
            deputy=deputy,
            status=status,
            expected=deputy.pk in expected,
            stands_in_for=row.stands_in_for.get(deputy),
        )
        for deputy, status in row.attendance.items()
    )
    if shift and shift.state in CALLED_OFF:
        Shift.objects.filter(pk=shift.pk).update(state=ShiftState.PLANNED, reason="")
        announce_reception(shift)
    return log


def register_matters(log: DutyLog, row: SundayRow, actor, at: datetime) -> list:
    """Enter every matter in the register of visits and have those accepted made tickets; returns the tickets."""
    first_present = next((deputy for deputy, status in row.attendance.items() if status in SERVED), None)
    for matter in row.matters:
        matter.deputy = matter.deputy or first_present
    register_visits(log=log, matters=row.matters, actor=actor, at=at)
    accepted = [matter for matter in row.matters if matter.becomes_opinion]
    if not accepted:
        return []
    answers = settle(matters_recorded, sender=DutyLog, branch=log.branch, log=log, matters=accepted, actor=actor, at=at)
    return [opinion for answer in answers for opinion in answer]


@transaction.atomic
def file_sunday(*, rows: list[SundayRow], on: date, actor, at: datetime, filing_key: str) -> list[FiledLog]:
    """File a station's sheet for one day, all rows or none; sending the same sheet twice files it once.

    A branch that somebody else has filed meanwhile raises Conflict, which names who and when.
    """
    filed = []
    for row in sorted(rows, key=lambda row: row.branch.pk):
        hold_place(row.branch)
        key = f"{filing_key}:{row.branch.code}"
        _demand_not_filed(row.branch, on, key)
        if row.not_held_reason:
            record_not_held(branch=row.branch, on=on, reason=row.not_held_reason, actor=actor, at=at)
        else:
            filed.append(file_log(row=row, on=on, actor=actor, at=at, filing_key=key))
    return filed


def _demand_not_filed(branch: Station, on: date, key: str) -> None:
    other = DutyLog.objects.valid().filter(branch=branch, date=on).exclude(filing_key=key).first()
    if other:
        raise Conflict(
            f"{branch.name}这一天已由{other.recorder.name}登记({other.number}),请去掉这一行再提交。",
            fields={branch.code: "已经登记过了"},
        )


@transaction.atomic
def record_not_held(*, branch: Station, on: date, reason: str, actor, at: datetime) -> Shift:
    """Record that a planned session did not take place (本次未开展), with the reason."""
    branch = hold_place(branch)
    if not can_file_log(actor, branch):
        raise NotAllowed(f"{branch.full_name}由所在联络站或本站站长登记。")
    check_day(branch, on, at)
    if not reason.strip():
        raise DomainError("本次没有开展,请写原因。", fields={"not_held_reason": "请写原因"})
    shift = Shift.objects.select_for_update().on_day(branch, on).first()
    if shift is None:
        raise DomainError("这一天本来没有安排接待,不用登记“未开展”。", fields={"date": "没有安排"})
    shift.state, shift.reason = ShiftState.NOT_HELD, reason.strip()[:100]
    shift.save(update_fields=["state", "reason"])
    drop_draft(branch=branch, on=on)
    audit.record("record_not_held", actor=actor, target=branch, at=at, day=str(on), reason=shift.reason)
    announce_reception(shift)
    return shift
