"""Trimmed sizes of what is printed, and what the print shop needs around them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from julu_liaison.common.errors import DomainError

CUSTOM_SIZE = re.compile(r"([0-9]{3,4})[xX×]([0-9]{3,4})")
SHORTEST_SIDE, LONGEST_SIDE = 210, 5000  # mm; a PDF page ends at 5080 mm
LARGEST_PAPER = 841  # mm, the long side of A1
BLEED_ON_PAPER, BLEED_ON_BOARDS = 3, 10  # mm; boards are cut by hand or folded round an edge


@dataclass(frozen=True)
class PrintSize:
    """A trimmed size in mm. `code` is what commands and editions say, `label` what people read."""

    code: str
    label: str
    width: int
    height: int

    @property
    def bleed(self) -> int:
        """mm around the trimmed size, where the print shop gets any."""
        return BLEED_ON_PAPER if max(self.width, self.height) <= LARGEST_PAPER else BLEED_ON_BOARDS


def custom_size(code: str, known: Iterable[str]) -> tuple[int, int]:
    """Width and height from `1500x1000`. Raises DomainError, which lists the `known` names."""
    match = CUSTOM_SIZE.fullmatch(code.strip())
    if not match:
        raise DomainError(f"没有“{code}”这个尺寸,请用{'、'.join(known)},或按毫米写成“宽x高”")
    width, height = int(match[1]), int(match[2])
    if min(width, height) < SHORTEST_SIDE or max(width, height) > LONGEST_SIDE:
        raise DomainError(f"边长要在{SHORTEST_SIDE}到{LONGEST_SIDE}毫米之间")
    return width, height
