"""How large the characters on a plate are. Pure: numbers in, numbers out, all in mm.

Every character is reckoned as a full square, which a Chinese one is and a Latin one never exceeds.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deputies.posters.sizes import PrintSize, custom_size

PLATE_SIZES = {
    size.code: size
    for size in (
        PrintSize("600x400", "60×40厘米方牌", 600, 400),
        PrintSize("360x2200", "36×220厘米竖牌", 360, 2200),
    )
}


def plate_size(code: str) -> PrintSize:
    """A size by name, or any other by its millimetres (`500x350`). Raises DomainError."""
    width, height = custom_size(code, PLATE_SIZES)
    code = f"{width}x{height}"
    return PLATE_SIZES.get(code) or PrintSize(code, f"{width}×{height}毫米", width, height)


# ---- Which kind of plate ----

UPRIGHT_FROM = 2.5  # height : width from which the name is written top to bottom
BAND_FROM = 3  # width : height from which it is one long line


def is_upright(size: PrintSize) -> bool:
    return size.height >= UPRIGHT_FROM * size.width


def is_plaque(size: PrintSize) -> bool:
    """Neither upright nor a band: there is room for a QR code below the name."""
    return not is_upright(size) and size.width < BAND_FROM * size.height


# ---- Geometry ----

DESIGN = (600, 400)  # mm; plaques are drawn for that and scaled
FRAME, SIDE, TOP = 14, 42, 40  # from the edge to the frame line, and to the characters
QR, QR_BOTTOM, QR_GAP = 70, 26, 14  # the code with its quiet zone, from the edge to it, and from it to the name
LINE_GAP = 0.4  # of the size of the line below
LARGEST_LINE = 84  # on the design; larger characters press against the frame
LARGEST_OF_BAND = 0.5  # of the height
EMPHASIS = 1.3  # the last line, which tells the branches apart, at most
LEAST_LINE = 30  # on the design; below that nobody reads the name from across the road

COLUMN_END = 0.42  # of the width, above the first and below the last character
LARGEST_OF_COLUMN = 0.62  # of the width
LEAST_OF_COLUMN = 1 / 6  # of the width
COLUMN_GAP = 0.1  # of the size, at least
WIDEST_COLUMN_GAP = 0.7


@dataclass(frozen=True)
class PlateLayout:
    """Where the characters stand: lines, or cells below each other, from the top edge; the centre line is the sheet's."""

    lines: list[tuple[str, float, float]]  # text, size of the characters, upper edge
    frame: float | None  # from the edge to the frame line; none on upright plates
    qr: tuple[float, float] | None  # size and upper edge of the code


def plate_layout(parts: Sequence[str], size: PrintSize, *, with_qr: bool) -> PlateLayout | None:
    """The largest characters that have room, or None where they would be too small."""
    if is_upright(size):
        return _column("".join(parts), size)
    layouts = (_plaque(lines, size, with_qr=with_qr) for lines in _groupings(parts, size))
    return next(filter(None, layouts), None)


def _column(name: str, size: PrintSize) -> PlateLayout | None:
    cells = cells_of(name)
    count = len(cells)
    room = size.height - 2 * COLUMN_END * size.width
    character = min(LARGEST_OF_COLUMN * size.width, room / (count + COLUMN_GAP * (count - 1)))
    if character < LEAST_OF_COLUMN * size.width:
        return None
    gap = min((room - count * character) / (count - 1), WIDEST_COLUMN_GAP * character) if count > 1 else 0
    top = (size.height - count * character - (count - 1) * gap) / 2
    lines = [(cell, character, top + number * (character + gap)) for number, cell in enumerate(cells)]
    return PlateLayout(lines, None, None)


def cells_of(name: str) -> list[str]:
    """The characters of an upright name, each its own; a number of two digits stands side by side in one."""
    return re.findall(r"(?<!\d)\d{2}(?!\d)|\S", name)


def _groupings(parts: Sequence[str], size: PrintSize) -> Iterable[list[str]]:
    """Ways to break the name, the best-looking first."""
    whole = ["".join(parts)]
    before_last = ["".join(parts[:-1]), parts[-1]] if len(parts) > 1 else whole
    each = list(parts)
    if not is_plaque(size):
        return [whole, before_last]
    return [before_last, each] if size.width > size.height else [each]


def _plaque(lines: list[str], size: PrintSize, *, with_qr: bool) -> PlateLayout | None:
    unit = min(size.width / DESIGN[0], size.height / DESIGN[1])
    below = (QR_BOTTOM + QR + QR_GAP if with_qr else TOP) * unit
    width, height = size.width - 2 * SIDE * unit, size.height - TOP * unit - below
    largest = LARGEST_LINE * unit if is_plaque(size) else LARGEST_OF_BAND * size.height
    first = min([largest, *(width / len(line) for line in lines)])
    last = min(EMPHASIS * first, largest, width / len(lines[-1])) if len(lines) > 1 else first
    sizes = [first] * (len(lines) - 1) + [last]
    used = sum(sizes) + LINE_GAP * sum(sizes[1:])
    shrunk = [min(1, height / used) * one for one in sizes]
    if min(shrunk) < LEAST_LINE * unit:
        return None
    top = TOP * unit + (height - min(height, used)) / 2
    placed = []
    for number, (line, character) in enumerate(zip(lines, shrunk, strict=True)):
        top += LINE_GAP * character if number else 0
        placed.append((line, character, top))
        top += character
    qr = (QR * unit, size.height - (QR_BOTTOM + QR) * unit) if with_qr else None
    return PlateLayout(placed, FRAME * unit, qr)
