"""How the clocks of a ticket came to their due days, for reading."""

from dataclasses import dataclass
from datetime import date

from julu_liaison.common.models import CalendarDay
from julu_liaison.common.working_days import Calendar
from opinions.models import Clock, Extension, Opinion
from opinions.rules.terms import CountedDay, MonthStep, count_days, count_months
from opinions.services.clocks.running import calendar_from, pauses_of
from opinions.states import Unit


@dataclass(frozen=True)
class Story:
    """One clock with how its due day was counted: day by day, or in steps where the term is one of months."""

    clock: Clock
    days: list[CountedDay]
    steps: list[MonthStep]
    extensions: list[Extension]
    today: date

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


def stories_of(*, opinion: Opinion, on: date) -> list[Story]:
    """Return every clock the ticket ever had, the newest first, in four queries."""
    rows = list(opinion.clocks.select_related("department").prefetch_related("pauses", "extensions").order_by("-pk"))
    if not rows:
        return []
    first = min(clock.started_on for clock in rows)
    names = dict(CalendarDay.objects.filter(date__gte=first).values_list("date", "name"))
    calendar = calendar_from(first)
    return [_story(clock, calendar, names, on) for clock in rows]


def _story(clock: Clock, calendar: Calendar, names: dict[date, str], on: date) -> Story:
    pauses, until = pauses_of(clock), None
    if clock.paused_on:
        until = max(on, clock.paused_on)
        pauses = [*pauses, (clock.paused_on, until)]
    days: list[CountedDay] = []
    steps: list[MonthStep] = []
    amount = clock.amount + clock.extended
    if clock.unit == Unit.MONTH:
        steps = count_months(start=clock.started_on, amount=amount, pauses=pauses)
    else:
        days = count_days(
            start=clock.started_on, amount=amount, calendar=calendar, names=names, pauses=pauses, until=until
        )  # fmt: skip
    granted = [row for row in clock.extensions.all() if row.granted]
    return Story(clock, days, steps, granted, on)
