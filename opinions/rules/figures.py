"""The formulas of the figures, pure arithmetic: rates with their denominators, medians, the county's requirements."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

LEAST = 5  # tickets under which no rate is given: one case more or less would turn it over
TENTH = Decimal("0.1")
# What the county asks for (docs/domain.md §4), in per cent.
SOLVED_WANTED = 50
SATISFIED_WANTED = 90
FEW_SUGGESTIONS, MANY_SUGGESTIONS = 10, 50


@dataclass(frozen=True)
class Rate:
    """`part` of `whole` tickets. Raises ValueError for a part that is no part: a rate is never over 100 %."""

    part: int
    whole: int
    least: int = LEAST

    def __post_init__(self):
        if not 0 <= self.part <= self.whole:
            raise ValueError(f"{self.part} is no part of {self.whole}")

    @property
    def is_few(self) -> bool:
        """Too few for a percentage, which would say more than is known."""
        return 0 < self.whole < self.least

    @property
    def percent(self) -> Decimal | None:
        """Per cent with one decimal, rounded half up; 100 only for all of them, 0 only for none. None under `least`."""
        if self.whole == 0 or self.is_few:
            return None
        exact = Decimal(100 * self.part) / Decimal(self.whole)
        rounded = exact.quantize(TENTH, ROUND_HALF_UP)
        if self.part in (0, self.whole):
            return rounded
        return min(max(rounded, TENTH), 100 - TENTH)

    @property
    def words(self) -> str:
        """`85.7%`, `3/4` where there are few, `—` where there is nothing to divide by."""
        if self.whole == 0:
            return "—"
        return f"{self.part}/{self.whole}" if self.percent is None else f"{self.percent}%"

    def reaches(self, wanted: int) -> bool | None:
        """Whether the part is at least `wanted` per cent of the whole; None where there is no whole."""
        return 100 * self.part >= wanted * self.whole if self.whole else None


def on_time_rate(*, on_time: int, late: int, overdue: int, least: int = LEAST) -> Rate:
    """按期率 = 按期办结 ÷ (办结 + 超期未结): what is overdue counts at once, not only when it is closed at last."""
    return Rate(on_time, on_time + late + overdue, least)


def satisfied_rate(*, satisfied: int, basic: int, unsatisfied: int, least: int = LEAST) -> Rate:
    """满意率 = (满意 + 基本满意) ÷ 有评价; who was not asked or did not say is in neither."""
    return Rate(satisfied + basic, satisfied + basic + unsatisfied, least)


def solved_rate(*, solved: int, planned: int, answered: int, least: int = LEAST) -> Rate:
    """解决率 = (A + B) ÷ 已答复."""
    return Rate(solved + planned, answered, least)


def talks_wanted(suggestions: int) -> int:
    """How many per cent of a department's suggestions the county wants talked over face to face (面商)."""
    if suggestions <= FEW_SUGGESTIONS:
        return 100
    return 75 if suggestions < MANY_SUGGESTIONS else 50


@dataclass(frozen=True)
class PerDuty:
    """Opinions for each reception day that has a log (意见÷接待日); not a share, so it may be over 1."""

    opinions: int
    duties: int
    least: int = LEAST

    @property
    def is_few(self) -> bool:
        return 0 < self.duties < self.least

    @property
    def words(self) -> str:
        if self.duties == 0:
            return "—"
        if self.is_few:
            return f"{self.opinions}件/{self.duties}次"
        return str((Decimal(self.opinions) / Decimal(self.duties)).quantize(TENTH, ROUND_HALF_UP))


@dataclass(frozen=True)
class MedianDays:
    """Half of them took no longer than this; unlike a mean one ticket of a year does not move it."""

    days: tuple[int, ...]
    least: int = LEAST

    @classmethod
    def of(cls, days: Iterable[int], least: int = LEAST) -> "MedianDays":
        return cls(tuple(sorted(days)), least)

    @property
    def is_few(self) -> bool:
        return 0 < len(self.days) < self.least

    @property
    def words(self) -> str:
        """`6`, `6.5`; the days one by one where there are few, `—` where there are none."""
        if not self.days:
            return "—"
        if self.is_few:
            return "、".join(map(str, self.days))
        return f"{median(self.days):g}"
