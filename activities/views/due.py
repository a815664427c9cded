"""What is due for a clerk or a branch's head: counts that open the lists behind them, the same on every page that shows them.

Each row is a function of the reader; what is nobody's at that desk is None. Urgent ones come first, empty ones are left out.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from dateutil.relativedelta import relativedelta
from django.urls import reverse
from django.utils.http import urlencode

from activities.models import CompleteMonth, DutyLog, Leave, MonthReport, Roster, Swap
from activities.states import LeaveState, ReportState, RosterState, SwapState
from activities.views.rosters.desks import PLANNED_FROM
from deputies.services.readiness import count_boards
from deputies.states import Readiness
from opinions.models import Opinion
from scoring.models import BonusClaim
from stations.models import Station
from stations.permissions import places_with
from stations.querysets import Scope, scope_of
from stations.states import Right


@dataclass(frozen=True)
class Due:
    """One count that opens its list; `is_hot`: it should not wait."""

    label: str
    number: int
    url: str
    unit: str = "件"
    is_hot: bool = False


@dataclass(frozen=True)
class Reader:
    """Whose desk it is, on which day."""

    user: object
    today: date

    @property
    def scope(self) -> Scope:
        return scope_of(self.user)

    @cached_property
    def newest_month(self) -> date | None:
        """The last month that has reports here."""
        rows = MonthReport.objects.in_scope(self.scope).order_by("-month")
        return rows.values_list("month", flat=True).first()


def due_for_clerk(user, today: date) -> list[Due]:
    """What waits at a station's desk."""
    tickets = (_overdue, _due_soon, _waiting)
    months = (_station_months, _branch_months, _words)
    return _found(user, today, (*tickets, *months, _roster, _logs_to_confirm, _asking, _claims, _boards))


def due_for_head(user, today: date) -> list[Due]:
    """What waits for a branch's head."""
    return _found(user, today, (_overdue, _due_soon, _own_months, _own_logs, _asking))


def _found(user, today: date, rows: Iterable[Callable[[Reader], Due | None]]) -> list[Due]:
    reader = Reader(user, today)
    found = [one for row in rows if (one := row(reader)) and one.number]
    return sorted(found, key=lambda one: not one.is_hot)


def _address(name: str, **query: str) -> str:
    return f"{reverse(name)}?{urlencode(query)}"


# ---- Tickets, leave --------------------------------------------------------------------------------------------------


def _overdue(reader: Reader) -> Due:
    rows = Opinion.objects.waiting_for(reader.user).overdue(reader.today)
    return Due("意见超期", rows.count(), _address("opinions", overdue="on", mine="on"), is_hot=True)


def _due_soon(reader: Reader) -> Due:
    rows = Opinion.objects.waiting_for(reader.user).due_soon(reader.today)
    return Due("意见三天内到期", rows.count(), _address("opinions", soon="on", mine="on"), is_hot=True)


def _waiting(reader: Reader) -> Due:
    return Due("意见等我办", Opinion.objects.waiting_for(reader.user).count(), _address("opinions", mine="on"))


def _asking(reader: Reader) -> Due:
    """Leave and swaps that this person may settle; nobody decides the own."""
    asked = Leave.objects.in_scope(reader.scope).filter(state=LeaveState.ASKED).exclude(deputy__user=reader.user.pk)
    taken = Swap.objects.in_scope(reader.scope).filter(state=SwapState.TAKEN).coming(reader.today)
    taken = taken.exclude(giver__user=reader.user.pk).exclude(taker__user=reader.user.pk)
    return Due("请假换班等批", asked.count() + taken.count(), reverse("station-leave"))


# ---- Logs, rosters, claims, boards -----------------------------------------------------------------------------------


def _logs_to_confirm(reader: Reader) -> Due:
    rows = DutyLog.objects.in_scope(reader.scope).unconfirmed()
    return Due("日志站长没确认", rows.count(), _address("duty-logs", unconfirmed="1"), "篇")


def _own_logs(reader: Reader) -> Due:
    rows = DutyLog.objects.in_scope(reader.scope).unconfirmed()
    return Due("工作日志等您确认", rows.count(), _address("duty-logs", unconfirmed="1"), "篇")


def _claims(reader: Reader) -> Due | None:
    if not places_with(reader.user, Right.CHECK_CLAIMS):
        return None
    rows = BonusClaim.objects.visible_to(reader.user).waiting_for(reader.user)
    return Due("加分申报等我办", rows.count(), _address("claims", state="mine"))


def _boards(reader: Reader) -> Due | None:
    """Boards of the own branches that are not ready for the month's first reception."""
    stations = places_with(reader.user, Right.PRINT_BOARDS)
    if not stations:
        return None
    found = count_boards(Station.objects.branches().open(reader.today).filter(parent__in=stations), reader.today)
    return Due("公示牌没就绪", found.total() - found[Readiness.READY], reverse("boards-ready"), "块")


def _roster(reader: Reader) -> Due | None:
    """From the day on which stations turn to the next month, until it is published."""
    if reader.today.day < PLANNED_FROM:
        return None
    month = reader.today.replace(day=1) + relativedelta(months=1)
    stations = reader.scope.townships
    published = Roster.objects.filter(station__in=stations, month=month, state=RosterState.PUBLISHED).count()
    url = _address("roster", month=f"{month:%Y-%m}")
    return Due(f"{month.month}月排班没公布", len(stations) - published, url, "个站", is_hot=True)


# ---- Months ----------------------------------------------------------------------------------------------------------


def _branch_months(reader: Reader) -> Due | None:
    """Of the newest month: reports of branches whose heads have not confirmed."""
    return _reports(reader, "分站月报没确认", ReportState.DRAFT, "个分站", branch__isnull=False)


def _station_months(reader: Reader) -> Due | None:
    """The station's own report, once every branch's is confirmed."""
    month = reader.newest_month
    rows = MonthReport.objects.in_scope(reader.scope).filter(month=month)
    if month is None or rows.filter(state=ReportState.DRAFT).exclude(branch=None).exists():
        return None
    number = rows.filter(state=ReportState.DRAFT, branch=None).count()
    return Due("月报等您审核,报县里", number, _address("month-reports", month=f"{month:%Y-%m}"), "份", is_hot=True)


def _own_months(reader: Reader) -> Due | None:
    return _reports(reader, "月报等您确认", ReportState.DRAFT, "份", is_hot=True, branch__isnull=False)


def _reports(reader: Reader, label: str, state: str, unit: str, *, is_hot: bool = False, **facts) -> Due | None:
    month = reader.newest_month
    if month is None:
        return None
    number = MonthReport.objects.in_scope(reader.scope).filter(month=month, state=state, **facts).count()
    return Due(label, number, _address("month-reports", month=f"{month:%Y-%m}"), unit, is_hot)


def _words(reader: Reader) -> Due:
    """Last month's records whose station has not said yet that they are complete (当月记录齐全)."""
    month = reader.today.replace(day=1) - relativedelta(months=1)
    stations = Station.objects.open_in_month(month).filter(pk__in=reader.scope.townships)
    said = CompleteMonth.objects.standing().filter(month=month).values("station")
    number = stations.exclude(pk__in=said).count()
    return Due(f"{month.month}月记录没确认齐全", number, _address("months", year=f"{month.year}"), "个站")
