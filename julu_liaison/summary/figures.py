"""The yearly figures (年度数据), each a sum over records of a period: what the county reports and the article tells."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Sum

from activities.models import Activity, ActivityAttendance, Attendance, DutyLog, ServiceRecord
from activities.states import SERVED
from deputies.models import Contact, Deputy, Mandate, Membership
from deputies.states import ServiceRole
from opinions.models import Hop, Opinion
from opinions.states import State
from stations.models import Station

ABOVE_THE_BRANCH = (State.AT_STATION, State.AT_CENTRE, State.AT_DEPARTMENT)


@dataclass(frozen=True)
class Summary:
    """Figures of a period at a place and everything below it; the fields are the keys of `summary --json`.

    activities: held in the period; duty logs are not activities.
    logs: valid ones. received: in them and in valid service records. households, leaflets: in these, in activities held
    and in contacts with constituents, together.
    opinions: registered in the period, neither void nor merged; of these
    opinions_solved_in_branch: closed without ever having left the branch,
    opinions_to_departments: ever handed to a department, whenever that was.
    suggestions: first handed over by the centre in the period, whenever they were filed.
    deputies: persons, not mandates, with a mandate in force on the last day.
    roles: by ServiceRole, how many times deputies served as such (人次): what their performance files count, at this place.
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
    roles: dict[str, int]

    @property
    def opinions_elsewhere(self) -> int:
        """Opinions neither solved in the branch nor ever handed to a department: settled above, or still under way."""
        return self.opinions - self.opinions_solved_in_branch - self.opinions_to_departments

    def lines(self) -> Iterator[tuple[str, int]]:
        """Label and number of every figure, the roles one by one."""
        for key, label in LABELS.items():
            yield label, getattr(self, key)
        for role in ServiceRole:
            yield f"{role.label}(人次)", self.roles[role]


LABELS = {
    "activities": "开展活动(次)",
    "received": "接待和服务群众(人次)",
    "households": "走访群众(户)",
    "logs": "工作日志(篇)",
    "opinions": "社情民意(件)",
    "opinions_solved_in_branch": "分站内部办结(件)",
    "opinions_to_departments": "转交部门(件)",
    "suggestions": "交办代表建议(件)",
    "leaflets": "发放资料(份)",
    "deputies": "代表(人)",
}
MEANINGS = {
    "activities": "这段时间里实际开展的活动,一次算一次;取消的不算,工作日志不算活动。",
    "received": "工作日志和服务记录里的接待、服务人次,作废的不算。",
    "households": "工作日志、活动、服务记录和联系选民里的走访户数,作废的不算。",
    "logs": "有效的工作日志,作废的不算。",
    "opinions": "这段时间登记的社情民意,作废的、并入别件的不算。",
    "opinions_solved_in_branch": "其中没有离开过分站就办结的。",
    "opinions_to_departments": "其中转交过政府部门的,不论现在办到哪一步。",
    "suggestions": "这段时间由县人大常委会第一次交办的代表建议,不论什么时候提出的。",
    "leaflets": "工作日志、活动、服务记录和联系选民里发放的份数,作废的不算。",
    "deputies": "最后一天有代表资格的人,兼任几级代表的只算一人。",
}


def summary_of(*, start: date, end: date, place: Station | None = None) -> Summary:
    """Return the figures from `start` to `end`, both included; `place=None` is the whole deployment."""
    logs = _under(DutyLog.objects.valid().within(start, end), place)
    activities = _under(Activity.objects.held().within(start, end), place)
    services = _under(ServiceRecord.objects.valid().within(start, end), place)
    contacts = _contacts(start, end, place)
    counted = (logs, activities, services, contacts)
    tickets = _under(Opinion.objects.valid(), place)
    opinions = tickets.opinions().registered_within(start, end)
    return Summary(
        activities=activities.count(),
        received=_sum("received", logs, services),
        households=_sum("households", *counted),
        logs=logs.count(),
        opinions=opinions.count(),
        opinions_solved_in_branch=_solved_in_branch(opinions).count(),
        opinions_to_departments=opinions.filter(Exists(_hops(move="transfer"))).count(),
        suggestions=_handed_over(tickets.suggestions(), start, end).count(),
        leaflets=_sum("leaflets", *counted),
        deputies=_in_office(end, place).count(),
        roles=_roles(*counted),
    )


def _sum(figure: str, *sources: QuerySet) -> int:
    return sum(rows.aggregate(total=Sum(figure))["total"] or 0 for rows in sources)


def _contacts(start: date, end: date, place: Station | None) -> QuerySet:
    """Contacts count where the deputy served on that day."""
    rows = Contact.objects.valid().filter(date__range=(start, end))
    if place is None:
        return rows
    serving = Membership.objects.under(place).filter(
        Q(ended_on=None) | Q(ended_on__gte=OuterRef("date")), started_on__lte=OuterRef("date"),
        deputy=OuterRef("constituent__deputy"),
    )  # fmt: skip
    return rows.filter(Exists(serving))


def _roles(logs: QuerySet, activities: QuerySet, services: QuerySet, contacts: QuerySet) -> dict[str, int]:
    """Each deputy each time, in the role of the record."""
    took_part = ActivityAttendance.objects.filter(activity__in=activities, status__in=SERVED)
    times: Counter[str] = Counter()
    for rows, role in (
        (Attendance.objects.filter(log__in=logs).served(), "log__service_role"),
        (took_part, "activity__service_role"),
        (ServiceRecord.deputies.through.objects.filter(servicerecord__in=services), "servicerecord__service_role"),
        (contacts, "service_role"),
    ):
        times.update(dict(rows.order_by().values_list(role).annotate(Count("pk"))))
    return {role.value: times[role] for role in ServiceRole}


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
