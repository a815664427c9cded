"""Correcting a log: a new version with its reason; what it said before stays readable (更正)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from activities.models import Attendance, DutyLog, LogVersion, ShiftPlace
from activities.permissions import can_correct_log
from activities.rules import log_differences
from activities.services.logs.filing import check_day, check_row, register_matters
from activities.services.logs.rows import SundayRow
from activities.services.logs.telling import announce_attendance
from activities.states import LogState
from deputies.models import Deputy
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.history import Difference
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
from stations.services import hold_place

FIGURES = ("form", "service_role", "received", "households", "leaflets", "summary")
LONGEST_REASON = 200


@transaction.atomic
def correct_log(*, log: DutyLog, row: SundayRow, reason: str, version: int, actor, at: datetime) -> DutyLog:
    """Make `log` say what `row` says (更正); what it said before becomes a LogVersion with the reason.

    Number, day and branch stay: a log of the wrong day is voided. `version` is the one that was read. Opinions
    registered before stay; `row.matters` are forgotten ones, registered now. The head has to confirm again.
    Raises Conflict for a void log, NotAllowed, StaleVersion, or DomainError with the fields as `file_log` does.
    """
    branch = hold_place(log.branch)
    log = DutyLog.objects.select_for_update().get(pk=log.pk)
    log.branch = branch
    _demand_correctable(log, version, actor)
    row = replace(row, branch=branch)
    check_day(branch, log.date, at)
    there = {one.deputy: one.status for one in log.attendance.select_related("deputy")}
    check_row(row, log.date, known=there)
    _check_reason(reason.strip())
    before = content_of(log)
    _write(log, row)
    after = content_of(log)
    if before == after and not row.matters:
        raise DomainError("填的和原来一样,没有要更正的。", fields={"row": "没有要更正的"})
    register_matters(log, row, actor, at)
    _record(log, before, reason.strip(), actor, at)
    announce_attendance(log, {*there, *row.attendance})
    return log


def _demand_correctable(log: DutyLog, version: int, actor) -> None:
    if log.state == LogState.VOID:
        raise Conflict("这篇工作日志已经作废,不能更正。")
    if not can_correct_log(actor, log):
        raise NotAllowed("工作日志由所在联络站或本站站长更正。")
    if version != log.version:
        last = log.versions.select_related("actor").first()
        who = f"{last.actor.name}在{timezone.localtime(last.at):%m月%d日 %H:%M}" if last else "别人刚"
        raise StaleVersion(f"{who}更正过这篇日志,请看看改了什么。", version=log.version)


def _check_reason(reason: str) -> None:
    if not reason:
        raise DomainError("请写为什么更正。", fields={"reason": "请写为什么更正"})
    if len(reason) > LONGEST_REASON:
        raise DomainError(f"原因最多{LONGEST_REASON}个字。", fields={"reason": f"原因最多{LONGEST_REASON}个字"})


def content_of(log: DutyLog) -> dict[str, Any]:
    """What a log says, as plain JSON: its figures, and the attendance by deputy's code. No villager is in it."""
    rows = log.attendance.select_related("deputy", "stands_in_for")
    attendance = {
        row.deputy.code: {
            "status": row.status, "expected": row.expected, "for": row.stands_in_for.code if row.stands_in_for else "",
        }
        for row in rows
    }  # fmt: skip
    return {name: getattr(log, name) for name in FIGURES} | {"attendance": attendance}


def _write(log: DutyLog, row: SundayRow) -> None:
    for name in FIGURES:
        setattr(log, name, getattr(row, name))
    log.save(update_fields=FIGURES)
    _write_attendance(log, row)


def _write_attendance(log: DutyLog, row: SundayRow) -> None:
    """Rows that stay keep their key, and who was expected; who is new was expected if the roster says so."""
    there = {one.deputy_id: one for one in log.attendance.select_related("stands_in_for")}
    kept = {deputy.pk for deputy in row.attendance}
    Attendance.objects.filter(log=log).exclude(deputy__in=kept).delete()
    rostered = set(
        ShiftPlace.objects.filter(shift__branch=log.branch_id, shift__date=log.date).values_list("deputy", flat=True)
    )
    for deputy, status in row.attendance.items():
        one = there.get(deputy.pk) or Attendance(log=log, deputy=deputy, expected=deputy.pk in rostered)
        replaced = row.stands_in_for.get(deputy)
        if one.pk and (one.status, one.stands_in_for) == (status, replaced):
            continue
        one.status, one.stands_in_for = status, replaced
        one.save()


def _record(log: DutyLog, before: dict[str, Any], reason: str, actor, at: datetime) -> None:
    """Keep the old version, count the new one, and ask whoever had confirmed the old one to look again."""
    confirmer = log.confirmed_by
    kept = before | {"confirmed_by": confirmer.name if confirmer else ""}
    LogVersion.objects.create(log=log, version=log.version, content=kept, reason=reason, actor=actor, at=at)
    log.version += 1
    log.confirmed_by, log.confirmed_at = None, None
    log.save(update_fields=["version", "confirmed_by", "confirmed_at"])
    audit.record("correct_log", actor=actor, target=log, at=at, number=log.number, version=log.version, reason=reason)
    if confirmer and confirmer != actor:
        text = f"您确认过的工作日志{log.number}更正了,请看看再确认一次。"
        link = reverse("duty-log", args=[log.uid])
        notify(kind=Kind.RECORD, users=[confirmer], text=text, link=link, at=at, fit_for_outside=True)


@dataclass(frozen=True)
class Correction:
    """One correction of a log: when, by whom, why, what changed, who had confirmed what it said before, and the opinions
    that it registered.
    """

    at: datetime
    actor: Any
    reason: str
    differences: list[Difference]
    confirmed_by: str
    added: list[Any]


def corrections_of(log: DutyLog) -> list[Correction]:
    """The corrections of a log, latest first, each with what it changed (four queries at most)."""
    versions = list(log.versions.select_related("actor"))
    if not versions:
        return []
    contents = [content_of(log), *(version.content for version in versions)]
    rows = [pair for content in contents for pair in content["attendance"].items()]
    codes = {code for code, _row in rows} | {row["for"] for _code, row in rows}
    opinions = list(log.opinions.all())  # the latest first
    names = dict(Deputy.objects.filter(code__in=codes).values_list("code", "name"))
    return [
        Correction(
            version.at, version.actor, version.reason, log_differences(version.content, after, names),
            version.content.get("confirmed_by", ""),
            [opinion for opinion in reversed(opinions) if opinion.registered_at == version.at],
        )
        for version, after in zip(versions, contents, strict=False)
    ]  # fmt: skip
