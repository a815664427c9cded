"""What leaders see: a county's or a station's figures of a week, month or year; the same on a wall; what they mean."""

from datetime import date

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from julu_liaison.common.working_days import today_here
from julu_liaison.overview import (
    MEASURES,
    Overview,
    Period,
    Span,
    cards_of,
    categories_of,
    day_bars,
    meanings,
    more_of,
    office_tables,
    places_table,
    read_overview,
)
from julu_liaison.overview.measures import where_of
from julu_liaison.overview.periods import EARLIEST
from julu_liaison.overview.rows import reception_rows
from julu_liaison.tasks import recount_overview
from opinions.models import Opinion
from opinions.services.looking import hide_villagers
from stations.models import Station
from stations.permissions import can_see_overview, sees_overviews
from stations.querysets import scope_of
from stations.states import Level

SHOWN, FEW_SHOWN = 8, 5  # rows of the lists beside the figures; the rest is behind their links
REFRESH_SECONDS = 60
OWNERS = {Level.CENTRE: "乡镇", Level.TOWNSHIP: "分站"}


@require_safe
@login_required
@never_cache
def overview(request):
    """The county; a clerk comes to the own station."""
    place = own_place(request.user)
    if place.level != Level.CENTRE:
        return redirect(_address(place, request.GET))
    return render(request, "overview/page.html", _page(request, place))


@require_safe
@login_required
@never_cache
def overview_station(request, code):
    """One station with its branches."""
    own_place(request.user)
    place = Station.objects.named(code, request.user)
    if place.level != Level.TOWNSHIP:
        raise Http404
    if not can_see_overview(request.user, place):
        raise PermissionDenied
    return render(request, "overview/page.html", _page(request, place))


@require_safe
@login_required
@never_cache
def overview_wall(request):
    """The own place for a screen on the wall: dark, without scrolling, fetched anew every minute, no ticket's text."""
    place = own_place(request.user)
    answer = render(request, "overview/wall.html", _page(request, place) | {"mode": "dark"})
    answer["Refresh"] = str(REFRESH_SECONDS)
    return answer


@require_safe
@login_required
def overview_meanings(request):
    """How every figure is worked out; each has an anchor of its own."""
    own_place(request.user)
    return render(request, "overview/meanings.html", {"meanings": meanings()})


def own_place(user) -> Station:
    """The county, else the station, whose overview a person sees; of several the first by code. Raises PermissionDenied."""
    if not sees_overviews(user):
        raise PermissionDenied
    scope = scope_of(user)
    return Station.objects.filter(pk__in=scope.counties or scope.townships).order_by("code")[0]


def _page(request, place: Station) -> dict:
    at = timezone.localtime()
    today = today_here(at)
    period = _asked(request.GET, today)
    found = read_overview(place=place, period=period, at=at, recount=lambda: _ask_worker(place, period))
    urgent = _urgent(request.user, place, period, today)
    unlogged = _unlogged(found)
    return {
        "place": place, "period": period, "today": today, "at": at, "overview": found, "owner": OWNERS[place.level],
        "name": period.name(today), "days": period.days_until(today), "spans": _spans(period, today), "beside": _beside(period, today),
        "cards": cards_of(found, urgent[0][1] if urgent else 0),
        "more": more_of(found), "table": places_table(found, OWNERS[place.level]), "bars": day_bars(found),
        "categories": categories_of(found), "offices": office_tables(found), "urgent": urgent, "unlogged": unlogged,
        "overdue_url": MEASURES["overdue"].address(period, where_of(place)), "query": urlencode(period.query(today)),
        "is_county": place.level == Level.CENTRE,
        "leads_up": bool(scope_of(request.user).counties),
    }  # fmt: skip


def _ask_worker(place: Station, period: Period) -> None:
    recount_overview.apply_async(args=[place.pk, str(period.span), period.start.isoformat()], expires=300)


def _asked(query, today: date) -> Period:
    """The period in the address; what is none, or has not begun, is not found."""
    span, text = query.get("period", Span.MONTH), query.get("on", "")
    try:
        day = parse_date(text) if text else today
        period = Period.around(Span(span), day) if day else None
    except (ValueError, OverflowError):
        period = None
    if period is None or period.start < EARLIEST or not period.has_begun(today):
        raise Http404
    return period


def _spans(period: Period, today: date) -> list[tuple[str, str, bool]]:
    """本周, 本月, 本年: label, address, is it the one that is shown."""
    return [(f"本{span.words}", f"?period={span}", span == period.span and period.is_running(today)) for span in Span]


def _beside(period: Period, today: date) -> dict[str, tuple[str, str] | None]:
    """The periods before and after: name and address; none where it has not begun, or lies too far back."""
    before, after = period.before, period.after
    return {
        "before": _named(before, today) if before.start >= EARLIEST else None,
        "after": _named(after, today) if after.has_begun(today) else None,
    }


def _named(period: Period, today: date) -> tuple[str, str]:
    return period.name(today), f"?{urlencode(period.query(today))}"


def _address(place: Station, query) -> str:
    return reverse("overview-station", args=[place.code]) + (f"?{query.urlencode()}" if query else "")


def _urgent(user, place: Station, period: Period, today: date) -> list[tuple[Opinion, int]]:
    """The tickets that are late for longest, and by how many days: read anew for whoever looks, for they are no figures."""
    rows = Opinion.objects.visible_to(user).under(place).valid().overdue(today).filter(registered_on__lte=period.end)
    found = list(rows.for_list().without_villager().order_by("due_on", "pk")[:SHOWN])
    hide_villagers(tickets=found, actor=user)
    return [(ticket, (today - ticket.due_on).days) for ticket in found if ticket.due_on]


def _unlogged(found: Overview) -> dict:
    """The branches without a log at the last reception day of the period: the day, some of them, how many, the list."""
    if not found.days:
        return {"day": None, "rows": [], "number": 0}
    day, where = found.days[-1][0], where_of(found.place)
    rows = reception_rows(place=found.place, figure="missing", start=day, end=day, on=found.on).prefetch_related(None)
    rows = rows.order_by("station__official_order", "station__code", "branch__official_order", "branch__code")
    url = MEASURES["missing"].address(Period(Span.WEEK, day, day), where)
    return {"day": day, "rows": list(rows[:FEW_SHOWN]), "number": rows.count(), "url": url}
