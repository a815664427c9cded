"""Voiding a log; its number stays."""

from datetime import datetime

from django.db import transaction

from activities.models import DutyLog
from activities.permissions import can_void_log
from activities.services.logs.limits import demand_open
from activities.services.logs.telling import announce_attendance
from activities.services.visits.keeping import void_visits_of
from activities.states import LogState
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from stations.services import hold_place


@transaction.atomic
def void_log(*, log: DutyLog, reason: str, actor, at: datetime) -> DutyLog:
    """Void a log (作废) and its visits: the numbers stay visible with the reason, its attendance no longer counts."""
    branch = hold_place(log.branch)  # first the place, then the log, as whoever files and corrects
    log = DutyLog.objects.select_for_update().get(pk=log.pk)
    if not can_void_log(actor, log):
        raise NotAllowed("作废工作日志由联络站或县人大办公室办理。")
    if log.state == LogState.VOID:
        raise Conflict("这篇工作日志已经作废了。")
    if not reason.strip():
        raise DomainError("作废后不能恢复,原记录会保留,请写原因。", fields={"reason": "请写原因"})
    demand_open(branch, log.date, at)
    log.state, log.void_reason = LogState.VOID, reason.strip()
    log.save(update_fields=["state", "void_reason"])
    void_visits_of(log)
    audit.record("void_log", actor=actor, target=log, at=at, number=log.number, reason=log.void_reason)
    announce_attendance(log, [row.deputy for row in log.attendance.select_related("deputy")])
    return log
