"""The reports of a month that is over: made once for every place, however often and by whom it is asked."""

from datetime import date, datetime

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Exists, Min, OuterRef
from django.urls import reverse

from activities.models import DutyLog, MonthReport
from activities.rules.months import MonthFigures, read_month
from activities.services.month_reports.editions import put_editions, put_steps
from activities.workflow import ISSUE
from julu_liaison.common import audit
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
from stations.models import Posting, Station
from stations.services import hold_place
from stations.states import Level, Role

MOST_MONTHS = 12  # that are caught up with after a long stop; older ones are history, not reports


def months_to_issue(at: datetime) -> list[tuple[int, date]]:
    """(county key, month) wherever a place that was open lacks its report, by county and month.

    Each month from a county's first report on is asked anew, so that one that failed is not forgotten for a later one; a
    county without any starts with the last month, as what lies before was reported on paper (fourteen queries).
    """
    last = today_here(at).replace(day=1) - relativedelta(months=1)
    since = _first_months(last)
    months = [last - relativedelta(months=back) for back in range(MOST_MONTHS)]
    found = {(county, month) for month in months for county in _lacking(month) if since.get(county, date.max) <= month}
    return sorted(found)


def _first_months(last: date) -> dict[int, date]:
    """From which month on each county reports that has begun its work (by key)."""
    logs, reports = DutyLog.objects.filter(county=OuterRef("pk")), MonthReport.objects.order_by().values("county")
    begun = dict(reports.annotate(first=Min("month")).values_list("county", "first"))
    at_work = Station.objects.centres().filter(Exists(logs)).values_list("pk", flat=True)
    return dict.fromkeys(at_work, last) | begun


def _lacking(month: date) -> set[int]:
    """The counties (keys) with a place that was open in the month and has no report of it."""
    reports = MonthReport.objects.filter(place=OuterRef("pk"), month=month)
    places = Station.objects.open_in_month(month).filter(~Exists(reports))
    return {county or key for key, county in places.values_list("pk", "county")}


@transaction.atomic
def issue_month(*, county: Station, month: date, at: datetime) -> list[MonthReport]:
    """Make the first edition of every place's report of a month that lacks one; returns the new reports.

    Of two workers the second waits for the first and finds nothing to do. A month that is not over gives nothing.
    """
    first = month.replace(day=1)
    if first + relativedelta(months=1) > today_here(at):
        return []
    county = hold_place(county)
    there = set(MonthReport.objects.filter(county=county, month=first).values_list("place__code", flat=True))
    figures = read_month(place=county, month=first, on=today_here(at))
    missing = {part.place.code: part for part in figures.by_place() if part.place.code not in there}
    reports = _new_reports(county, first, missing)
    editions = put_editions(((report, missing[report.place.code]) for report in reports), at=at)
    put_steps(reports, editions, move=ISSUE, actor=None, at=at)
    if reports:
        audit.record("issue_month", actor=None, target=county, at=at, month=f"{first:%Y-%m}", reports=len(reports))
        _tell(reports, at)
    return reports


def _new_reports(county: Station, month: date, missing: dict[str, MonthFigures]) -> list[MonthReport]:
    places = Station.objects.under(county).filter(code__in=missing).order_by("pk")
    rows = [_report(place, county, month) for place in places]
    return MonthReport.objects.bulk_create(rows)


def _report(place: Station, county: Station, month: date) -> MonthReport:
    report = MonthReport(place=place, county=county, month=month)
    if place.level == Level.BRANCH:
        report.branch, report.station_id = place, place.parent_id
    elif place.level == Level.TOWNSHIP:
        report.station = place
    return report


def _tell(reports: list[MonthReport], at: datetime) -> None:
    """Heads and clerks learn that there is something to confirm; one notice a person."""
    branches = [report.branch_id for report in reports if report.branch_id]
    stations = [report.station_id for report in reports if report.station_id]
    rows = Posting.objects.in_force(today_here(at)).select_related("user")
    heads = rows.filter(role=Role.BRANCH_HEAD, station__in=branches)
    clerks = rows.filter(role=Role.CLERK, station__in=stations)
    words = reports[0].month_words
    for postings, text in (
        (heads, f"{words}的月报生成好了,请看看有没有登记错的,没有就确认。"),
        (clerks, f"{words}的月报生成好了,站长确认以后请审核,报到县里。"),
    ):
        users = {row.user_id: row.user for row in postings if row.user.is_active}
        notify(
            kind=Kind.RECORD,
            users=[users[key] for key in sorted(users)],
            text=text,
            link=reverse("month-reports"),
            at=at,
            fit_for_outside=True,
        )
