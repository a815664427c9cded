"""The head confirms what was filed; the clerk notes it for a head who signed on paper."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from activities.models import DutyLog
from activities.permissions import can_confirm_log
from activities.states import LogState
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, NotAllowed


@transaction.atomic
def confirm_logs(*, logs: Iterable[DutyLog], actor, at: datetime) -> int:
    """Confirm logs (确认), all or none; returns how many were new. One that is confirmed already stays as it was.

    The filing limit does not bind it: the log stays as it is, and the head may come to it late. Raises NotAllowed, and
    Conflict for a void one.
    """
    rows = list(DutyLog.objects.select_for_update().filter(pk__in=[log.pk for log in logs]).order_by("pk"))
    if not all(can_confirm_log(actor, log) for log in rows):
        raise NotAllowed("工作日志由本站站长确认;站长在纸上签了字的,由联络站代记。")
    void = [log.number for log in rows if log.state == LogState.VOID]
    if void:
        raise Conflict(f"{'、'.join(void)}已经作废,不用确认。")
    new = [log for log in rows if log.confirmed_at is None]
    for log in new:
        log.confirmed_by, log.confirmed_at = actor, at
        audit.record("confirm_log", actor=actor, target=log, at=at, number=log.number, version=log.version)
    DutyLog.objects.bulk_update(new, ["confirmed_by", "confirmed_at"])
    return len(new)
