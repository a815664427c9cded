"""What happens to a visit once it has its number: corrections, how it went on, 作废."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from activities.models import DutyLog, Visit
from activities.permissions import can_keep_visit, can_void_visit
from activities.rules.visits import LONGEST_RESULT, too_long
from activities.services.logs.limits import demand_open
from activities.services.logs.rows import Matter
from activities.services.visits.entering import entry_problems
from activities.signals import visit_corrected
from activities.states import Handling, LogState, Rating
from julu_liaison.common import audit
from julu_liaison.common.announcing import settle
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.working_days import today_here

LONGEST_REASON, LONGEST_HOW = 200, 20
CORRECTED = frozenset({
    "time", "villager_name", "villager_phone", "villager_sex", "villager_village", "people", "matter", "category",
    "request", "confidential", "refusal", "referral",
})  # fmt: skip
SETTLED_HERE = (Handling.ANSWERED, Handling.SETTLED)


def demand_keeper(actor, visit: Visit) -> None:
    if not can_keep_visit(actor, visit):
        raise NotAllowed("接待登记由所在联络站或本站站长办理。")


def demand_voider(actor, visit: Visit) -> None:
    if not can_void_visit(actor, visit):
        raise NotAllowed("作废接待登记由联络站或县人大办公室办理。")


def hold_visit(visit: Visit, actor, *, version: int | None = None) -> Visit:
    """Lock a visit for a change by `actor`. Raises NotAllowed, StaleVersion, and Conflict for one that is void."""
    visit = _locked(visit)
    demand_keeper(actor, visit)
    if visit.state == LogState.VOID:
        raise Conflict(f"接待登记{visit.number}已经作废了。")
    if version is not None and version != visit.version:
        raise StaleVersion("这一条在您打开以后被人改过,请核对现在的内容再改,您填的还在。")
    return visit


def _locked(visit: Visit) -> Visit:
    rows = Visit.objects.select_for_update(of=("self",)).select_related("branch__parent", "deputy", "log", "opinion")
    return rows.get(pk=visit.pk)


def save_changes(visit: Visit, fields: list[str]) -> None:
    """Save some fields of a locked visit as its next version."""
    visit.version += 1
    visit.save(update_fields=[*fields, "version"])


@transaction.atomic
def correct_visit(*, visit: Visit, changes: dict, version: int, actor, at: datetime) -> Visit:
    """Correct what was written down of a visit (CORRECTED); its number, day, branch and deputy stay.

    A ticket made of it follows in who the villager is and whether to keep that confidential.
    """
    visit = hold_visit(visit, actor, version=version)
    demand_open(visit.branch, visit.date, at)
    changed = sorted(name for name, value in changes.items() if getattr(visit, name) != value)
    if not CORRECTED.issuperset(changed):
        raise DomainError("编号、日期、分站和代表不能改,登错了请作废后重新登记。")
    for name in changed:
        setattr(visit, name, changes[name])
    if visit.refusal:
        visit.handling = Handling.REFERRED
    _demand_sound(visit, changed)
    if changed:
        save_changes(visit, [*changed, "handling"])
        audit.record("correct_visit", actor=actor, target=visit, at=at, number=visit.number, fields=changed)
        settle(visit_corrected, sender=Visit, visit=visit, fields=changed, actor=actor, at=at)
    return visit


def _demand_sound(visit: Visit, changed: list[str]) -> None:
    problems = entry_problems(Matter(
        text=visit.matter, category=visit.category, villager_name=visit.villager_name, people=visit.people,
        villager_phone=visit.villager_phone, villager_village=visit.villager_village, request=visit.request,
        villager_sex=visit.villager_sex, handling=visit.handling, refusal=visit.refusal, referral=visit.referral,
        result=visit.result,
    ))  # fmt: skip
    if hasattr(visit, "opinion") and "refusal" in changed:
        problems["refusal"] = "这一件已转为意见,不受理请在意见里办"
    if problems:
        raise DomainError(";".join(problems.values()) + "。", fields=problems)


@transaction.atomic
def record_outcome(
    *,
    visit: Visit,
    handling: str,
    result: str,
    told_on: date | None,
    told_how: str,
    satisfaction: str,
    actor,
    at: datetime,
) -> Visit:
    """Write down how a visit that became no ticket was handled, and when and how the villager was told.

    The filing limit does not bind it: the villager may be told, and asked how it went, after the month is closed.
    """
    visit = hold_visit(visit, actor)
    if hasattr(visit, "opinion"):
        raise Conflict("这一件已转为意见,办得怎么样请在意见里记。")
    result, told_how = result.strip(), told_how.strip()
    problems = too_long(result=(result, LONGEST_RESULT, "结果"), told_how=(told_how, LONGEST_HOW, "怎么告知的"))
    if visit.refusal:
        handling = Handling.REFERRED
    elif handling not in SETTLED_HERE:
        problems["handling"] = "请选当场解答或当场解决;要继续办的请转为意见"
    elif not result:
        problems["result"] = "请写怎么答复、怎么解决的"
    if told_on and not visit.date <= told_on <= today_here(at):
        problems["told_on"] = "告知日期要在来访那天和今天之间"
    if told_how and not told_on:
        problems["told_on"] = "请填哪天告知的"
    if satisfaction not in ("", *Rating.values):
        problems["satisfaction"] = "满意度请在给出的里面选"
    if problems:
        raise DomainError(";".join(problems.values()) + "。", fields=problems)
    visit.handling, visit.result, visit.told_on = handling, result, told_on
    visit.told_how, visit.satisfaction = told_how, satisfaction
    save_changes(visit, ["handling", "result", "told_on", "told_how", "satisfaction"])
    audit.record("record_outcome", actor=actor, target=visit, at=at, number=visit.number, handling=handling)
    return visit


@transaction.atomic
def void_visit(*, visit: Visit, reason: str, actor, at: datetime) -> Visit:
    """Void a visit (作废): its number stays visible with the reason; a ticket made of it goes on."""
    visit = _locked(visit)
    demand_voider(actor, visit)
    if visit.state == LogState.VOID:
        raise Conflict(f"接待登记{visit.number}已经作废了。")
    demand_open(visit.branch, visit.date, at)
    reason = reason.strip()
    if not reason:
        raise DomainError("作废后不能恢复,原记录会保留,请写原因。", fields={"reason": "请写原因"})
    if len(reason) > LONGEST_REASON:
        raise DomainError("作废原因太长。", fields={"reason": f"原因请控制在{LONGEST_REASON}字以内"})
    visit.state, visit.void_reason = LogState.VOID, reason
    save_changes(visit, ["state", "void_reason"])
    audit.record("void_visit", actor=actor, target=visit, at=at, number=visit.number, reason=reason)
    return visit


def void_visits_of(log: DutyLog) -> int:
    """Void the visits of a log that is being voided, for its reason; returns how many. Their tickets go on."""
    visits = log.visits.valid()
    return visits.update(state=LogState.VOID, void_reason=log.void_reason, version=F("version") + 1)
