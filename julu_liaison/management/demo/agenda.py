"""A diary of what happens when: acts are planned in any order and done in the order of time."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from heapq import heappop, heappush
from random import Random

from julu_liaison.common.working_days import Calendar
from julu_liaison.management.demo.county import moment

Act = Callable[[datetime], None]


class Agenda:
    """Acts by moment. Whatever falls on `today` or later has not happened yet and is left undone.

    So numbers run in the order of filing, and a ticket whose next step lies ahead is simply still open.
    """

    def __init__(self, *, today: date, calendar: Calendar):
        self.today = today
        self.calendar = calendar
        self._acts: list[tuple[datetime, int, Act]] = []
        self._planned = 0

    def plan(self, at: datetime, act: Act) -> None:
        if at.date() < self.today:
            self._planned += 1
            heappush(self._acts, (at, self._planned, act))

    def run(self) -> None:
        """Do everything that was planned, and what the acts themselves plan on the way."""
        while self._acts:
            at, _order, act = heappop(self._acts)
            act(at)

    def later(self, rng: Random, at: datetime, days: int) -> datetime:
        """Return an office hour `days` working days after `at`; 0 is an hour or two later."""
        if days <= 0:
            return at + timedelta(minutes=rng.randint(20, 110))
        day = self.calendar.add_working_days(at.date(), days)
        return moment(day, rng.randint(9, 16), rng.randint(0, 59))
