"""The audit trail (操作记录), for those who may read it: each county's auditors, and nobody else."""

from datetime import datetime

from django.db import transaction
from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from julu_liaison.common import audit
from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.models import AuditLog
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
from stations.models import Posting, Station
from stations.permissions import can_read_audit, places_with, roles_with
from stations.querysets import accounts_in_reach
from stations.states import Right, Role

NOT_YOURS = "操作记录只有审计员能看。"
ADMINISTRATORS = (Role.COUNTY_ADMIN, Role.SYSTEM_ADMIN)


def audit_in_reach(user) -> QuerySet[AuditLog]:
    """The rows that an auditor reads: those of the county; of those that name no county what somebody of the county did, what
    happened to an account of the county, and what the system did for all. Raises NotAllowed for everybody else.
    """
    if not can_read_audit(user):
        raise NotAllowed(NOT_YOURS)
    codes = Station.objects.filter(pk__in=places_with(user, Right.READ_AUDIT)).values_list("code", flat=True)
    accounts = accounts_in_reach(user)
    keys = accounts.annotate(key=Cast("pk", CharField())).values("key")
    by_nobody = Q(actor=None) & (~Q(target_kind="user") | Q(target_key__in=keys))
    ours = Q(actor__in=accounts.values("pk")) | by_nobody
    return AuditLog.objects.filter(Q(county_code__in=list(codes)) | Q(county_code="") & ours)


@transaction.atomic
def record_search(*, actor, at: datetime) -> None:
    """Record that `actor` has read the audit trail, once a day."""
    audit.record_daily("search_audit", actor=actor, at=at)


@transaction.atomic
def record_audit_export(*, actor, at: datetime, rows: int, filters: dict[str, str]) -> None:
    """Record that `actor` took `rows` rows of the audit trail away; `filters` as they were chosen."""
    audit.record("export_audit", actor=actor, at=at, rows=rows, filters=filters)


@transaction.atomic
def tell_of_audit_problems(*, number: int, at: datetime) -> None:
    """Tell auditors and administrators that the nightly check found something; the log has what it is."""
    words = f"夜里核对操作记录,发现{number}个问题,可能有人直接改过数据库。请让管理员运行 verify_audit 看清楚。"
    for roles, link in ((roles_with(Right.READ_AUDIT), "/audit/"), (ADMINISTRATORS, "/console/health/")):
        rows = Posting.objects.in_force(today_here(at)).filter(role__in=roles).select_related("user").order_by("user")
        users = list({row.user_id: row.user for row in rows}.values())
        notify(kind=Kind.OFFICE, users=users, text=words, link=link, at=at, urgent=True, fit_for_outside=True)
