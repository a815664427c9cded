"""Geometry of the charts, in the units of the SVG's viewBox; the templates draw it with every number beside it."""

from collections.abc import Iterable
from dataclasses import dataclass

WIDTH, HEIGHT = 420, 176
TOP, FOOT = 26, 24  # room for the number above a bar, and for the day below
GAP = 10
LENGTH = 100  # of a full horizontal bar


@dataclass(frozen=True)
class Bar:
    """One upright bar: `label` below, `number` above; `is_last` is drawn darker, `is_labelled` says its day."""

    label: str
    number: int
    href: str
    x: float
    y: float
    width: float
    height: float
    is_last: bool
    is_labelled: bool

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)

    @property
    def above(self) -> float:
        return self.y - 6


def upright_bars(days: Iterable[tuple[str, int, str]]) -> list[Bar]:
    """Bars for (label, number, address), as high as their numbers; nothing anywhere gives flat ones, never an error."""
    days = list(days)
    most = max((number for _label, number, _href in days), default=0) or 1
    step = WIDTH / max(len(days), 6)  # a few days do not become walls
    room = HEIGHT - TOP - FOOT
    found = []
    for index, (label, number, href) in enumerate(days):
        height = round(room * number / most, 1)
        is_last = index == len(days) - 1
        found.append(Bar(
            label, number, href, round(index * step + GAP / 2, 1), round(HEIGHT - FOOT - height, 1), round(step - GAP, 1), height,
            is_last, (len(days) - 1 - index) % 2 == 0,
        ))  # fmt: skip
    return found


def lengths(numbers: Iterable[int]) -> list[float]:
    """How long each horizontal bar is, of LENGTH: the largest is full, a small number is never drawn as nothing."""
    numbers = list(numbers)
    most = max(numbers, default=0)
    return [max(round(LENGTH * number / most, 1), 1.0) if number else 0.0 for number in numbers]
