"""Why a line no longer stands, in words: what the record says of its own correction."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from activities.models import Activity, CompleteMonth, DutyLog, LogVersion
from activities.states import ActivityState, LogState
from julu_liaison.common.models import AuditLog
from opinions.models import Opinion
from opinions.states import State, state_words
from scoring.models import BonusClaim, PointEntry
from scoring.rules.months import month_key
from scoring.states import Source

UNSAID = "原始记录已更正"
RECORDED_LATER = "补登记了当月的服务"


def why_gone(entries: Iterable[PointEntry]) -> dict[tuple[str, str], str]:
    """Return the reason by (source, source key), for those that the records give one (one or two queries a source)."""
    keys: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if entry.source == Source.MONTH or is_uid(entry.source_key):
            keys[entry.source].add(entry.source_key)
    found: dict[tuple[str, str], str] = {}
    for source, read in READERS.items():
        if keys[source]:
            found |= {(source, key): words for key, words in read(keys[source]).items()}
    return found


def is_uid(key: str) -> bool:
    """False for what somebody wrote into the column by force, which no query of uids takes."""
    try:
        return str(UUID(key)) == key
    except ValueError:
        return False


def _of_logs(uids: set[str]) -> dict[str, str]:
    versions = LogVersion.objects.filter(log__uid__in=uids).order_by("version").values_list("log__uid", "reason")
    found = {str(uid): reason for uid, reason in versions}
    void = DutyLog.objects.filter(uid__in=uids, state=LogState.VOID).values_list("uid", "void_reason")
    return found | {str(uid): f"日志作废,{reason}" for uid, reason in void}


def _of_activities(uids: set[str]) -> dict[str, str]:
    """Corrections of attendance keep their reason in the audit log alone."""
    rows = AuditLog.objects.filter(action="record_attendance", target_kind="activity", target_key__in=uids)
    said = rows.order_by("pk").values_list("target_key", "detail")
    found = {key: detail["reason"] for key, detail in said if detail.get("reason")}
    cancelled = Activity.objects.filter(uid__in=uids, state=ActivityState.CANCELLED).values_list("uid", "cancel_reason")
    return found | {str(uid): f"活动取消,{reason}" for uid, reason in cancelled}


def _of_tickets(uids: set[str]) -> dict[str, str]:
    """The state alone: what was written beside it may name a villager."""
    rows = Opinion.objects.filter(uid__in=uids, state__in=(State.VOID, State.MERGED, State.REFUSED))
    return {str(uid): state_words(kind, state) for uid, kind, state in rows.values_list("uid", "kind", "state")}


def _of_claims(uids: set[str]) -> dict[str, str]:
    return {str(uid): note for uid, note in BonusClaim.objects.filter(uid__in=uids).values_list("uid", "decision_note")}


def _of_months(keys: set[str]) -> dict[str, str]:
    """Of what stands the record of the service is the reason; taken back, the station says why."""
    codes = {key.rpartition(":")[0] for key in keys}
    rows = CompleteMonth.objects.filter(station__code__in=codes).order_by("pk")
    said = {}
    for code, month, is_back, why in rows.values_list("station__code", "month", "taken_back_at", "why_taken_back"):
        said[month_key(code, month)] = f"当月记录确认已取消,{why}" if is_back else RECORDED_LATER
    return {key: said.get(key, RECORDED_LATER) for key in keys}


READERS = {
    Source.LOG: _of_logs,
    Source.ACTIVITY: _of_activities,
    Source.OPINION: _of_tickets,
    Source.CLAIM: _of_claims,
    Source.MONTH: _of_months,
}
