"""The yearly figures (年度数据), each a sum over records of a period: what the county reports and the article tells."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, Min, OuterRef, QuerySet, Sum

from activities.models import Activity, DutyLog
from deputies.models import Deputy, Mandate
from opinions.models import Hop, Opinion
from opinions.states import State
from stations.models import Station

ABOVE_THE_BRANCH = (State.AT_STATION, State.AT_CENTRE, State.AT_DEPARTMENT)


@dataclass(frozen=True)
class Summary:
    """Figures of a period at a place and everything below it; the fields are the keys of `summary --json`.

    activities: held in the period; duty logs are not activities.
    received, logs: of the valid logs. households, leaflets: of valid logs and activities together.
    opinions: registered in the period, neither void nor merged; of these
    opinions_solved_in_branch: closed without ever having left the branch,
    opinions_to_departments: ever handed to a department, whenever that was.
    suggestions: first handed over by the centre in the period, whenever they were filed.
    deputies: persons, not mandates, with a mandate in force on the last day.
    """

    activities: int
    received: int
    households: int
    logs: int
    opinions: int
    opinions_solved_in_branch: int
    opinions_to_departments: int
    suggestions: int
    leaflets: int
    deputies: int


LABELS = {
    "activities": "开展活动(次)",
    "received": "现场接待群众(人次)",
    "households": "走访群众(户)",
    "logs": "工作日志(篇)",
    "opinions": "社情民意(件)",
    "opinions_solved_in_branch": "分站内部办结(件)",
    "opinions_to_departments": "转交部门(件)",
    "suggestions": "交办代表建议(件)",
    "leaflets": "发放资料(份)",
    "deputies": "代表(人)",
}


def summary_of(*, start: date, end: date, place: Station | None = None) -> Summary:
    """Return the figures from `start` to `end`, both included; `place=None` is the whole deployment."""
    logs = _under(DutyLog.objects.valid().within(start, end), place).totals()
    activities = _under(Activity.objects.held().within(start, end), place)
    given = activities.aggregate(leaflets=Sum("leaflets"), households=Sum("households"))
    tickets = _under(Opinion.objects.valid(), place)
    opinions = tickets.opinions().registered_within(start, end)
    return Summary(
        activities=activities.count(),
        received=logs["received"],
        households=logs["households"] + (given["households"] or 0),
        logs=logs["logs"],
        opinions=opinions.count(),
        opinions_solved_in_branch=_solved_in_branch(opinions).count(),
        opinions_to_departments=opinions.filter(Exists(_hops(move="transfer"))).count(),
        suggestions=_handed_over(tickets.suggestions(), start, end).count(),
        leaflets=logs["leaflets"] + (given["leaflets"] or 0),
        deputies=_in_office(end, place).count(),
    )


def _under(rows: QuerySet, place: Station | None) -> QuerySet:
    return rows if place is None else rows.under(place)


def _hops(**facts) -> QuerySet:
    return Hop.objects.filter(opinion=OuterRef("pk"), **facts)


def _solved_in_branch(opinions: QuerySet) -> QuerySet:
    return opinions.filter(~Exists(_hops(to_state__in=ABOVE_THE_BRANCH)), state=State.CLOSED)


def _handed_over(suggestions: QuerySet, start: date, end: date) -> QuerySet:
    first = suggestions.filter(hops__move="transfer").annotate(handed_over_at=Min("hops__at"))
    return first.filter(handed_over_at__date__range=(start, end))


def _in_office(on: date, place: Station | None) -> QuerySet:
    holds_one = Exists(Mandate.objects.in_force(on).filter(deputy=OuterRef("pk")))
    people = Deputy.objects.filter(holds_one)
    return people if place is None else people.serving(on, place)
