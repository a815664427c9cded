"""The county decides requests for more time (延期), one or several at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.working_days import Calendar
from opinions.models import Extension
from opinions.rules import due_day
from opinions.services.clocks.running import calendar_from
from opinions.services.moving import move_opinion
from opinions.states import State
from stations.permissions import holds_anywhere, places_with
from stations.states import Right


@dataclass(frozen=True)
class Outcome:
    """How many were decided, and a sentence for each that could not be."""

    done: int
    failed: list[str]


def requests_to_decide(user):
    """Undecided requests of the counties that `user` directs, whose ticket is still where it was asked for."""
    if not holds_anywhere(user, Right.DIRECT_OPINIONS):
        raise NotAllowed("延期由县人大办公室审批。")
    rows = Extension.objects.filter(
        granted=None, opinion__county__in=places_with(user, Right.DIRECT_OPINIONS),
        opinion__state=State.AT_DEPARTMENT,
    )  # fmt: skip
    rows = rows.select_related("opinion__register", "clock", "department", "asked_by")
    return rows.prefetch_related("clock__pauses")


def decide_extensions(
    *, requests: Iterable[Extension], granted: bool, note: str, actor, at: datetime
) -> Outcome:  # fmt: skip
    """Grant or refuse several requests, each by its own move: what has been decided meanwhile is told, the rest goes on.

    Raises DomainError when a refusal has no reason, before anything is done.
    """
    if not granted and not note.strip():
        raise DomainError("不同意延期请写明原因。", fields={"note": "不同意延期请写明原因"})
    done, failed = 0, []
    for request in requests:
        try:
            move_opinion(
                opinion=request.opinion, move="decide_extension", actor=actor, at=at, granted=granted, note=note
            )
            done += 1
        except DomainError as error:
            failed.append(error.message)
    return Outcome(done, failed)


def with_days(requests: list[Extension]) -> list[tuple[Extension, date]]:
    """Each request with the due day that its ticket would have; needs `clock__pauses` fetched, reads the calendar once."""
    if not requests:
        return []
    calendar = calendar_from(min(request.clock.started_on for request in requests))
    return [(request, _day_if_granted(request, calendar)) for request in requests]


def _day_if_granted(request: Extension, calendar: Calendar) -> date:
    clock = request.clock
    return due_day(
        start=clock.started_on, amount=clock.amount + request.amount, unit=clock.unit, calendar=calendar,
        pauses=[(row.started_on, row.ended_on) for row in clock.pauses.all() if row.ended_on],
    )  # fmt: skip
