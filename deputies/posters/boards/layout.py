"""How large everything on a notice board is: sizes, the grid of cards, photos and text. Pure: numbers in, numbers out.

The rules are the county's: at most 15 deputies on one board and then a second board, never a smaller card.
"""

from dataclasses import dataclass
from math import ceil, log
from typing import Any

from deputies.posters.sizes import PrintSize, custom_size

A2 = (594, 420)  # mm; the design is drawn for A2 and scaled
LARGEST_GRID = (5, 3)
PHOTO_RATIO = 3 / 4


@dataclass(frozen=True)
class BoardSize(PrintSize):
    """A trim size in mm, the largest grid of cards on it, and how sharp a photo must be at reading distance."""

    columns: int
    rows: int
    photo_ppi: int  # pixels per inch, at least

    @property
    def capacity(self) -> int:
        return self.columns * self.rows


BOARD_SIZES = {
    size.code: size
    for size in (
        BoardSize("A1", "A1 纸", 841, 594, 5, 3, 100),
        BoardSize("A2", "A2 纸", 594, 420, 5, 3, 120),
        BoardSize("A3", "A3 纸", 420, 297, 4, 3, 150),
        BoardSize("2400x1200", "240×120厘米", 2400, 1200, 5, 3, 60),
        BoardSize("1800x1200", "180×120厘米", 1800, 1200, 4, 3, 60),
        BoardSize("1200x900", "120×90厘米", 1200, 900, 4, 3, 75),
    )
}


def board_size(code: str) -> BoardSize:
    """A size by name, or any other by its millimetres (`1500x1000`). Raises DomainError."""
    if code.upper() in BOARD_SIZES:
        return BOARD_SIZES[code.upper()]
    width, height = custom_size(code, BOARD_SIZES)
    return BOARD_SIZES.get(f"{width}x{height}") or _custom_size(width, height)


