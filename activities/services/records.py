"""Service records (服务记录): mediation, household service, law publicity … outside of Sundays and activities."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from activities.models import ServiceRecord
from activities.permissions import can_record_service, can_void_service
from activities.rules.services import ROLE_OF_KIND
from activities.services.logs.limits import demand_open
from activities.signals import attendance_changed
from activities.states import LogState, ServiceKind
from deputies.models import Deputy, Membership
from deputies.permissions import is_oneself
from deputies.states import ServiceRole
from julu_liaison.common import audit
from julu_liaison.common.announcing import announce
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.numbering import next_number
from julu_liaison.common.texts import clean_text
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.services import hold_place

MOST = 99_999
FIGURES = {"received": "服务群众人数", "households": "走访户数", "leaflets": "发放资料份数"}
LONGEST_TEXT = 500


@transaction.atomic
def record_service(
    *, deputies: Iterable[Deputy], kind: str, date: date, text: str, actor, at: datetime, service_role: str = "",
    received: int = 0, households: int = 0, leaflets: int = 0,
) -> ServiceRecord:  # fmt: skip
    """Record what `deputies` of one station did on a day, under the next number of the station's register.

    It belongs to the branch of most of them. Without a role it is the usual one of the kind. The same sent twice by
    the same person is one record. Raises NotAllowed, or DomainError with the fields that need another look.
    """
    people = sorted(set(deputies), key=lambda one: one.pk)
    if not people:
        raise DomainError("请选做这件事的代表。", fields={"deputies": "请至少选一位代表"})
    branches = _branches_of(people, date)
    branch = _held_branch(people, branches)
    _demand_recorder(actor, people, branches)
    row = ServiceRecord(
        kind=kind, service_role=service_role or ROLE_OF_KIND.get(kind, ""), date=date, text=clean_text(text),
        received=received, households=households, leaflets=leaflets, recorder=actor, recorded_at=at,
    )  # fmt: skip
    _check(row, branch, at)
    for one in {one.pk: one for one in branches.values()}.values():
        demand_open(one, date, at, of_sessions=False)
    same = _same(row, people)
    if same:
        return same
    row.enter_at(branch)
    row.year, row.serial = date.year, next_number(f"service:{branch.parent_id}:{date.year}")
    row.save(force_insert=True)
    row.deputies.set(people)
    audit.record(
        "record_service", actor=actor, target=row, at=at, number=row.number, station=branch.parent.code, kind=kind,
        deputies=[person.code for person in people],
    )  # fmt: skip
    _announce(row)
    return row


@transaction.atomic
def void_service(*, record: ServiceRecord, reason: str, actor, at: datetime) -> ServiceRecord:
    """Take a record back (作废): its number stays with the reason, it counts no longer."""
    hold_place(record.branch)  # a county that locks the month waits, or is waited for
    row = ServiceRecord.objects.select_for_update(of=("self",)).select_related("branch").get(pk=record.pk)
    if not can_void_service(actor, row):
        raise NotAllowed("作废服务记录由登记的人、联络站或县人大办公室办理。")
    if row.state == LogState.VOID:
        raise Conflict("这条服务记录已经作废了。")
    demand_open(row.branch, row.date, at, of_sessions=False)
    reason = clean_text(reason)[:200]
    if not reason:
        raise DomainError("作废后不能恢复,原记录会保留,请写原因。", fields={"reason": "请写原因"})
    row.state, row.void_reason = LogState.VOID, reason
    row.save(update_fields=["state", "void_reason"])
    audit.record("void_service", actor=actor, target=row, at=at, number=row.number, reason=reason)
    _announce(row)
    return row


def _announce(row: ServiceRecord) -> None:
    """After commit: it counts as service of everybody in it, or does no longer."""
    keys = row.deputies.values_list("pk", flat=True)
    announce(attendance_changed, sender=ServiceRecord, log=None, deputy_ids=sorted(keys), year=row.date.year)


def _branches_of(people: list[Deputy], on: date) -> dict[int, Station]:
    """The branch of each deputy on the day. Raises DomainError where somebody had none, or they are of several stations."""
    rows = Membership.objects.in_force(on).filter(deputy__in=people).select_related("branch__parent")
    found = {row.deputy_id: row.branch for row in rows}
    lost = [person.name for person in people if person.pk not in found]
    if lost:
        sentence = f"{'、'.join(lost)}这一天没有分到分站,请核对日期和代表"
        raise DomainError(f"{sentence}。", fields={"date": "这一天还没有分站", "deputies": sentence})
    if len({branch.parent_id for branch in found.values()}) > 1:
        raise DomainError("请只选一个联络站的代表,别的站另记一条。", fields={"deputies": "请只选一个联络站的代表"})
    return found


def _held_branch(people: list[Deputy], branches: dict[int, Station]) -> Station:
    """The branch of most of the people, of several the first in official order; it stays put until we are done."""
    counts = Counter(branches[person.pk].pk for person in people)
    most = max(counts.values())
    candidates = {branch.pk: branch for branch in branches.values() if counts[branch.pk] == most}
    return hold_place(min(candidates.values(), key=lambda branch: (branch.official_order, branch.code)))


def _demand_recorder(actor, people: list[Deputy], branches: dict[int, Station]) -> None:
    """A deputy records the own service; for others the head of their branch, their station, the county."""
    for person in people:
        if not is_oneself(actor, person) and not can_record_service(actor, branches[person.pk]):
            raise NotAllowed(f"{person.name}的服务由本人、站长、联络站或县人大办公室登记。")


def _check(row: ServiceRecord, branch: Station, at: datetime) -> None:
    problems = {}
    if row.kind not in ServiceKind.values:
        problems["kind"] = "请选是哪一类服务"
    elif row.service_role not in ServiceRole.values:
        problems["service_role"] = "请选角色"
    if not row.text or len(row.text) > LONGEST_TEXT:
        problems["text"] = f"请写做了什么,最多{LONGEST_TEXT}个字"
    if row.date > today_here(at):
        problems["date"] = "不能晚于今天"
    elif not branch.is_open(row.date):
        problems["date"] = "这一天分站没有开放"
    for name, label in FIGURES.items():
        if not 0 <= getattr(row, name) <= MOST:
            problems[name] = f"{label}请填0到{MOST}"
    if problems:
        raise DomainError("、".join(problems.values()) + "。", fields=problems)


def _same(row: ServiceRecord, people: list[Deputy]) -> ServiceRecord | None:
    """What was sent already; the place is held, so a second tap waits for the first."""
    columns = ("kind", "service_role", "date", "text", "received", "households", "leaflets", "recorder")
    same = {name: getattr(row, name) for name in columns}
    keys = {person.pk for person in people}
    for other in ServiceRecord.objects.valid().filter(**same).prefetch_related("deputies"):
        if {person.pk for person in other.deputies.all()} == keys:
            return other
    return None
