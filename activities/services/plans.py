"""Yearly work plans (工作目标、计划、方案): their texts, the activities they promise, their files."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from activities.models import PlanFile, PlanItem, WorkPlan
from activities.permissions import can_keep_plan
from activities.rules import kinds_at
from activities.rules.plans import in_year, month_end
from activities.services.files import attach_file, remove_file
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.models import AuditLog
from julu_liaison.common.texts import clean_text
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.services import hold_place

MOST_TIMES = 99
LONGEST_TEXT = 20_000
LONGEST_TITLE = 80
TEXTS = {"goals": "工作目标", "plan": "工作计划", "scheme": "工作方案"}
NOT_YOURS = "{}的工作计划由本站和上级工作人员编写,需要的话请联系他们。"


@transaction.atomic
def write_plan(*, station: Station, year: int, actor, at: datetime, texts: dict[str, str] | None = None) -> WorkPlan:
    """Begin a place's plan of a year; `texts` by the names of TEXTS. Raises Conflict where there is one."""
    station = _writable_place(station, year, actor, at)
    row = WorkPlan(station=station, county_id=station.county_id, year=year)
    _set_texts(row, texts or {})
    _insert(row)
    audit.record("write_plan", actor=actor, target=row, at=at, station=station.code, year=year)
    return row


@transaction.atomic
def copy_plan(*, station: Station, year: int, actor, at: datetime) -> WorkPlan:
    """Begin a plan with the texts and the promises (none dropped) of the place's last one before `year`."""
    station = _writable_place(station, year, actor, at)
    last = WorkPlan.objects.filter(station=station, year__lt=year).order_by("-year").first()
    if last is None:
        raise DomainError(f"{station.full_name}以前没有工作计划可以抄,请直接写。")
    texts = {name: getattr(last, name) for name in TEXTS}
    row = WorkPlan(station=station, county_id=station.county_id, year=year, **texts)
    _insert(row)
    promises = last.items.promised()
    PlanItem.objects.bulk_create(
        PlanItem(plan=row, kind=one.kind, title=one.title, times=one.times, due_on=in_year(one.due_on, year))
        for one in promises
    )
    audit.record("copy_plan", actor=actor, target=row, at=at, station=station.code, year=year, copied=last.year)
    return row


@transaction.atomic
def edit_plan(*, plan: WorkPlan, version: int, texts: dict[str, str], actor, at: datetime) -> WorkPlan:
    """Change texts (by the names of TEXTS) of the `version` that was read. Raises StaleVersion."""
    row = _held(plan, actor)
    _demand_version(row, version)
    before = {name: getattr(row, name) for name in TEXTS}
    _set_texts(row, texts)
    changed = [name for name in TEXTS if getattr(row, name) != before[name]]
    if changed:
        _save(row, *changed)
        audit.record("edit_plan", actor=actor, target=row, at=at, columns=changed)
    return row


@transaction.atomic
def adopt_plan(*, plan: WorkPlan, adopted_on: date, actor, at: datetime) -> WorkPlan:
    """Record on which day the plan was adopted (通过)."""
    row = _held(plan, actor)
    if adopted_on > today_here(at):
        raise DomainError("通过日期不能晚于今天,请改日期。", fields={"adopted_on": "不能晚于今天"})
    if not any(getattr(row, name) for name in TEXTS) and not row.items.promised().exists():
        raise DomainError("计划还是空的,请先写内容或添加活动。", fields={"adopted_on": "计划还是空的"})
    row.adopted_on = adopted_on
    _save(row, "adopted_on")
    audit.record("adopt_plan", actor=actor, target=row, at=at, day=str(adopted_on))
    return row


# ---- Promised activities -----------------------------------------------------------------------------------------


@transaction.atomic
def add_promise(
    *, plan: WorkPlan, kind: str, title: str, due_on: date, actor, at: datetime, times: int = 1
) -> PlanItem:
    """Add an activity that the plan promises, `times` times until the end of the month of `due_on`."""
    row = _held(plan, actor)
    item = PlanItem(plan=row)
    _set_promise(item, kind, title, due_on, times)
    item.save(force_insert=True)
    audit.record("add_promise", actor=actor, target=row, at=at, title=item.title)
    return item


@transaction.atomic
def edit_promise(
    *, item: PlanItem, version: int, kind: str, title: str, due_on: date, times: int, actor, at: datetime
) -> PlanItem:
    """Change a promise, as read in the plan's `version`. Raises StaleVersion."""
    plan, item = _held_promise(item, actor)
    _demand_version(plan, version)
    _demand_kept(item)
    _set_promise(item, kind, title, due_on, times)
    item.save()
    _save(plan)
    audit.record("edit_promise", actor=actor, target=plan, at=at, title=item.title, times=times)
    return item


