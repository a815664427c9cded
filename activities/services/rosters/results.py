"""What planning a roster tells: who is left over, why, and the smallest change that helps."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import TextChoices

from activities.models import Roster, Shift
from deputies.models import Deputy
from stations.models import Station


class RemedyKind(TextChoices):
    """The smallest change that helps somebody who is left over; the first that really does is proposed."""

    FREE_SEAT = "free_seat", "排到有空位的一天"
    REPLAN = "replan", "重新排班"
    MORE_SEATS = "more_seats", "这一天增加一人"
    OTHER_SERVICE = "other_service", "当月另行安排服务"
    NEXT_MONTH = "next_month", "下个月优先排"


@dataclass(frozen=True)
class Unplaced:
    """A deputy without any service in the month. `reason` and `remedy` are whole Chinese phrases.

    `kind` says which remedy it is; `shift` is the reception day of FREE_SEAT and MORE_SEATS (None for the others),
    `seats` how many people that day would have then.
    """

    branch: Station
    deputy: Deputy
    reason: str
    remedy: str
    kind: RemedyKind
    shift: Shift | None = None
    seats: int = 0

    @property
    def day(self) -> date | None:
        return self.shift.date if self.shift else None


class Drafted(NamedTuple):
    """A planned month, who is left over, and what else the clerk should know."""

    roster: Roster
    unplaced: list[Unplaced]
    warnings: list[str]
