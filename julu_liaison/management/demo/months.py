"""The monthly reports of the demo county: the month before last is locked, the last one is on its way up."""

from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from django.db.models import Max

from activities.models import MonthReport, Shift
from activities.rules.months import read_month, settled_digest
from activities.services import accept_month, confirm_month, issue_month, lock_month
from julu_liaison.management.demo.county import Demo, moment

STATIONS_IN = 4  # that have handed in the last month
HEADS_IN = 3  # branches of the next station whose heads have confirmed theirs


def report_months(demo: Demo, *, today: date) -> None:
    """On the days after each month: heads and clerks confirm, stations accept, the county locks the earlier month."""
    this_month = today.replace(day=1)
    _hand_in(demo, this_month - relativedelta(months=2), len(demo.townships))
    _lock(demo, this_month - relativedelta(months=2))
    if _over(demo, this_month - relativedelta(months=1)).date() <= today:
        _hand_in(demo, this_month - relativedelta(months=1), STATIONS_IN)


def _hand_in(demo: Demo, month: date, stations: int) -> None:
    after = month + relativedelta(months=1)
    at = _over(demo, month)
    issue_month(county=demo.centre, month=month, at=moment(after, 6))
    reports = {report.place_id: report for report in MonthReport.objects.filter(county=demo.centre, month=month)}
    for number, township in enumerate(demo.townships[: stations + 1]):
        branches = demo.branches_of(township)
        for branch in branches if number < stations else branches[:HEADS_IN]:
            _agree(confirm_month, reports[branch.pk], demo.clerk_of(branch), at)
        if number < stations:
            _agree(accept_month, reports[township.pk], demo.clerk_of(branches[0]), at)


def _lock(demo: Demo, month: date) -> None:
    report = MonthReport.objects.get(place=demo.centre, month=month)
    _agree(lock_month, report, demo.staff, _over(demo, month) + timedelta(days=3))


def _over(demo: Demo, month: date) -> datetime:
    """The day after the month and after its last reception, which may have been put off into the next."""
    shifts = Shift.objects.of_month(month).filter(county=demo.centre)
    last = shifts.aggregate(last=Max("date"))["last"] or month
    return moment(max(month + relativedelta(months=1, days=1), last + timedelta(days=1)))


def _agree(act, report: MonthReport, actor, at: datetime) -> None:
    """Take the step with the figures as they are."""
    figures = read_month(place=report.place, month=report.month, on=at.date())
    act(report=report, seen=settled_digest(figures), actor=actor, at=at)
