"""Saying in words who is left over, why, and what helps."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from activities.models import Roster
from activities.rules.rosters import Cause, Plan, Shortage, explain
from activities.services.rosters.reading import ON_LEAVE, BranchMonth, bounds_of, read_months
from activities.services.rosters.results import RemedyKind, Unplaced
from julu_liaison.common.working_days import today_here
from stations.models import Station

MOST_NAMES = 3
REMEDIES = {
    RemedyKind.FREE_SEAT: "排到{day}",
    RemedyKind.REPLAN: "重新安排一次,换一换日子就能排上",
    RemedyKind.MORE_SEATS: "{day}增加到{seats}人",
    RemedyKind.OTHER_SERVICE: "当月另排一次其他形式的服务,例如走访调研或入户服务",
    RemedyKind.NEXT_MONTH: "下个月优先排",
}


def unplaced_of(*, roster: Roster, at=None) -> list[Unplaced]:
    """Return who has no service in the month as it stands now, with reason and remedy; a fixed number of queries."""
    today = today_here(at)
    months = read_months(roster, branches=branches_of(roster), today=today)
    return [one for month in months for one in explain_month(roster, month, month.plan, today)]


def branches_of(roster: Roster) -> Iterable[Station]:
    """The branches of the roster's station in official order, those closed since then too."""
    rows = Station.objects.branches().filter(parent=roster.station_id)
    return rows.in_official_order().select_related("parent__parent")


def explain_month(roster: Roster, month: BranchMonth, plan: Plan, today: date) -> list[Unplaced]:
    """Explain whom `plan` leaves out of one branch's month."""
    return [_in_words(roster, month, one, today) for one in explain(month.problem, plan)]


def _in_words(roster: Roster, month: BranchMonth, one: Shortage, today: date) -> Unplaced:
    shift = month.shifts[one.day] if one.day is not None else None
    kind = _remedy_kind(roster, month, one, today)
    remedy = REMEDIES[kind].format(day=_day(shift.date) if shift else "", seats=one.seats)
    reason = REASONS[one.cause](month, one)
    return Unplaced(month.branch, month.members[one.key], reason, remedy, kind, shift, one.seats)


def _remedy_kind(roster: Roster, month: BranchMonth, one: Shortage, today: date) -> RemedyKind:
    if one.cause == Cause.UNUSED:
        return RemedyKind.FREE_SEAT
    if one.cause == Cause.TANGLED:
        return RemedyKind.REPLAN
    if one.day is not None:
        return RemedyKind.MORE_SEATS
    return RemedyKind.OTHER_SERVICE if _has_a_day(roster, month, one.key, today) else RemedyKind.NEXT_MONTH


def _has_a_day(roster: Roster, month: BranchMonth, key: int, today: date) -> bool:
    """Whether the deputy can serve in some other form on a day of the month that is still to come."""
    first, last = bounds_of(roster.month)
    start = max(first, today + timedelta(days=1))
    days = (start + timedelta(days=number) for number in range((last - start).days + 1))
    return any(not month.availability.obstacle(key, day) for day in days)


def _away_words(month: BranchMonth, one: Shortage) -> str:
    days_by_word = defaultdict(list)
    for day in month.problem.days:
        word = month.availability.obstacle(one.key, day.date) or "已经过了"
        days_by_word[word].append(day.date)
    if list(days_by_word) == [ON_LEAVE]:
        return "接待日都请了假"
    return "没有能来的接待日:" + ",".join(f"{_days(days)}{word}" for word, days in days_by_word.items())


def _unused_words(month: BranchMonth, one: Shortage) -> str:
    return f"{_day(month.shifts[one.day].date)}还有空位,没有排上"  # type: ignore[index]


def _tangled_words(month: BranchMonth, one: Shortage) -> str:
    return "能来的日子都排了别人,别人可以换到其他日子"


def _full_words(month: BranchMonth, one: Shortage) -> str:
    """These people can come on these days only, which have fewer seats (Hall)."""
    days = [month.problem.days[index] for index in one.days]
    people = [*one.people, *{key for day in days for key in day.locked} - set(one.people)]
    seats = sum(max(day.seats, len(day.locked)) for day in days)
    return f"{_names(month, people)}只能排在{_days(day.date for day in days)},共{seats}个位子"


def _names(month: BranchMonth, people: list[int]) -> str:
    """`李四、王五`, `李四、王五、赵六等13人`, or that it is everybody."""
    if set(people) >= set(month.members):
        return f"本站{len(people)}人"
    names = [deputy.name for key, deputy in month.members.items() if key in people]
    more = f"等{len(people)}人" if len(people) > min(len(names), MOST_NAMES) else ""
    return "、".join(names[:MOST_NAMES]) + more


def _days(days: Iterable[date]) -> str:
    """`3月1日、8日`; the month is named where it changes."""
    words, month = [], None
    for day in sorted(set(days)):
        words.append(f"{day.day}日" if day.month == month else _day(day))
        month = day.month
    return "、".join(words)


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


REASONS = {
    Cause.AWAY: _away_words,
    Cause.UNUSED: _unused_words,
    Cause.TANGLED: _tangled_words,
    Cause.FULL: _full_words,
}
