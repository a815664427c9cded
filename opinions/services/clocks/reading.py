"""For reading: how the clocks of a ticket came to their due days, and which tickets a change gives new ones."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from julu_liaison.common.models import CalendarDay
from julu_liaison.common.working_days import Calendar, today_here
from opinions.models import Clock, Extension, Opinion
from opinions.rules.terms import CountedDay, MonthStep, count_days, count_months
from opinions.services.clocks.recomputing import NewDay, Recomputed
from opinions.services.clocks.running import calendar_from, pauses_of
from opinions.states import Unit


@dataclass(frozen=True)
class Story:
    """One clock with how its due day was counted: day by day, or in steps where the term is one of months.

    Holidays may have changed since a clock stopped, whose due day stays. `by_then`: its days are counted as the calendar
    was then; `by_now`: that is not known any more, the days are today's and lead to another day.
    """

    clock: Clock
    days: list[CountedDay]
    steps: list[MonthStep]
    extensions: list[Extension]
    today: date
    by_then: bool = False
    by_now: bool = False

    @property
    def left(self) -> int:
        """How many days of a term in working days are still to come once a clock that stands still runs on."""
        return self.clock.amount + self.clock.extended - max((day.number for day in self.days), default=0)

    @property
    def days_late(self) -> int:
        """Calendar days after the due day on which it was stopped, or today; 0 in time."""
        if self.clock.paused_on:
            return 0
        return max(((self.clock.stopped_on or self.today) - self.clock.due_on).days, 0)

    @property
    def days_left(self) -> int:
        """Calendar days until the due day of a running clock."""
        return (self.clock.due_on - self.today).days


class _Days:
    """The special days from `first` on with their names: as they are, and as they were at the end of a day."""

    def __init__(self, first: date):
        self.first = first
        self.calendar = calendar_from(first)
        self.names = dict(CalendarDay.objects.filter(date__gte=first).values_list("date", "name"))

    @cached_property
    def _versions(self) -> list[tuple]:
        rows = CalendarDay.history.filter(date__gte=self.first).order_by("history_date", "history_id")
        return list(rows.values_list("history_date", "history_type", "id", "date", "kind", "name"))

    def on(self, day: date) -> tuple[Calendar, dict[date, str]]:
        found: dict[int, list] = {}
        for at, change, key, *facts in self._versions:
            if today_here(at) > day:
                break
            found.pop(key, None)
            if change != "-":
                found[key] = facts
        return (
            Calendar({special: kind for special, kind, _name in found.values()}),
            {special: name for special, _kind, name in found.values()},
        )


def stories_of(*, opinion: Opinion, on: date) -> list[Story]:
    """Return every clock the ticket ever had, the newest first, in four queries, or five where holidays changed since."""
    rows = list(opinion.clocks.select_related("department").prefetch_related("pauses", "extensions").order_by("-pk"))
    if not rows:
        return []
    special = _Days(min(clock.started_on for clock in rows))
    return [_story(clock, special, on) for clock in rows]


def days_seen(*, outcome: Recomputed, user, most: int) -> list[tuple[Opinion, NewDay, bool]]:
    """The first `most` tickets that `user` sees among those whose day changes, with whether they become overdue by it.

    Those that do come first. In two queries; without villagers' identities.
    """
    late = {row.clock.pk for row in outcome.late_at_once}
    mine = Opinion.objects.visible_to(user)
    seen = mine.only("pk").in_bulk([ticket.pk for ticket in outcome.tickets])
    rows = [row for row in outcome.days if row.clock.opinion_id in seen]
    rows.sort(key=lambda row: (row.clock.pk not in late, row.after, row.clock.pk))
    tickets = mine.for_list().without_villager().in_bulk([row.clock.opinion_id for row in rows[:most]])
    return [(tickets[row.clock.opinion_id], row, row.clock.pk in late) for row in rows[:most]]


def _story(clock: Clock, special: _Days, on: date) -> Story:
    pauses, until = pauses_of(clock), None
    if clock.paused_on:
        until = max(on, clock.paused_on)
        pauses = [*pauses, (clock.paused_on, until)]
    amount = clock.amount + clock.extended
    granted = [row for row in clock.extensions.all() if row.granted]
    if clock.unit == Unit.MONTH:
        steps = count_months(start=clock.started_on, amount=amount, pauses=pauses)
        return Story(clock, [], steps, granted, on)

    def counted(calendar: Calendar, names: dict[date, str]) -> list[CountedDay]:
        return count_days(
            start=clock.started_on, amount=amount, calendar=calendar, names=names, pauses=pauses, until=until
        )  # fmt: skip

    days = counted(special.calendar, special.names)
    if clock.stopped_on is None or days[-1].date == clock.due_on:
        return Story(clock, days, [], granted, on)
    then = counted(*special.on(clock.stopped_on))
    is_known = then[-1].date == clock.due_on
    return Story(clock, then if is_known else days, [], granted, on, by_then=is_known, by_now=not is_known)
