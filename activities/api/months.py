"""Monthly reports: the figures of a place and of everything below it, as they were handed in or as they are today."""

from datetime import datetime

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from activities.api.figures import MonthsShown, ReportShown
from activities.api.inputs import MonthQuery
from activities.models import MonthReport
from activities.permissions import can_see_month, sees_months
from activities.rules.months import MonthFigures, read_month
from activities.services.month_reports import needs_today, progress_of
from julu_liaison.common.errors import DomainError, NotAllowed, NotFound
from julu_liaison.common.inputs import read_query
from julu_liaison.common.problems import SENTENCES
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.querysets import scope_of
from stations.states import Level

FOREIGN = "月报由站长确认、联络站审核、县人大办公室锁定,需要看的话请联系他们。"


class MonthReports(APIView):
    @extend_schema(
        summary="月报", parameters=[MonthQuery], responses=MonthsShown,
        description="一个地方和它下面各级这个月的数字。state 是 draft、confirmed、accepted、locked;联络站审核以前是今天的数字"
        "(is_live),审核以后是当时留下的那一版。还没有生成月报的月份没有 state 和 edition,数字是今天的。",
    )  # fmt: skip
    def get(self, request):
        if not sees_months(request.user):
            raise NotAllowed(FOREIGN)
        asked = read_query(MonthQuery, request)
        at = timezone.now()
        month = asked.get("month", today_here(at).replace(day=1))
        place = _place(asked.get("station", ""), request.user)
        rows = _rows(place, month, at)
        return Response({"month": f"{month:%Y-%m}", "reports": ReportShown(rows, many=True).data})


def _place(code: str, user) -> Station:
    """The place that was named, or the only one that the person looks after."""
    places = Station.objects.select_related("parent")
    if code:
        place = places.named(code, user)
        if not can_see_month(user, place):
            raise NotFound(SENTENCES["not_found"])
        return place
    scope = scope_of(user)
    found = list(places.filter(pk__in=scope.counties or scope.townships or scope.headed)[:2])
    if len(found) != 1:
        raise DomainError("您管着几个地方,请用 station 说明要哪个。", fields={"station": "请填站点的编号"})
    return found[0]


def _rows(place: Station, month, at: datetime) -> list[dict]:
    """The reports of the place and below it; of a month that has none yet, today's figures of the same places."""
    reports = list(MonthReport.objects.of_month(month).under(place).in_official_order())
    today = today_here(at)
    live = None
    if needs_today(reports) or (not reports and month <= today):
        live = read_month(place=place, month=month, on=today)
    if reports:
        return [_row(one.figures, report=one) for one in progress_of(reports, live=live)]
    return [_row(part, report=None) for part in _in_order(live)] if live else []


def _in_order(live: MonthFigures) -> list[MonthFigures]:
    """The place itself, then each station followed by its branches."""
    parts = {part.place: part for part in live.by_place()}
    branches = [place for place in parts if place.level == Level.BRANCH]
    ordered = [live.place]
    for station in live.stations:
        ordered += [station, *(branch for branch in branches if branch.township == station)]
    return [parts[place] for place in dict.fromkeys([*ordered, *branches]) if place in parts]


def _row(figures: MonthFigures, *, report) -> dict:
    kept = {"state": None, "edition": None, "made_at": None, "is_live": True, "changed": []}
    if report:
        kept = {
            "state": report.report.state, "edition": report.edition.number, "made_at": report.edition.made_at,
            "is_live": report.is_live, "changed": report.changed,
        }  # fmt: skip
    return kept | {"place": figures.place, "figures": figures}
