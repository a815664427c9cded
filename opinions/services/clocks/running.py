"""Clocks of one ticket: started, paused, extended and stopped inside the move that is the reason.

The caller holds the ticket's lock and saves it; `due_on` of the ticket is set here, to that of its main clock.
"""

from collections.abc import Iterable
from datetime import date

from julu_liaison.common.working_days import Calendar
from opinions.models import Clock, Opinion, Pause
from opinions.rules.terms import Pauses, alert_days, level_on, next_alert
from opinions.services.clocks.terms import term_for
from opinions.states import ENDED, Alert, Stage
from stations.models import Department

SILENT = frozenset({Stage.FOLLOW_UP})  # nobody's deadline: listed, never warned of


def start_clock(
    *, ticket: Opinion, stage: str, on: date, department: Department | None = None, is_main: bool = True
) -> Clock | None:
    """Start the time of `stage` on the day `on`, which itself is not counted; None for a stage without a term."""
    clock = ready_clock(ticket=ticket, stage=stage, on=on, department=department, is_main=is_main)
    if clock is not None:
        clock.save(force_insert=True)
    return clock


def ready_clock(
    *, ticket: Opinion, stage: str, on: date, department: Department | None = None, is_main: bool = True
) -> Clock | None:
    """Return the clock that `start_clock` saves. The due day is on the ticket then, so that a new one is saved once with it.

    What is still owed of a ticket that has ended is silent: nobody is warned of it. A main clock runs in open tickets
    only; where the ticket had ended it has been taken up again, and is not to be followed up any more.
    """
    term = term_for(opinion=ticket, stage=stage, on=on)
    if is_main:
        ticket.due_on = None
        if ticket.ended_at is not None:
            stop_clocks(ticket=ticket, on=on, stages=[Stage.FOLLOW_UP])
    if term is None:
        return None
    clock = Clock(
        opinion=ticket, stage=stage, department=department, is_main=is_main, started_on=on, amount=term.amount,
        unit=term.unit, statutory=term.statutory,
    )  # fmt: skip
    set_due_day(clock, calendar=calendar_from(on), silent=not is_main and ticket.state in ENDED)
    if is_main:
        ticket.due_on = clock.due_on
    return clock


def stop_clocks(*, ticket: Opinion, on: date, stages: Iterable[str] = (), main: bool = False) -> None:
    """Stop running clocks: the main one with `main`, those of `stages` beside it, or all where neither is said."""
    rows = ticket.clocks.running()
    if main:
        rows = rows.main()
    elif stages:
        rows = rows.filter(stage__in=list(stages), is_main=False)
    for clock in rows:
        if clock.paused_on:
            _go_on(clock, on)
        clock.stopped_on, clock.alert_on = max(on, clock.started_on), None
        clock.save(update_fields=["stopped_on", "alert_on", "due_on", "paused_on"])


def pause_clocks(*, ticket: Opinion, on: date) -> None:
    """Let all of the ticket's clocks stand still from the day `on`: it waits for the villager."""
    for clock in ticket.clocks.running().filter(paused_on=None):
        clock.paused_on, clock.alert_on = max(on, clock.started_on), None
        clock.save(update_fields=["paused_on", "alert_on"])
        Pause.objects.create(clock=clock, started_on=clock.paused_on)
    ticket.due_on = None


def resume_clocks(*, ticket: Opinion, on: date) -> None:
    """Let them run on; each is due so much later as the pause took of its time."""
    for clock in ticket.clocks.running().exclude(paused_on=None):
        _go_on(clock, on)
        clock.save(update_fields=["due_on", "paused_on", "alert", "alert_on"])
        if clock.is_main:
            ticket.due_on = clock.due_on


def extend_clock(*, clock: Clock, amount: int, ticket: Opinion, on: date) -> None:
    """Give a running clock so much more time (延期), in its own unit; it is warned of anew."""
    clock.extended = amount
    set_due_day(clock, calendar=calendar_from(clock.started_on), on=on)
    clock.save(update_fields=["extended", "due_on", "alert", "alert_on"])
    ticket.due_on = clock.due_on


def set_due_day(clock: Clock, *, calendar: Calendar, on: date | None = None, silent: bool = False) -> None:
    """Work out when the clock is due and when it is next warned of, from all that is known of it; saves nothing.

    `on`: the day on which its due day changes. What it was warned of before and has not come yet is warned of again.
    """
    days = alert_days_of(clock, calendar=calendar, pauses=[] if clock.pk is None else pauses_of(clock))
    clock.due_on = days[Alert.DUE]
    if on is not None:
        clock.alert = min(clock.alert, level_on(days, on))
    is_quiet = silent or clock.stage in SILENT or clock.paused_on is not None
    clock.alert_on = None if is_quiet else next_alert(days, clock.alert)


def alert_days_of(clock: Clock, *, calendar: Calendar, pauses: Pauses) -> dict[Alert, date]:
    return alert_days(
        start=clock.started_on, amount=clock.amount + clock.extended, unit=clock.unit, calendar=calendar, pauses=pauses
    )


def pauses_of(clock: Clock) -> list[tuple[date, date]]:
    """The pauses of a clock that are over."""
    return [(row.started_on, row.ended_on) for row in clock.pauses.all() if row.ended_on]


def calendar_from(start: date) -> Calendar:
    """The days that a term begun on `start` can reach; a pause may last for years."""
    return Calendar.load(start, date.max)


def _go_on(clock: Clock, on: date) -> None:
    clock.pauses.filter(ended_on=None).update(ended_on=max(on, clock.paused_on or on))
    clock.paused_on = None
    set_due_day(clock, calendar=calendar_from(clock.started_on), on=on)
