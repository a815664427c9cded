"""How far a work plan's promises are."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices


class Progress(TextChoices):
    """How one promised activity stands."""

    DONE = "done", "已完成"
    OVERDUE = "overdue", "过了时间"
    ANNOUNCED = "announced", "已通知"
    OPEN = "open", "待举办"
    DROPPED = "dropped", "不再举办"


@dataclass(frozen=True)
class HowFar:
    """Of `times` promised, `held` have taken place: more than were promised count once; `overdue` promises are late."""

    held: int
    times: int
    overdue: int

    @property
    def is_complete(self) -> bool:
        return self.held == self.times


def month_end(day: date) -> date:
    """The last day of the month, in which a promise may still be kept."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def in_year(day: date, year: int) -> date:
    """The end of the same month of another year."""
    return month_end(date(year, day.month, 1))


def progress_of(item, on: date) -> str:
    """How an item with `held` and `next_on` (see `with_progress`) stands on the day `on`."""
    if item.dropped_reason:
        return Progress.DROPPED
    if item.held >= item.times:
        return Progress.DONE
    if on > month_end(item.due_on):
        return Progress.OVERDUE
    return Progress.ANNOUNCED if item.next_on else Progress.OPEN


def how_far(items: Iterable, on: date) -> HowFar:
    """Sum up a plan's items with their progress; those dropped are no promise any more."""
    kept = [item for item in items if not item.dropped_reason]
    return HowFar(
        held=sum(min(item.held, item.times) for item in kept),
        times=sum(item.times for item in kept),
        overdue=sum(progress_of(item, on) == Progress.OVERDUE for item in kept),
    )
