"""What a changed calendar is for receptions that were published already."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from activities.models import Shift
from activities.services.rosters.telling import roster_page
from activities.states import RosterState, ShiftState
from julu_liaison.common.working_days import Calendar, today_here
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
from stations.models import Posting, Station
from stations.querysets import in_force
from stations.states import Role

REACH = timedelta(days=20)  # a holiday block postpones a Sunday by days, never by weeks


def follow_calendar(*, days: Iterable[date], at: datetime) -> list[str]:
    """Tell the clerks which published receptions of Sundays around `days` the calendar now puts on another day.

    A published day is a promise: it stays until the station moves it. Returns the same in sentences, one a station.
    """
    changed = sorted(days)
    if not changed:
        return []
    today = today_here(at)
    shifts = Shift.objects.filter(
        for_sunday__range=(changed[0] - REACH, changed[-1]), date__gt=today, is_extra=False,
        state=ShiftState.PLANNED, roster__state=RosterState.PUBLISHED, reason="",
    )  # fmt: skip
    calendar = Calendar.load(changed[0] - REACH, changed[-1] + REACH)
    moved: dict[Station, dict[date, date]] = {}
    for shift in shifts.select_related("station").order_by("station__official_order", "station__code", "date"):
        day = calendar.reception_day(shift.for_sunday)
        if day != shift.date:
            moved.setdefault(shift.station, {})[shift.date] = day
    return [_tell(station, days_of, at) for station, days_of in moved.items()]


def _tell(station: Station, moved: dict[date, date], at: datetime) -> str:
    words = "、".join(f"{_short(old)}改到{_short(new)}" for old, new in moved.items())
    text = f"节假日有变动,{station.name}已公布的接待日应{words},请到“排班”里改期。"
    month = min(moved)
    clerks = Posting.objects.filter(in_force(today_here(at)), role=Role.CLERK, station=station).select_related("user")
    users = [posting.user for posting in clerks]
    notify(kind=Kind.DUTY, users=users, text=text, link=roster_page(month), at=at, fit_for_outside=True)
    return text


def _short(day: date) -> str:
    return f"{day.month}月{day.day}日"
