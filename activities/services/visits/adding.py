"""A visit beside the Sunday sheet: a villager who came on another day, or whom the log forgot; and a second thought."""

from datetime import date, datetime, timedelta

from django.db import transaction

from activities.models import DutyLog, Visit
from activities.permissions import can_file_log
from activities.services.logs.filing import check_day
from activities.services.logs.rows import Matter
from activities.services.visits.entering import enter_visit, entry_problems
from activities.services.visits.keeping import hold_visit, save_changes
from activities.signals import matters_recorded
from activities.states import SERVED, Form, Handling, LogState
from deputies.models import Deputy, Membership
from julu_liaison.common import audit
from julu_liaison.common.announcing import settle
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from stations.models import Station
from stations.services import hold_place

SENT_AGAIN = timedelta(minutes=2)  # the same words by the same person within so long are a second click


@transaction.atomic
def register_visit(
    *,
    branch: Station,
    entry: Matter,
    on: date,
    actor,
    at: datetime,
    form: str = Form.ONSITE,
    log: DutyLog | None = None,
) -> Visit:
    """Enter one visit of the day `on` with its next number; it becomes a ticket too if `entry` says so.

    With `log` it belongs to that session, of the same branch and day. Sent twice it is entered once. Raises
    NotAllowed, or DomainError with the fields of Visit that need another look.
    """
    branch = hold_place(branch)
    if not can_file_log(actor, branch):
        raise NotAllowed(f"{branch.full_name}的接待登记由所在联络站或本站站长办理。")
    check_day(branch, on, at)
    log = _held(log)
    if log and (log.branch_id, log.date, log.state) != (branch.pk, on, LogState.FILED):
        raise DomainError("这篇工作日志不是这个分站这一天的,请核对。", fields={"log": "请核对日期和分站"})
    problems = entry_problems(entry) | _receiver_problems(entry.deputy, branch, on, log)
    if form not in Form.values:
        problems["form"] = "请选接待的形式"
    if problems:
        raise DomainError(";".join(problems.values()) + "。", fields=problems)
    if (again := _entered_just_now(entry, branch, on, actor, at)) is not None:
        return again
    visit = enter_visit(branch=branch, entry=entry, on=on, form=log.form if log else form, log=log, actor=actor, at=at)
    audit.record("register_visit", actor=actor, target=visit, at=at, number=visit.number, station=branch.parent.code)
    if entry.becomes_opinion:
        settle(matters_recorded, sender=Visit, branch=branch, log=log, matters=[entry], actor=actor, at=at)
    return visit


def _held(log: DutyLog | None) -> DutyLog | None:
    """The log as it is now: it may have been voided since the page was opened, and is not until this is done."""
    return DutyLog.objects.select_for_update().get(pk=log.pk) if log else None


def _receiver_problems(deputy: Deputy | None, branch: Station, on: date, log: DutyLog | None) -> dict[str, str]:
    """Who received the villager was at the session, or without one is a member of the branch that day."""
    if deputy is None:
        return {}
    if log is not None:
        there = log.attendance.filter(deputy=deputy, status__in=SERVED)
    else:
        there = Membership.objects.in_force(on).filter(deputy=deputy, branch=branch)
    return {} if there.exists() else {"deputy": f"{deputy.name}这一天没有在{branch.name}接待,请核对"}


def _entered_just_now(entry: Matter, branch: Station, on: date, actor, at: datetime) -> Visit | None:
    recent = Visit.objects.valid().filter(branch=branch, date=on, recorder=actor, matter=entry.text.strip())
    for visit in recent.filter(recorded_at__range=(at - SENT_AGAIN, at)):
        if (visit.villager_name, visit.villager_phone) == (entry.villager_name.strip(), entry.villager_phone.strip()):
            return visit
    return None


@transaction.atomic
def accept_visit(*, visit: Visit, version: int, actor, at: datetime) -> Visit:
    """Make a ticket of a visit that was answered on the spot or refused: the villager asked again, or was right.

    It counts as received on the day of the visit; its terms run from now. Allowed for a visit of a closed month, too:
    the number and what was written down stay, and the villager need not wait for the county's exception.
    """
    visit = hold_visit(visit, actor, version=version)
    if hasattr(visit, "opinion"):
        raise Conflict("这一件已经转为意见了。")
    audit.record(
        "accept_visit",
        actor=actor,
        target=visit,
        at=at,
        number=visit.number,
        before=visit.handling,
        refusal=visit.refusal,
    )
    visit.handling, visit.refusal, visit.referral, visit.result = Handling.OPINION, "", "", ""
    save_changes(visit, ["handling", "refusal", "referral", "result"])
    settle(
        matters_recorded,
        sender=Visit,
        branch=visit.branch,
        log=visit.log,
        matters=[_matter_of(visit)],
        actor=actor,
        at=at,
    )
    return visit


def _matter_of(visit: Visit) -> Matter:
    """The visit as the matter that a ticket is made of."""
    return Matter(
        text=visit.matter, category=visit.category, deputy=visit.deputy, villager_name=visit.villager_name,
        villager_phone=visit.villager_phone, villager_village=visit.villager_village, confidential=visit.confidential,
        visit=visit,
    )  # fmt: skip
