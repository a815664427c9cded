"""New due days for running tickets, when a term or the calendar has changed. In bulk: few statements, however many tickets.

Called inside the transaction of the change itself.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F

from julu_liaison.common import audit
from julu_liaison.common.working_days import Calendar, today_here
from opinions.models import Clock, Hop, Opinion
from opinions.querysets import ClockQuerySet
from opinions.rules.terms import Pauses, alert_days, level_on, moved_words, next_alert
from opinions.services.clocks.running import SILENT, calendar_from, pauses_of
from opinions.states import ENDED, Alert, Unit
from opinions.workflow import RECOMPUTE

COMPUTED = ("amount", "unit", "statutory", "due_on", "alert", "alert_on")
NAMED = 3  # tickets named in a sentence
BATCH = 500


@dataclass(frozen=True)
class NewDay:
    """A running clock that is due on another day now. `clock` has its ticket fetched."""

    clock: Clock
    before: date
    after: date

    def words(self, on: date) -> str:
        """E.g. `期限由3月5日改为3月6日`, told on the day `on`; clocks beside the ticket's own term are named."""
        name = "期限" if self.clock.is_main else f"{self.clock.get_stage_display()}的期限"
        rest = "(暂停中,恢复办理时再顺延)" if self.clock.paused_on else ""
        return f"{name}{moved_words(self.before, self.after, on)}{rest}"

    def is_late_at_once(self, on: date) -> bool:
        """Did the change alone make it overdue? What stands still, or is owed of an ended ticket, is not."""
        is_quiet = self.clock.paused_on is not None or self.clock.opinion.state in ENDED
        return not is_quiet and self.after < on <= self.before


@dataclass(frozen=True)
class Recomputed:
    """What recomputing has changed, in the order of tickets, on the day `on`. Goes through as its sentences."""

    days: tuple[NewDay, ...]
    on: date

    def __iter__(self) -> Iterator[str]:
        return iter(self.sentences)

    @property
    def tickets(self) -> list[Opinion]:
        return list({row.clock.opinion_id: row.clock.opinion for row in self.days}.values())

    @property
    def late_at_once(self) -> list[NewDay]:
        return [row for row in self.days if row.is_late_at_once(self.on)]

    @property
    def sentences(self) -> list[str]:
        """What a page says of it: nothing where no ticket changed."""
        if not self.days:
            return []
        named = "、".join(f"{_name(row.clock.opinion)}{row.words(self.on)}" for row in self.days[:NAMED])
        rest = "等" if len(self.days) > NAMED else ""
        late = len({row.clock.opinion_id for row in self.late_at_once})
        return [
            f"正在办的意见建议有{len(self.tickets)}件跟着改了期限"
            + (f",其中{late}件马上就超期" if late else "")
            + f":{named}{rest}。"
        ]


def recompute(
    *, clocks: ClockQuerySet, reason: str, actor, at: datetime, prepare: Callable[[Clock], None] = lambda clock: None
) -> Recomputed:  # fmt: skip
    """Work out anew when running clocks are due, `prepare` having given each the term it runs by now.

    Writes the clocks, their tickets' due days and a hop with the reason for every ticket whose due days changed.
    """
    rows, on = _locked(clocks), today_here(at)
    if not rows:
        return Recomputed((), on)
    before = {clock.pk: _state_of(clock) for clock in rows}
    work_out = _Days(calendar_from(min(clock.started_on for clock in rows)))
    days: list[NewDay] = []
    for clock in rows:
        prepare(clock)
        was = clock.due_on
        work_out.set(clock, on)
        if clock.due_on != was:
            days.append(NewDay(clock, was, clock.due_on))
    _save_clocks([clock for clock in rows if _state_of(clock) != before[clock.pk]])
    _save_tickets(days, reason, actor, at)
    found = Recomputed(tuple(days), on)
    if days:
        audit.record(
            "recompute_clocks", actor=actor, at=at, reason=reason, tickets=len(found.tickets),
            overdue=len(found.late_at_once),
        )  # fmt: skip
    return found


def follow_days(*, days: Iterable[date], actor, at: datetime) -> Recomputed:
    """Recompute what the changed `days` of the calendar lie in: terms in working days that have not run out before."""
    changed = sorted(days)
    if not changed:
        return Recomputed((), today_here(at))
    clocks = Clock.objects.running().filter(
        unit=Unit.WORKING_DAY, started_on__lt=changed[-1], due_on__gte=changed[0]
    )  # fmt: skip
    return recompute(clocks=clocks, reason="节假日有变动", actor=actor, at=at)


