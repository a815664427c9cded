"""The county's tasks of today: counts that open the lists behind them."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Q
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from activities.models import DutyLog, MonthReport, Shift
from activities.rules.rosters import FULL_TEAM
from activities.states import CALLED_OFF, ReportState, RosterState, ShiftState
from deputies.models import CorrectionRequest
from deputies.permissions import corrections_settled_by
from deputies.services.readiness import count_boards
from deputies.states import Readiness
from julu_liaison.common.holidays import missing_years
from julu_liaison.common.working_days import today_here
from julu_liaison.health import count_late
from opinions.models import Opinion, VillagerRequest
from opinions.services.looking import hide_villagers
from opinions.states import ENDED, Kind, State
from scoring.models import Appeal, BonusClaim
from scoring.services.alerts import absentees_of
from stations.models import Station
from stations.permissions import places_with
from stations.querysets import count_not_out, scope_of
from stations.states import Right

WEEKS = 8
NEW_DAYS = 7
LOOK_AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class Task:
    """One count that opens its list; `is_hot` marks what should not wait."""

    label: str
    number: int
    url: str
    is_hot: bool = False
    unit: str = "件"


@dataclass(frozen=True)
class ReceptionDay:
    """How complete one reception day's records are, over the whole county."""

    on: date
    planned: int
    filed: int
    not_held: int

    @property
    def missing(self) -> int:
        return self.planned - self.filed - self.not_held


def _demand_county(request):
    """The console is for county staff and auditors."""
    counties = scope_of(request.user).counties
    if not counties:
        raise PermissionDenied
    return counties


@require_safe
@login_required
def console(request):
    counties = _demand_county(request)
    today = today_here()
    days = _reception_days(counties, today)
    urgent = Opinion.objects.visible_to(request.user).overdue(today).for_list().order_by("due_on", "pk")[:8]
    hide_villagers(tickets=urgent, actor=request.user)
    context = {
        "today": today,
        "tasks": _tasks(request.user, counties, today, days),
        "days": days,
        "missing_years": missing_years(today),
        "urgent": urgent,
    }
    return render(request, "console.html", context)


def _tasks(user, counties, today: date, days: list[ReceptionDay]) -> list[Task]:
    since = today - timedelta(days=NEW_DAYS - 1)
    counts = Opinion.objects.visible_to(user).aggregate(
        centre=Count("pk", filter=Q(state=State.AT_CENTRE, kind=Kind.OPINION)),
        suggestions=Count("pk", filter=Q(state=State.AT_CENTRE, kind=Kind.SUGGESTION)),
        overdue=Count("pk", filter=Q(due_on__lt=today) & ~Q(state__in=ENDED)),
        unsigned=Count("pk", filter=Q(state=State.AT_DEPARTMENT)),
        untold=Count("pk", filter=Q(state=State.REPLIED)),
        new=Count("pk", filter=Q(registered_on__gte=since)),
    )
    missing = sum(day.missing for day in days)
    gaps = Shift.objects.visible_to(user).understaffed(today, today + LOOK_AHEAD, FULL_TEAM).count()
    return [
        Task("意见等转办", counts["centre"], _list(state=State.AT_CENTRE, kind=Kind.OPINION), counts["centre"] > 0),
        Task(
            "建议等交办",
            counts["suggestions"],
            _list(state=State.AT_CENTRE, kind=Kind.SUGGESTION),
            counts["suggestions"] > 0,
        ),
        Task("超期没办完", counts["overdue"], _list(overdue="1"), counts["overdue"] > 0),
        Task("部门正在办", counts["unsigned"], _list(state=State.AT_DEPARTMENT)),
        Task("已答复,等告知群众", counts["untold"], _list(state=State.REPLIED)),
        Task(f"近{NEW_DAYS}天收到", counts["new"], _list(since=since.isoformat())),
        Task(f"近{WEEKS}周接待日没有登记", missing, reverse("console-sundays"), unit="次"),
        Task("两周内接待日不足2人", gaps, reverse("console-roster"), gaps > 0, unit="次"),
        *_month_tasks(counties),
        *_board_tasks(counties, today),
        *_point_tasks(user, counties, today),
        *_asked_about_data(user),
        *_messages_not_out(user),
        *_late_runs(),
    ]


def _asked_about_data(user) -> list[Task]:
    """Who wants the own data corrected or let go has to be answered within a term; nothing to see while nobody asks."""
    corrections = CorrectionRequest.objects.visible_to(user).waiting_for(user, **corrections_settled_by(user)).count()
    places = places_with(user, Right.REVEAL_VILLAGERS)
    villagers = VillagerRequest.objects.visible_to(user).settled_at(places).waiting().count() if places else 0
    tasks = [
        Task("更正申请等答复", corrections, reverse("corrections"), True),
        Task("群众要求更正、删去信息", villagers, reverse("villager-requests"), True),
    ]
    return [task for task in tasks if task.number]


