"""Who may change rosters, and the locks under which they do: the roster's row first, then places, then shifts."""

from collections.abc import Iterable
from datetime import date, datetime

from activities.models import Roster, Shift
from activities.permissions import can_plan_roster
from activities.states import RosterState, ShiftState
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.texts import clean_text
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.services import hold_places

LONGEST_REASON = 100


def demand_planner(actor, station: Station) -> None:
    if actor is not None and not can_plan_roster(actor, station):
        raise NotAllowed("排班由乡镇联络站办理。")


def demand_plannable(on: date, at: datetime, *, field: str) -> None:
    """A day is planned from today on until the end of next year. Raises DomainError with the `field`."""
    today = today_here(at)
    if on < today:
        raise DomainError("这一天已经过去了,请选今天或以后的日期。", fields={field: "这一天已经过去了"})
    if on.year > today.year + 1:
        sentence = f"最远排到{today.year + 1}年12月31日"
        raise DomainError(f"{sentence},请看看年份对不对。", fields={field: sentence})


def demand_month_plannable(month: date, at: datetime) -> None:
    """A month is planned and published until its last day, at the earliest in the year before. Raises DomainError."""
    today = today_here(at)
    if month < today.replace(day=1):
        raise DomainError(
            f"{month.year}年{month.month}月已经过去了,不能再排班;谁来接待过,请登记在工作日志里。",
            fields={"month": "这个月已经过去了"},
        )
    if month.year > today.year + 1:
        raise DomainError(f"最远排到{today.year + 1}年12月,请看看年份对不对。", fields={"month": "年份太远"})


def hold_roster(roster: Roster) -> Roster:
    """Return the roster as it is now; nobody else changes it until this transaction ends."""
    Roster.objects.select_for_update().get(pk=roster.pk)
    return Roster.objects.select_related("station").get(pk=roster.pk)


def hold_shift(shift: Shift) -> Shift:
    """Return the shift as it is now, with roster, branch and places, all held. Raises Conflict where it's gone."""
    found = hold_shifts([shift])
    if not found:
        raise Conflict("这一天的接待刚才被人从排班里去掉了,请再看一遍。")
    return found[0]


def hold_shifts(shifts: Iterable[Shift]) -> list[Shift]:
    """The same for several, in order of date."""
    keys = [shift.pk for shift in shifts]
    rosters = Shift.objects.filter(pk__in=keys).values("roster")
    list(Roster.objects.filter(pk__in=rosters).order_by("pk").select_for_update())
    hold_places(Station.objects.filter(pk__in=Shift.objects.filter(pk__in=keys).values("branch")))
    list(Shift.objects.filter(pk__in=keys).order_by("pk").select_for_update())
    rows = Shift.objects.filter(pk__in=keys).select_related("roster__station", "branch__parent__parent", "station")
    return list(rows.prefetch_related("places__deputy__user").order_by("date", "branch__official_order", "pk"))


def is_published(shift: Shift) -> bool:
    return shift.roster.state == RosterState.PUBLISHED


def demand_to_come(shift: Shift, at: datetime) -> None:
    """A published day that has come is a matter of the log, and nobody is put on a day that was called off."""
    if shift.state != ShiftState.PLANNED:
        raise Conflict(f"{day_words(shift)}的接待{shift.get_state_display()},不能再调整人员。")
    if is_published(shift) and shift.date <= today_here(at):
        raise Conflict(f"{day_words(shift)}已经到了,谁来了请在当天的工作日志里登记。")


def checked_reason(text: str, *, needed: bool) -> str:
    """Return the reason cleaned; raises DomainError (`reason`) where it is missing or too long."""
    reason = clean_text(text)
    if needed and not reason:
        raise DomainError("请写原因,相关的代表会看到。", fields={"reason": "请写原因"})
    if len(reason) > LONGEST_REASON:
        raise DomainError(f"原因最多{LONGEST_REASON}个字。", fields={"reason": f"最多{LONGEST_REASON}个字"})
    return reason


def day_words(shift: Shift) -> str:
    return f"{shift.branch.name}{shift.date.month}月{shift.date.day}日"
