"""What moving and closing a branch is for logs and rosters (see `stations.signals`)."""

from datetime import date, datetime, timedelta

from activities.models import (
    DutyLog,
    Leave,
    MonthReport,
    OtherService,
    Placed,
    ServiceRecord,
    Shift,
    ShiftPlace,
    Swap,
    Visit,
    placed_models,
)
from activities.services.offers import drop_offers_of_day
from activities.services.rosters.announcing import correct_announcements, leads_on
from activities.services.rosters.telling import is_near, own_page
from activities.states import ReportState, RosterState, ShiftState
from julu_liaison.common.errors import Conflict
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
from stations.models import Station
from stations.rules import Effect
from stations.states import Level

# What goes with its branch, in the words of the preview and of the audit; of shifts see `follow_branch`.
FOLLOWING: dict[type[Placed], tuple[str, str]] = {
    DutyLog: ("工作日志,一起过去,编号不变", "篇"),
    Visit: ("接待登记,一起过去,编号不变", "条"),
    ServiceRecord: ("服务记录,一起过去,编号不变", "条"),
    Leave: ("请假,一起过去", "次"),
    Swap: ("换班,一起过去", "次"),
    OtherService: ("另行安排的服务,一起过去", "次"),
}


def follow_branch(*, branch: Station, target: Station, at: datetime) -> list[Effect]:
    """Everything of the branch goes to the new station; numbers stay in the register that gave them.

    A month's report goes along until it is locked. A published day is a promise and stays; what was only drafted is for
    the new station to plan.
    """
    shifts = Shift.objects.filter(branch=branch)
    to_come = shifts.filter(date__gt=today_here(at))
    drafted = _forget_drafts(to_come)
    OtherService.objects.filter(branch=branch, roster__state=RosterState.DRAFT, by__gt=today_here(at)).delete()
    promised = to_come.on_the_calendar().count()
    _take_reports_along(branch, target)
    moved = {model: model._default_manager.filter(branch=branch).update(station=target) for model in placed_models()}
    return _told(
        *(Effect(words, moved[model], unit) for model, (words, unit) in FOLLOWING.items()),
        Effect("已公布的接待日,照常接待", promised, "次"),
        Effect(f"还没公布的接待日,改由{target.name}重新排", drafted, "次"),
    )


def _take_reports_along(branch: Station, target: Station) -> None:
    """Until a month is locked; what the old station had accepted the new one has yet to."""
    reports = MonthReport.objects.filter(branch=branch).exclude(state=ReportState.LOCKED)
    reports.filter(state=ReportState.ACCEPTED).update(state=ReportState.CONFIRMED)
    reports.update(station=target)


def close_branch(*, station: Station, on: date, into: Station | None, actor, at: datetime) -> list[Effect]:
    """No reception from `on` on: published ones are called off with the reason, drafts forgotten.

    Raises Conflict where a log shows that the branch was open that day.
    """
    if station.level != Level.BRANCH:
        return []
    _demand_no_log(station, on)
    to_come = Shift.objects.filter(branch=station, date__gte=on)
    drafted = _forget_drafts(to_come)
    promised = list(to_come.on_the_calendar())
    called_off = [shift.pk for shift in promised]
    reason = f"分站已并入{into.full_name}" if into else "分站已撤销"
    today = today_here(at)
    for shift in promised:
        if shift.date >= today:
            drop_offers_of_day(shift, f"取消了,{reason}", actor, at)
    _call_off(called_off, reason[:100], today)
    _tell(called_off, station, reason, at)
    announced = [shift for shift in promised if shift.announced_on and shift.date >= today]
    where_to = leads_on(into)
    correct_announcements(((one, f"{one.date.month}月{one.date.day}日的接待取消{where_to}。") for one in announced), at)
    return _told(
        Effect("工作日志,留在原分站名下", DutyLog.objects.filter(branch=station).count(), "篇"),
        Effect("已公布的接待日,取消并告诉值班代表", len(called_off), "次"),
        Effect("还没公布的接待日,不再安排", drafted, "次"),
    )


def _call_off(shifts: list[int], reason: str, today: date) -> None:
    """A day to come is cancelled; one that has passed already has not been held."""
    rows = Shift.objects.filter(pk__in=shifts)
    rows.filter(date__lt=today).update(state=ShiftState.NOT_HELD, reason=reason)
    rows.filter(date__gte=today).update(state=ShiftState.CANCELLED, reason=reason)


def _forget_drafts(shifts) -> int:
    """Remove what nobody was told of; returns how many reception days that was."""
    drafts = list(shifts.filter(roster__state=RosterState.DRAFT).values_list("pk", flat=True))
    Shift.objects.filter(pk__in=drafts).delete()
    return len(drafts)


def _demand_no_log(branch: Station, on: date) -> None:
    last = DutyLog.objects.valid().filter(branch=branch, date__gte=on).order_by("-date").first()
    if last:
        after = last.date + timedelta(days=1)
        raise Conflict(
            f"{branch.full_name}{last.date.month}月{last.date.day}日还登记了工作日志,"
            f"请把日期写在{after.year}年{after.month}月{after.day}日以后;那天还没到的话,到当天再办。",
            fields={"on": f"不能早于{after:%Y-%m-%d}"},
        )


def _tell(shifts: list[int], branch: Station, reason: str, at: datetime) -> None:
    """Tell whoever is on a day still to come that it's off."""
    places = ShiftPlace.objects.filter(shift__in=shifts, shift__date__gte=today_here(at), deputy__user__isnull=False)
    for place in places.select_related("shift__roster", "deputy__user").order_by("shift__date", "pk"):
        day = place.shift.date
        text = f"{day.month}月{day.day}日在{branch.name}的接待取消了:{reason}。"
        notify(
            kind=Kind.DUTY, users=[place.deputy.user], text=text, link=own_page(place.shift.roster.month), at=at,
            urgent=is_near(at, day), fit_for_outside=True,
        )  # fmt: skip


def _told(*effects: Effect) -> list[Effect]:
    return [effect for effect in effects if effect.count]