def _messages_not_out(user) -> list[Task]:
    """Nothing to see while all of them get out."""
    number = count_not_out(user, timezone.now())
    url = f"{reverse('messages')}?{urlencode({'state': 'failed'})}"
    return [Task("消息没有发出去", number, url, unit="条")] if number else []


def _late_runs() -> list[Task]:
    """Nothing to see while the background service does its work."""
    late = count_late(at=timezone.now())
    return [Task("定时任务没按时", late, reverse("health"), True, unit="项")] if late else []


def _month_tasks(counties) -> list[Task]:
    """The stations that have not handed in the oldest open month; once all have, the month waits for its lock."""
    rows = MonthReport.objects.filter(county__in=counties, branch=None)
    month = rows.waiting().order_by("month").values_list("month", flat=True).first()
    if month is None:
        return []
    open_ones = rows.of_month(month).filter(state=ReportState.DRAFT)
    waiting = open_ones.exclude(station=None).count()
    url = f"{reverse('month-reports')}?{urlencode({'month': f'{month:%Y-%m}'})}"
    ready = open_ones.filter(station=None).count() if not waiting else 0
    return [
        Task(f"{month.month}月月报没报上来", waiting, url, unit="个站"),
        *([Task(f"{month.month}月月报等锁定", ready, url, is_hot=True, unit="份")] if ready else []),
    ]


def _board_tasks(counties, today: date) -> list[Task]:
    """Boards for the month's first reception, as far as is known without reading every portrait."""
    found = count_boards(Station.objects.branches().open(today).filter(county__in=counties), today)
    ready, unhung = found[Readiness.READY], found[Readiness.UNHUNG]
    url = reverse("boards-ready")
    return [
        Task("公示牌要印", found.total() - ready - unhung, url, unit="块"),
        Task("公示牌印好没挂", unhung, url, unit="块"),
    ]


def _point_tasks(user, counties, today: date) -> list[Task]:
    """What waits of points; each count is that of the list behind it."""
    claims = BonusClaim.objects.visible_to(user).waiting_for(user).count()
    appeals = Appeal.objects.visible_to(user).open()
    counts = appeals.aggregate(open=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today)))
    absent = sum(len(absentees_of(county=county, on=today)) for county in Station.objects.filter(pk__in=counties))
    return [
        Task("加分申报等我办", claims, f"{reverse('claims')}?state=mine"),
        Task("复核等答复", counts["open"], reverse("appeals"), counts["late"] > 0),
        Task("无故缺席人代会", absent, reverse("points-alerts"), absent > 0, unit="人"),
    ]


def _list(**filters) -> str:
    return f"{reverse('opinions')}?{urlencode(filters)}"


def _reception_days(counties, today: date) -> list[ReceptionDay]:
    """The reception days of the last WEEKS weeks, newest first (one query)."""
    rows = _past_shifts(counties, today - timedelta(weeks=WEEKS), today)
    rows = rows.values_list("date").annotate(
        planned=Count("pk"),
        filed=Count("pk", filter=Q(has_log=True)),
        not_held=Count("pk", filter=Q(has_log=False, state__in=CALLED_OFF)),
    )
    return [ReceptionDay(*row) for row in rows.order_by("-date")]


def _past_shifts(counties, start: date, end: date):
    """Published shifts held before `end`, each with `has_log`."""
    logs = DutyLog.objects.valid().filter(branch=OuterRef("branch"), date=OuterRef("date"))
    rows = Shift.objects.filter(county__in=counties, date__gte=start, date__lt=end)
    return rows.filter(roster__state=RosterState.PUBLISHED).annotate(has_log=Exists(logs))


@require_safe
@login_required
def console_sundays(request):
    """The branches that have no log yet, of one reception day or of the last weeks, by township."""
    counties = _demand_county(request)
    today = today_here()
    day = _chosen_day(request.GET.get("date", ""))
    rows = _past_shifts(counties, day or today - timedelta(weeks=WEEKS), today)
    rows = rows.filter(date=day) if day else rows
    missing = rows.filter(has_log=False, state=ShiftState.PLANNED).select_related("branch", "station")
    missing = missing.order_by("station__official_order", "station__code", "branch__code", "-date")
    groups: dict[Station, dict[Station, list[date]]] = {}
    for shift in missing:
        groups.setdefault(shift.station, {}).setdefault(shift.branch, []).append(shift.date)
    context = {"groups": groups, "day": day, "weeks": WEEKS}
    return render(request, "console_sundays.html", context)


def _chosen_day(text: str) -> date | None:
    if not text:
        return None
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise Http404
    return day
