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
LEAST_BODY = 2.8  # mm, 8 pt
LEAST_BODY_ON_A2 = 3.2  # mm; larger boards are read from further away
LARGEST_BODY = 8.0  # mm on A2
GAP_COST = 0.12  # an empty place in the grid spoils a board as much as cards 12 % out of proportion
BEST_RATIO = {"tall": 1.0, "wide": 1.7}
NARROW_BELOW = 0.85  # a narrow card has height to spare, so its photo may take more of the width
WIDE_FROM = 1.25  # width : height of a card from which the photo stands beside all the text


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
    style: str  # "tall": photo above the fields; "wide": photo beside everything
    padding: float
    gap: float
    photo_width: float
    photo_height: float
    heading_width: float
    fields_width: float
    fields_height: float
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
    legible = [layout for layout in layouts if layout.body >= 0.92 * largest]
    return min(legible, key=lambda layout: _misshape(layout) + GAP_COST * (layout.columns * layout.rows - people))


def _misshape(layout: BoardLayout) -> float:
    """How far a card is from the proportions its style looks best in; 0 is perfect."""
    ratio = layout.card_width / layout.card_height
    return abs(log(ratio / BEST_RATIO[layout.style]))


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
        **_card_measures(width, height, scale),
    )


def _card_measures(width: float, height: float, scale: float) -> dict[str, Any]:
    """Text and photo of one card of width × height mm."""
    wide = width / height >= WIDE_FROM
    body = min(width / 24, height / 13) if wide else min(width / 18, height / 19)
    body = min(body, LARGEST_BODY * scale)
    padding, gap = 1.05 * body, 0.8 * body
    inner_width, inner_height = width - 2 * padding, height - 2 * padding
    share = 0.47 if width / height < NARROW_BELOW else 0.42
    photo_height = min(inner_height if wide else 0.49 * inner_height, share * inner_width / PHOTO_RATIO)
    photo_width = photo_height * PHOTO_RATIO
    beside = inner_width - photo_width - gap
    return {
        "style": "wide" if wide else "tall",
        "padding": padding,
        "gap": gap,
        "photo_width": photo_width,
        "photo_height": photo_height,
        "heading_width": beside,
        "fields_width": beside if wide else inner_width,
        "fields_height": inner_height if wide else inner_height - photo_height - gap,
        "name": min(2.6 * body, beside / 3.1),
        "body": body,
        "least": min(body, max(LEAST_BODY_ON_A2 * scale, LEAST_BODY)),
    }


def _between(least: float, value: float, most: float):
    return max(least, min(value, most))


def on_one_sheet(people: int, size: BoardSize) -> int:
    """Deputies a sheet, spread evenly: 17 on boards of 15 are 9 and 8, not 15 and 2."""
    people = max(people, 1)
    return ceil(people / ceil(people / size.capacity))