def _custom_size(width: int, height: int) -> BoardSize:
    """As many cards as stay readable at that size, but never more than on the largest board."""
    sheet = _Sheet(width, height)
    most = LARGEST_GRID if width >= height else reversed(LARGEST_GRID)
    room = (sheet.main_width, sheet.main_height)
    columns, rows = (_between(1, int(mm // CARD_FLOOR), limit) for mm, limit in zip(room, most, strict=True))
    ppi = round(_between(60, 150 * A2[1] / sheet.height * 0.8, 150))
    return BoardSize(f"{width}x{height}", f"{width}×{height}毫米", width, height, columns, rows, ppi)


# ---- Geometry: all in mm ----

CARD_FLOOR = 68  # mm; below that a card's text falls under 8 pt
POINT = 25.4 / 72
LEAST_POINTS = 8
LEAST_ON_A2 = 3.55  # mm; larger boards are read from further away
LARGEST_BODY = 9.6  # mm on A2
GAP_COST = 0.12  # an empty place in the grid spoils a board as much as cards 12 % out of proportion
STRAY_COST = 0.5  # and a last row that is less than half full, as much as cards 50 % out of it
SQUARE_FROM, WIDE_FROM = 1.05, 1.55  # width : height of a card


@dataclass(frozen=True)
class _Style:
    """How a card is filled. `em`: a card's width and height in its text size; the smaller text of the two is taken."""

    name: str
    best_ratio: float
    em: tuple[float, float]
    photo_share: tuple[float, float]  # at most, of the width and height inside
    names_of: float  # characters that stand on one line at full size


# tall: all fields below the photo; square: employer and position beside it, how to reach somebody below;
# wide: everything beside it.
TALL = _Style("tall", 1.0, (15, 17.2), (0.46, 0.455), 3.1)
SQUARE = _Style("square", 1.2, (18.4, 15.2), (0.42, 0.66), 4.05)
WIDE = _Style("wide", 1.9, (25, 14.5), (0.36, 1), 4.05)


def smallest_type(size: PrintSize) -> float:
    """The smallest type on a board of that size: font size in mm, never below 8 pt.

    The rule: a character must be seen under 16 minutes of arc, the least that ISO 9241-303 takes for legible text, from
    where people stand: 2 m before a board of 240×120 cm, nearer to smaller ones in proportion (0.7 m to A2). That is
    9.3 mm and 3.3 mm of character height; a Chinese character fills 0.92 of the font size: 10.1 mm and 3.55 mm.
    """
    return max(LEAST_ON_A2 * _Sheet(size.width, size.height).scale, LEAST_POINTS * POINT)


@dataclass(frozen=True)
class _Sheet:
    """One sheet without its cards: everything but the cards is the A2 design times `scale`."""

    width: float
    height: float

    @property
    def scale(self) -> float:
        return min(self.width / A2[0], self.height / A2[1])

    @property
    def main_width(self) -> float:
        return self.width - (2 * MARGIN + SIDE + GUTTER) * self.scale

    @property
    def main_height(self) -> float:
        return self.height - (TOP + FOOT) * self.scale


# mm on A2
MARGIN, SIDE, GUTTER, CARD_GAP = 18, 120, 12, 6
BAND, TOP, FOOT, BOTTOM = 50, 62, 24, 7


@dataclass(frozen=True)
class BoardLayout:
    """Every measure the template needs, in mm, for one board and one number of deputies."""

    width: float
    height: float
    scale: float
    margin: float
    band: float
    top: float
    bottom: float
    side: float
    main_height: float
    columns: int
    rows: int
    card_gap: float
    card_width: float
    card_height: float
    style: str  # see `_Style`
    padding: float
    gap: float
    inner_width: float
    inner_height: float
    photo_width: float
    photo_height: float
    beside: float  # width next to the photo
    name: float  # font sizes
    body: float
    least: float


def board_layout(size: BoardSize, people: int) -> BoardLayout:
    """The grid for that many deputies on one sheet: of those with about the largest text, the best-shaped cards."""
    grids = [
        (columns, rows)
        for columns in range(1, size.columns + 1)
        for rows in range(1, size.rows + 1)
        if columns * rows >= min(people, size.capacity)
    ]
    layouts = [_laid_out(size, *grid) for grid in grids]
    largest = max(layout.body for layout in layouts)
    legible = [layout for layout in layouts if layout.body >= 0.8 * largest]
    return min(legible, key=lambda layout: _misshape(layout) + _emptiness(layout, people))


def _emptiness(layout: BoardLayout, people: int) -> float:
    """What the places without a card cost: seven are 4 + 3 rather than 3 + 3 + 1."""
    empty = layout.columns * layout.rows - people
    return GAP_COST * empty + (STRAY_COST if empty > layout.columns / 2 else 0)


def _misshape(layout: BoardLayout) -> float:
    """How far a card is from the proportions its style looks best in; 0 is perfect."""
    ratio = layout.card_width / layout.card_height
    return abs(log(ratio / _style_for(ratio).best_ratio))


def _style_for(ratio: float) -> _Style:
    return WIDE if ratio >= WIDE_FROM else SQUARE if ratio >= SQUARE_FROM else TALL


def _laid_out(size: BoardSize, columns: int, rows: int) -> BoardLayout:
    sheet = _Sheet(size.width, size.height)
    scale = sheet.scale
    card_gap = CARD_GAP * scale
    width = (sheet.main_width - card_gap * (columns - 1)) / columns
    height = (sheet.main_height - card_gap * (rows - 1)) / rows
    return BoardLayout(
        width=size.width,
        height=size.height,
        scale=scale,
        margin=MARGIN * scale,
        band=BAND * scale,
        top=TOP * scale,
        bottom=BOTTOM * scale,
        side=SIDE * scale,
        main_height=sheet.main_height,
        columns=columns,
        rows=rows,
        card_gap=card_gap,
        card_width=width,
        card_height=height,
        least=smallest_type(size),
        **_card_measures(width, height, scale),
    )


def _card_measures(width: float, height: float, scale: float) -> dict[str, Any]:
    """Text and photo of one card of width × height mm."""
    style = _style_for(width / height)
    body = min(width / style.em[0], height / style.em[1], LARGEST_BODY * scale)
    padding, gap = 0.95 * body, 0.8 * body
    inner_width, inner_height = width - 2 * padding, height - 2 * padding
    photo_height = min(style.photo_share[1] * inner_height, style.photo_share[0] * inner_width / PHOTO_RATIO)
    photo_width = photo_height * PHOTO_RATIO
    beside = inner_width - photo_width - gap
    return {
        "style": style.name,
        "padding": padding,
        "gap": gap,
        "inner_width": inner_width,
        "inner_height": inner_height,
        "photo_width": photo_width,
        "photo_height": photo_height,
        "beside": beside,
        "name": min(2.6 * body, beside / style.names_of),
        "body": body,
    }


def _between(least: float, value: float, most: float):
    return max(least, min(value, most))


def on_one_sheet(people: int, size: BoardSize) -> int:
    """Deputies a sheet, spread evenly: 17 on boards of 15 are 9 and 8, not 15 and 2."""
    people = max(people, 1)
    return ceil(people / ceil(people / size.capacity))