class _Days:
    """Due days and warnings by one calendar. Clocks that began together are worked out once."""

    def __init__(self, calendar: Calendar):
        self.calendar = calendar
        self.known: dict[tuple, dict[Alert, date]] = {}

    def of(self, start: date, amount: int, unit: str, pauses: Pauses) -> dict[Alert, date]:
        key = (start, amount, unit, tuple(pauses))
        if key not in self.known:
            self.known[key] = alert_days(
                start=start, amount=amount, unit=unit, calendar=self.calendar, pauses=pauses
            )  # fmt: skip
        return self.known[key]

    def set(self, clock: Clock, on: date) -> None:
        """Like `set_due_day`, for many clocks."""
        days = self.of(clock.started_on, clock.amount + clock.extended, clock.unit, pauses_of(clock))
        clock.due_on, clock.alert = days[Alert.DUE], min(clock.alert, level_on(days, on))
        is_quiet = clock.paused_on is not None or clock.stage in SILENT or clock.opinion.state in ENDED
        clock.alert_on = None if is_quiet else next_alert(days, clock.alert)


def _locked(clocks: ClockQuerySet) -> list[Clock]:
    """The clocks with ticket and pauses; tickets are locked first and in order, as every move does."""
    columns = (
        "number", "uid", "state", "category", "due_on", "holder_station_id", "holder_department_id", "kind", "version",
        "register__name",
    )  # fmt: skip
    rows = Opinion.objects.filter(pk__in=clocks.values("opinion")).order_by("pk")
    rows = rows.select_related("register").only(*columns)
    tickets = {ticket.pk: ticket for ticket in rows.select_for_update(of=("self",))}
    found = []
    for clock in (
        clocks.order_by("opinion_id", "-is_main", "pk").select_for_update(of=("self",)).prefetch_related("pauses")
    ):
        if clock.opinion_id in tickets:  # started after the tickets were read: by the new rule already
            clock.opinion = tickets[clock.opinion_id]
            found.append(clock)
    return found


def _name(ticket: Opinion) -> str:
    return ticket.full_number


def _state_of(clock: Clock) -> tuple:
    return tuple(getattr(clock, name) for name in COMPUTED)


def _save_clocks(clocks: Iterable[Clock]) -> None:
    """One statement for all clocks that end up alike; those that began on one day do."""
    alike: dict[tuple, list[int]] = defaultdict(list)
    for clock in clocks:
        alike[_state_of(clock)].append(clock.pk)
    for values, keys in alike.items():
        Clock.objects.filter(pk__in=keys).update(**dict(zip(COMPUTED, values, strict=True)))


def _save_tickets(days: Iterable[NewDay], reason: str, actor, at: datetime) -> None:
    """The due days that lists show, a new version for whoever is looking at the ticket, and what happened."""
    by_ticket: dict[int, list[NewDay]] = defaultdict(list)
    alike: dict[date | None, list[int]] = defaultdict(list)
    for row in days:
        by_ticket[row.clock.opinion_id].append(row)
    for key, rows in by_ticket.items():
        ticket = rows[0].clock.opinion
        own = next((row for row in rows if row.clock.is_main and row.clock.paused_on is None), None)
        ticket.due_on = own.after if own else ticket.due_on
        ticket.version += 1
        alike[ticket.due_on].append(key)
    for due_on, keys in alike.items():
        Opinion.objects.filter(pk__in=keys).update(due_on=due_on, version=F("version") + 1)
    Hop.objects.bulk_create([_hop(rows, reason, actor, at) for rows in by_ticket.values()], batch_size=BATCH)


def _hop(rows: list[NewDay], reason: str, actor, at: datetime) -> Hop:
    ticket = rows[0].clock.opinion
    return Hop(
        opinion=ticket, move=RECOMPUTE, from_state=ticket.state, to_state=ticket.state, actor=actor, at=at,
        standing_in_for_id=audit.stood_in_for(actor), place_id=ticket.holder_station_id,
        department_id=ticket.holder_department_id, due_on=ticket.due_on, version=ticket.version,
        note=f"{';'.join(row.words(today_here(at)) for row in rows)}:{reason}",
    )  # fmt: skip
