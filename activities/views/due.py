"""What is due for one person on one day: one row a count, each opening the list that it counts.

The same rows for clerk and head: a row that asks for a right the person has nowhere is left out. A further row is one more
function `(Outlook) -> Due | None` in ROWS.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from activities.models import CompleteMonth, DutyLog, Leave, MonthReport, Shift, Swap
from activities.permissions import branches_to_file, can_plan_roster, logs_to_confirm
from activities.services.rosters.gaps import missing_on
from activities.services.rosters.watching import PUBLISH_FROM, stations_without_roster
from activities.states import ReportState, SwapState
from activities.views.days import DAYS_BACK, READ_AHEAD, ReceptionDay, ReceptionDays
from activities.views.rosters.desks import following, preceding, query_of
from deputies.services.readiness import count_boards
from deputies.states import Readiness
from opinions.models import Opinion, VillagerRequest
from opinions.querysets import UNCHECKED
from opinions.states import SOON_DAYS
from scoring.models import BonusClaim, Scheme
from stations.models import Station
from stations.permissions import places_with, sees_messages
from stations.querysets import count_not_out
from stations.states import Right

WEEKS_BACK = 5


@dataclass(frozen=True)
class Due:
    """One count and the list behind it; `is_hot` marks what should not wait."""

    label: str
    number: int
    unit: str
    url: str
    is_hot: bool = False


@dataclass
class Outlook:
    """What the rows of one person's day are counted from, each part read once and only when a row asks for it."""

    user: Any
    today: date

    def places(self, right: Right) -> set[int]:
        return places_with(self.user, right)

    @cached_property
    def branches(self) -> list[Station]:
        """The branches whose receptions the person files, in official order."""
        return list(branches_to_file(self.user, self.today, since=self.today - DAYS_BACK))

    @cached_property
    def receptions(self) -> ReceptionDays:
        return ReceptionDays(self.branches, self.today - DAYS_BACK, self.today + READ_AHEAD)

    @cached_property
    def gaps(self) -> list[ReceptionDay]:
        """The last reception days, latest first, with the branches that have no log."""
        return self.receptions.gaps(self.today, WEEKS_BACK)

    @cached_property
    def next_day(self) -> date | None:
        return self.receptions.next_from(self.today)

    @cached_property
    def next_shifts(self) -> list[Shift]:
        """The next day's roster in official order, each with how many it lacks and whether the person may fill it."""
        if self.next_day is None:
            return []
        order = {branch.pk: index for index, branch in enumerate(self.branches)}
        rows = Shift.objects.visible_to(self.user).filter(branch__in=self.branches, date=self.next_day)
        shifts = list(rows.with_people().select_related("station"))
        for shift in shifts:
            shift.missing = missing_on(shift)
            shift.may_fill = self.next_day > self.today and can_plan_roster(self.user, shift.station)
        return sorted(shifts, key=lambda shift: order[shift.branch_id])

    @cached_property
    def open_month(self) -> date | None:
        """The oldest month of which a report of the person's places waits: an older one is not lost behind a newer."""
        rows = MonthReport.objects.visible_to(self.user).waiting().order_by("month")
        return rows.values_list("month", flat=True).first()

    @property
    def month_reports(self) -> QuerySet[MonthReport]:
        """The reports of that month, none where there is no month."""
        rows = MonthReport.objects.visible_to(self.user)
        return rows.of_month(self.open_month) if self.open_month else rows.none()

    @cached_property
    def tickets(self) -> dict[str, int]:
        """Of the tickets that wait for the person: `all`, those `overdue`, due `soon`, from villagers and `unchecked`."""
        late, soon = Q(due_on__lt=self.today), Q(due_on__range=(self.today, self.today + timedelta(days=SOON_DAYS)))
        rows = Opinion.objects.visible_to(self.user).waiting_for(self.user).order_by()
        return rows.aggregate(
            all=Count("pk"), overdue=Count("pk", filter=late), soon=Count("pk", filter=soon),
            unchecked=Count("pk", filter=UNCHECKED),
        )  # fmt: skip


def dues_of(outlook: Outlook) -> list[Due]:
    """Return what there is to do, what should not wait before the rest; a fixed number of queries a role."""
    found = [due for due in (row(outlook) for row in ROWS) if due and due.number]
    return sorted(found, key=lambda due: not due.is_hot)


def _overdue_tickets(outlook: Outlook) -> Due:
    return Due("意见超期", outlook.tickets["overdue"], "件", _list("opinions", "overdue=1&mine=1"), is_hot=True)


def _unchecked_entries(outlook: Outlook) -> Due:
    """Nobody else sees them until the clerk has checked them."""
    return Due("群众网上反映待核对", outlook.tickets["unchecked"], "件", _list("opinions", "web=1"), is_hot=True)


def _villagers_requests(outlook: Outlook) -> Due | None:
    """A villager's own data has to be set right or let go within a term of the law."""
    places = outlook.places(Right.REVEAL_VILLAGERS)
    if not places:
        return None
    rows = VillagerRequest.objects.visible_to(outlook.user).settled_at(places).waiting()
    return Due("群众要求更正、删去信息", rows.count(), "件", reverse("villager-requests"), is_hot=True)


def _tickets_due_soon(outlook: Outlook) -> Due:
    return Due("意见快到期", outlook.tickets["soon"], "件", _list("opinions", "soon=1&mine=1"))


def _tickets(outlook: Outlook) -> Due:
    return Due("意见等我办", outlook.tickets["all"], "件", _list("opinions", "mine=1"))


