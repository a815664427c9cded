"""Whether tickets stand where their branch stands and somebody holds every open one: a report for `check_data`."""

from django.db.models import Q

from activities.services import misplaced_rows
from opinions.models import Opinion
from opinions.states import State

NOBODY = Q(holder_station=None, holder_department=None)


def ticket_problems() -> list[str]:
    """Return what is wrong with tickets, one sentence each."""
    problems = list(misplaced_rows(Opinion, "意见建议"))
    for ticket in Opinion.objects.open().filter(NOBODY).exclude(state=State.WAITING):
        problems.append(f"意见建议 {ticket.uid}: 没办完,但没有人在办")
    for ticket in Opinion.objects.filter(state=State.AT_DEPARTMENT, holder_department=None):
        problems.append(f"意见建议 {ticket.uid}: 在部门办理,但没有承办部门")
    return problems
