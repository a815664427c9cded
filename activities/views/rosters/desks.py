"""Which station's month is looked at, and what the person may do with it."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from activities.models import Roster
from activities.permissions import can_plan_roster
from activities.reports import MonthTable, month_table
from activities.states import RosterState
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.querysets import scope_of

PLANNED_FROM = 20  # the day of the month on which stations turn to the next one
MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Desk:
    """One station's month on somebody's desk.

    `branches`: keys of those the person sees, None for all; `plans`: whether the person may plan here; `stations`: all
    that the person may turn to. Whoever doesn't look after the station sees published days only.
    """

    station: Station
    month: date
    branches: Collection[int] | None
    plans: bool
    stations: list[Station]

    @property
    def published_only(self) -> bool:
        return self.branches is not None

    @property
    def query(self) -> str:
        return query_of(self.station, self.month)

    @property
    def url(self) -> str:
        return f"{reverse('roster')}?{self.query}"

    @property
    def roster(self) -> Roster | None:
        rows = Roster.objects.filter(station=self.station, month=self.month)
        return rows.filter(state=RosterState.PUBLISHED).first() if self.published_only else rows.first()

    @property
    def is_published(self) -> bool:
        return self.roster is not None and self.roster.state == RosterState.PUBLISHED

    def table(self, counts=None, asking=()) -> MonthTable:
        return month_table(
            self.station, self.month, branches=self.branches, published_only=self.published_only, counts=counts,
            asking=asking,
        )  # fmt: skip


def desk_of(request, *, for_members: bool = False) -> Desk:
    """Read `?month=` and `?station=`; without them the month to turn to, and the person's first station.

    Raises Http404 for who looks after no station and heads no branch (nor, `for_members`, belongs to one), for a foreign
    station and an impossible month.
    """
    scope = scope_of(request.user)
    own = scope.branches if for_members else scope.headed
    whole = Q(county__in=scope.counties) | Q(pk__in=scope.townships)
    rows = Station.objects.townships().filter(whole | Q(children__in=own)).select_related("county").distinct()
    stations = list(rows.order_by("official_order", "code"))
    code = request.GET.get("station", "")
    station = next((one for one in stations if not code or one.code == code), None)
    if station is None:
        raise Http404
    sees_all = station.county_id in scope.counties or station.pk in scope.townships
    return Desk(
        station, chosen_month(request), None if sees_all else own,
        can_plan_roster(request.user, station), stations,
    )  # fmt: skip


def may_open_roster(user, desk: Desk) -> bool:
    """Whether the desk's roster page is theirs too, as it is of everybody but deputies who head no branch."""
    return desk.branches is None or bool(scope_of(user).headed)


def desk_for(request, station: Station, month: date) -> Desk:
    """The desk on which a reception day of the station lies, for whoever plans it; anybody else is refused by services."""
    return Desk(station, month, None, can_plan_roster(request.user, station), [station])


def query_of(station: Station, month: date) -> str:
    return f"month={month:%Y-%m}&station={station.code}"


def chosen_month(request) -> date:
    """The first day of the month asked for; without one the current month, near its end the next."""
    text = request.GET.get("month", "")
    if not text:
        today = today_here()
        return following(today) if today.day >= PLANNED_FROM else today.replace(day=1)
    if not MONTH.fullmatch(text):
        raise Http404
    return date.fromisoformat(f"{text}-01")


def following(month: date) -> date:
    """The first day of the next month."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def preceding(month: date) -> date:
    """The first day of the month before."""
    return (month.replace(day=1) - timedelta(days=1)).replace(day=1)


def months_around(month: date) -> dict:
    """Context of the month's navigation."""
    return {"month": month, "before": preceding(month), "after": following(month)}


def year_words(month: date) -> str:
    """How the year is called in which service is counted: `今年`, or the year where another year's month is looked at."""
    today = today_here()
    return "今年" if month.year == today.year else f"{today.year}年"


def found_or_404(rows, **key):
    """One of `rows` by a key somebody sent; nonsense is not found either."""
    if any("\0" in str(value) or not str(value) for value in key.values()):
        raise Http404
    try:
        return get_object_or_404(rows, **key)
    except (ValueError, OverflowError) as error:
        raise Http404 from error