def _next_reception(outlook: Outlook) -> Due:
    """Drafts of the station's own next roster are among them: the page shows them, too."""
    lacking = sum(shift.missing for shift in outlook.next_shifts)
    is_near = bool(lacking) and outlook.next_day <= outlook.today + timedelta(days=SOON_DAYS)
    return Due("下次接待缺人", lacking, "人", f"{reverse('station-home')}#next", is_near)


def _unfiled_receptions(outlook: Outlook) -> Due:
    missing = sum(len(day.missing) for day in outlook.gaps)
    return Due("接待还没登记", missing, "次", f"{reverse('station-home')}#gaps")


def _leave_and_swaps(outlook: Outlook) -> Due | None:
    """Nobody settles the own."""
    places, me = outlook.places(Right.APPROVE_LEAVE), outlook.user.pk
    here = Q(branch__in=places) | Q(station__in=places) | Q(county__in=places)
    asked = Leave.objects.asked().filter(here).exclude(deputy__user=me)
    taken = Swap.objects.filter(here, state=SwapState.TAKEN).coming(outlook.today)
    taken = taken.exclude(giver__user=me).exclude(taker__user=me)
    return Due("请假换班等批", asked.count() + taken.count(), "件", reverse("station-leave"))


def _unconfirmed_logs(outlook: Outlook) -> Due:
    """What the head has not confirmed yet; the clerk reminds the head, or notes a word given on paper."""
    logs = DutyLog.objects.unconfirmed().filter(logs_to_confirm(outlook.user))
    return Due("工作日志没确认", logs.count(), "篇", _list("duty-logs", "to_confirm=1"))


def _next_roster(outlook: Outlook) -> Due | None:
    """From the 20th on."""
    places, month = outlook.places(Right.PLAN_ROSTERS), following(outlook.today)
    if not places or outlook.today.day < PUBLISH_FROM:
        return None
    stations = list(stations_without_roster(month).filter(pk__in=places))
    query = query_of(stations[0], month) if stations else ""
    is_near = month <= outlook.today + timedelta(days=SOON_DAYS)
    return Due(f"{month.month}月排班没公布", len(stations), "份", _list("roster", query), is_near)


def _last_month(outlook: Outlook) -> Due | None:
    """As soon as it can be declared complete: not before a day put off into this month, not in a year already published."""
    places, month = outlook.places(Right.PLAN_ROSTERS), preceding(outlook.today)
    if not places:
        return None
    to_come = Shift.objects.published().on_the_calendar().of_month(month).filter(date__gte=outlook.today)
    rows = Station.objects.townships().open(outlook.today.replace(day=1) - timedelta(days=1)).filter(pk__in=places)
    rows = rows.exclude(pk__in=CompleteMonth.objects.standing().filter(month=month).values("station"))
    rows = rows.exclude(pk__in=to_come.values("station"))
    rows = rows.exclude(county__in=Scheme.objects.filter(year=month.year).frozen().values("county"))
    return Due(f"{month.month}月记录没确认", rows.count(), "份", _list("months", f"year={month.year}"))


def _claims(outlook: Outlook) -> Due | None:
    if not outlook.places(Right.CHECK_CLAIMS):
        return None
    claims = BonusClaim.objects.visible_to(outlook.user).waiting_for(outlook.user)
    return Due("加分申报等我办", claims.count(), "件", _list("claims", "state=mine"))


def _boards(outlook: Outlook) -> Due | None:
    """Boards of the own branches that are not ready for the month's first reception."""
    stations = outlook.places(Right.PRINT_BOARDS)
    if not stations:
        return None
    found = count_boards(Station.objects.branches().open(outlook.today).filter(parent__in=stations), outlook.today)
    return Due("公示牌没就绪", found.total() - found[Readiness.READY], "块", reverse("boards-ready"))


def _month_to_confirm(outlook: Outlook) -> Due | None:
    """The head's own branch; for the clerk the branches whose heads have not confirmed."""
    number = outlook.month_reports.filter(state=ReportState.DRAFT).exclude(branch=None).count()
    if outlook.places(Right.ACCEPT_MONTHS):
        return _of_month(outlook, "分站月报没确认", number, "个站")
    return _of_month(outlook, "月报等您确认", number, "份", is_hot=True)


def _month_to_accept(outlook: Outlook) -> Due | None:
    """Stations of one's own all of whose branches have confirmed."""
    drafts = outlook.month_reports.filter(state=ReportState.DRAFT)
    waiting = drafts.exclude(branch=None).values("station")
    ready = drafts.filter(branch=None, station__in=outlook.places(Right.ACCEPT_MONTHS)).exclude(station__in=waiting)
    return _of_month(outlook, "月报等您审核", ready.count(), "份", is_hot=True)


def _messages_not_out(outlook: Outlook) -> Due | None:
    """Whoever did not get them has to be told by telephone."""
    if not sees_messages(outlook.user):
        return None
    return Due("消息没有发出去", count_not_out(outlook.user, timezone.now()), "条", _list("messages", "state=failed"))


def _of_month(outlook: Outlook, label: str, number: int, unit: str, *, is_hot: bool = False) -> Due | None:
    if outlook.open_month is None:
        return None
    return Due(label, number, unit, _list("month-reports", f"month={outlook.open_month:%Y-%m}"), is_hot)


# By urgency; within a page what is hot stands before all of this.
ROWS: tuple[Callable[[Outlook], Due | None], ...] = (
    _unchecked_entries, _villagers_requests, _overdue_tickets, _tickets_due_soon, _next_reception, _leave_and_swaps, _unfiled_receptions,
    _next_roster, _last_month, _month_to_accept, _month_to_confirm, _unconfirmed_logs, _claims, _boards,
    _messages_not_out, _tickets,
)  # fmt: skip


def _list(name: str, query: str) -> str:
    return f"{reverse(name)}?{query}"