@transaction.atomic
def drop_promise(*, item: PlanItem, reason: str, actor, at: datetime) -> PlanItem:
    """The activity will not be held any more; the promise stays to be read, with the reason."""
    plan, item = _held_promise(item, actor)
    _demand_kept(item)
    reason = clean_text(reason)[:100]
    if not reason:
        raise DomainError("请写明为什么不再举办。", fields={"reason": "请写原因"})
    item.dropped_reason = reason
    item.save(update_fields=["dropped_reason"])
    _save(plan)
    audit.record("drop_promise", actor=actor, target=plan, at=at, title=item.title, reason=reason)
    return item


# ---- Files ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def attach_to_plan(*, plan: WorkPlan, name: str, content: bytes, actor, at: datetime) -> PlanFile:
    """Add a file to the plan. Raises DomainError(fields={"file": …}) for one that is not accepted."""
    row = _held(plan, actor)
    file = PlanFile(plan=row)
    attach_file(row=file, owner=row, name=name, content=content, actor=actor, at=at)
    return file


@transaction.atomic
def remove_from_plan(*, file: PlanFile, actor, at: datetime) -> None:
    row = _held(file.plan, actor)
    remove_file(row=PlanFile.objects.select_for_update().get(pk=file.pk), owner=row, actor=actor, at=at)


# ---- What every one of them demands ------------------------------------------------------------------------------


def _writable_place(station: Station, year: int, actor, at: datetime) -> Station:
    station = hold_place(station)
    _demand_keeper(station, actor)
    today = today_here(at)
    if not station.opened_on.year <= year <= today.year + 1:
        raise DomainError(f"请写设立以后到{today.year + 1}年的计划。", fields={"year": "请换一年"})
    if station.closed_on and station.closed_on.year < year:
        raise DomainError(f"{station.full_name}这一年已经撤销,不用写计划。", fields={"year": "已经撤销"})
    return station


def _demand_keeper(station: Station, actor) -> None:
    if not can_keep_plan(actor, station):
        raise NotAllowed(NOT_YOURS.format(station.full_name))


def _insert(row: WorkPlan) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(f"{row.year}年的工作计划已经有人开始写了,请打开接着写。") from error


def _held(plan: WorkPlan, actor) -> WorkPlan:
    row = WorkPlan.objects.select_for_update(of=("self",)).select_related("station").get(pk=plan.pk)
    _demand_keeper(row.station, actor)
    return row


def _held_promise(item: PlanItem, actor) -> tuple[WorkPlan, PlanItem]:
    plan = _held(item.plan, actor)
    return plan, PlanItem.objects.select_for_update().get(pk=item.pk)


def _demand_kept(item: PlanItem) -> None:
    if item.dropped_reason:
        raise Conflict("这项活动已经写明不再举办了。")


def _demand_version(plan: WorkPlan, version: int) -> None:
    if plan.version == version:
        return
    last = AuditLog.objects.filter(target_kind="workplan", target_key=str(plan.uid)).select_related("actor").first()
    who = f"({last.actor.name},{today_here(last.at):%-m月%-d日})" if last and last.actor else ""
    raise StaleVersion(f"这份计划在您打开以后被别人改过{who}。您填的内容还在,请对照最新的再存一次。")


def _save(row: WorkPlan, *columns: str) -> None:
    row.version += 1
    row.save(update_fields=[*columns, "version"])


def _set_texts(row: WorkPlan, texts: dict[str, str]) -> None:
    for name, typed in texts.items():
        if name not in TEXTS:
            raise DomainError("这里只能改目标、计划和方案。", fields={name: "不能改"})
        text = typed.replace("\0", "").replace("\r\n", "\n").strip()
        if len(text) > LONGEST_TEXT:
            sentence = f"{TEXTS[name]}最多{LONGEST_TEXT}个字,更长的请作为文件上传"
            raise DomainError(f"{sentence}。", fields={name: sentence})
        setattr(row, name, text)


def _set_promise(item: PlanItem, kind: str, title: str, due_on: date, times: int) -> None:
    problems = {}
    if kind not in kinds_at(item.plan.station.level):
        problems["kind"] = "请选类别"
    title = clean_text(title)
    if not title or len(title) > LONGEST_TITLE:
        problems["title"] = f"请写活动名称,最多{LONGEST_TITLE}个字"
    if due_on.year != item.plan.year:
        problems["due_on"] = f"请选{item.plan.year}年的月份"
    if not 1 <= times <= MOST_TIMES:
        problems["times"] = f"次数请填1到{MOST_TIMES}"
    if problems:
        raise DomainError("、".join(problems.values()) + "。", fields=problems)
    item.kind, item.title, item.due_on, item.times = kind, title, month_end(due_on), times
