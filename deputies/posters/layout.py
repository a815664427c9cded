"""Notice boards (公示牌): who stands on one, what it may not show, how large everything is.

Pure: facts in, problems or bytes out. The rules are the county's: head first, at most 15 deputies on one board and
then a second board, no emblem, photo and own phone only with consent (decided by whoever fills in the facts).
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from math import ceil, log
from pathlib import Path
from typing import Any

from julu_liaison.common.errors import DomainError
from julu_liaison.common.fonts import code_points, missing_glyphs
from julu_liaison.common.pdf import TEMPLATES, PrintRefused, image_content, render_pdf, render_png
from julu_liaison.common.pictures import read_head
from julu_liaison.common.qr import qr_svg

TEMPLATE = TEMPLATES / "board.typ"
LABELS = {"employer": "单位", "position": "职务", "contact_scope": "联系内容", "phone": "联系方式"}
A2 = (594, 420)  # mm; the design is drawn for A2 and scaled
LARGEST_GRID = (5, 3)
CUSTOM_SIZE = re.compile(r"(\d{3,4})[xX×](\d{3,4})")
SHORTEST_SIDE, LONGEST_SIDE = 210, 5000  # mm; a PDF page ends at 5080 mm
PHOTO_RATIO = 3 / 4
SHARP_PHOTO = (600, 800)  # pixels; good enough for any size
MOST_PIXELS = 25_000_000


@dataclass(frozen=True)
class BoardPerson:
    """One deputy as printed. `phone` is the own number or, without consent, the station's."""

    name: str
    levels_label: str  # 县、镇人大代表
    is_head: bool
    employer: str
    position: str
    contact_scope: str
    phone: str
    photo: Path | None


@dataclass(frozen=True)
class BoardFacts:
    """Everything a branch's board says; `upcoming` is a list of (date label, names on duty), possibly empty."""

    branch_code: str
    title: str
    subtitle: str
    people: list[BoardPerson]
    duty_hours: str
    place: str
    station_phone: str
    upcoming: list[tuple[str, list[str]]]
    qr_url: str
    maker: str  # 巨鹿县人大常委会
    edition_label: str  # 第3版
    edited_on: date


@dataclass(frozen=True)
class BoardSize:
    """A trim size in mm, the largest grid of cards on it, and how sharp a photo must be at reading distance."""

    code: str
    width: int
    height: int
    columns: int
    rows: int
    photo_ppi: int  # pixels per inch, at least

    @property
    def capacity(self) -> int:
        return self.columns * self.rows


BOARD_SIZES = {
    size.code: size
    for size in (
        BoardSize("A1", 841, 594, 5, 3, 100),
        BoardSize("A2", 594, 420, 5, 3, 120),
        BoardSize("A3", 420, 297, 4, 3, 150),
        BoardSize("2400x1200", 2400, 1200, 5, 3, 60),
        BoardSize("1800x1200", 1800, 1200, 4, 3, 60),
        BoardSize("1200x900", 1200, 900, 4, 3, 75),
    )
}


def board_size(code: str) -> BoardSize:
    """A size by name, or any other by its millimetres (`1500x1000`). Raises DomainError."""
    if code.upper() in BOARD_SIZES:
        return BOARD_SIZES[code.upper()]
    match = CUSTOM_SIZE.fullmatch(code.strip())
    if not match:
        raise DomainError(f"没有“{code}”这个尺寸,请用{'、'.join(BOARD_SIZES)},或按毫米写成“宽x高”")
    width, height = int(match[1]), int(match[2])
    if min(width, height) < SHORTEST_SIDE or max(width, height) > LONGEST_SIDE:
        raise DomainError(f"公示牌的边长要在{SHORTEST_SIDE}到{LONGEST_SIDE}毫米之间")
    return BOARD_SIZES.get(f"{width}x{height}") or _custom_size(width, height)


def _custom_size(width: int, height: int) -> BoardSize:
    """As many cards as stay readable at that size, but never more than on the largest board."""
    sheet = _Sheet(width, height)
    most = LARGEST_GRID if width >= height else reversed(LARGEST_GRID)
    room = (sheet.main_width, sheet.main_height)
    columns, rows = (_between(1, int(mm // CARD_FLOOR), limit) for mm, limit in zip(room, most, strict=True))
    ppi = round(_between(60, 150 * A2[1] / sheet.height * 0.8, 150))
    return BoardSize(f"{width}x{height}", width, height, columns, rows, ppi)


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


# ---- Checking ----


def check_board(facts: BoardFacts, size: str) -> list[str]:
    """What keeps this board from being printed, as Chinese sentences; an empty list is a go-ahead."""
    layout = board_layout(board_size(size), _on_one_sheet(facts, board_size(size)))
    problems = [] if facts.people else ["分站还没有代表,没有可以上墙的内容"]
    for owner, field, text in _texts(facts):
        if missing := missing_glyphs(text):
            problems.append(f"{owner}的{field}里,字库没有{code_points(missing)},请核对这个字")
    for person in facts.people:
        if not person.name.strip():
            problems.append("有一位代表没有姓名,请补上")
        if person.photo:
            problems += _photo_problems(person.name, person.photo, layout, board_size(size).photo_ppi)
    return problems


def _texts(facts: BoardFacts) -> Iterator[tuple[str, str, str]]:
    """(owner, field, text) of every text on the board."""
    for person in facts.people:
        yield person.name, "姓名", person.name
        yield person.name, "代表层级", person.levels_label
        for field, label in LABELS.items():
            yield person.name, label, getattr(person, field)
    own = {
        "标题": facts.title + facts.subtitle,
        "接待时间": facts.duty_hours,
        "接待地点": facts.place,
        "联络站电话": facts.station_phone,
        "近期值班": "".join(date_label + "".join(names) for date_label, names in facts.upcoming),
        "落款": facts.maker + facts.edition_label + facts.branch_code,
    }
    for label, text in own.items():
        yield "公示牌", label, text


def _photo_problems(name: str, photo: Path, layout: BoardLayout, ppi: int) -> list[str]:
    try:
        width, height = _photo_pixels(photo)
    except PrintRefused as refusal:
        return [f"{name}的{message}" for message in refusal.messages]
    printed = (layout.photo_width, layout.photo_height)
    needed = [min(ceil(mm / 25.4 * ppi), enough) for mm, enough in zip(printed, SHARP_PHOTO, strict=True)]
    if width >= needed[0] and height >= needed[1]:
        return []
    return [
        f"{name}的照片只有{width}×{height}像素,印这个尺寸至少要{needed[0]}×{needed[1]},"
        "请换一张更清楚的,或改印小一号的板"
    ]


def _photo_pixels(photo: Path) -> tuple[int, int]:
    """Width and height, from the file's head alone. Raises PrintRefused for what the archive format can't hold."""
    try:
        head = read_head(image_content(photo))
    except PrintRefused:
        raise
    except DomainError as error:
        raise PrintRefused(["照片打不开,请重新上传"]) from error
    if head.mode == "CMYK" or head.width * head.height > MOST_PIXELS:
        raise PrintRefused(["照片是印刷色彩(CMYK)的或者太大,请重新上传"])
    return head.width, head.height


# ---- Printing ----


def render_board(facts: BoardFacts, size: str, *, png: bool = False) -> bytes:
    """The board as PDF, or as a PNG preview with its sheets one below the other. Raises PrintRefused."""
    if problems := check_board(facts, size):
        raise PrintRefused(problems)
    board = board_size(size)
    data, images = _print_data(facts, board), _images(facts)
    if not png:
        return render_pdf(template=TEMPLATE, data=data, images=images)
    return render_png(template=TEMPLATE, data=data, images=images, ppi=_preview_ppi(board))


def facts_hash(facts: BoardFacts, size: str) -> str:
    """Changes exactly when a reprint is due: photos count by content, edition and its date not at all."""
    said = asdict(facts) | {"edition_label": "", "edited_on": "", "size": board_size(size).code}
    for person in said["people"]:
        person["photo"] = hashlib.sha256(image_content(person["photo"])).hexdigest() if person["photo"] else ""
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def spaced_name(name: str) -> str:
    """A two-character name as it is printed: 陈卫 → 陈　卫."""
    return "\u3000".join(name) if len(name) == 2 else name


def _ordered(facts: BoardFacts) -> list[BoardPerson]:
    """Head first, the others as given."""
    return sorted(facts.people, key=lambda person: not person.is_head)


def _on_one_sheet(facts: BoardFacts, size: BoardSize) -> int:
    """Deputies a sheet, spread evenly: 17 on boards of 15 are 9 and 8, not 15 and 2."""
    people = max(len(facts.people), 1)
    return ceil(people / ceil(people / size.capacity))


def _print_data(facts: BoardFacts, size: BoardSize) -> dict:
    on_one_sheet = _on_one_sheet(facts, size)
    people = [_person_data(person, number) for number, person in enumerate(_ordered(facts))]
    return {
        "title": facts.title,
        "subtitle": facts.subtitle,
        "duty": [
            ["接待时间", facts.duty_hours.splitlines()],
            ["接待地点", facts.place.splitlines()],
            ["联络站电话", [facts.station_phone]],
        ],
        "upcoming": [[label, [spaced_name(name) for name in names]] for label, names in facts.upcoming],
        "qr": "qr",
        "footer_left": f"不方便扫码,可打联络站电话 {facts.station_phone},或在接待时间当面反映",
        "footer_right": f"{facts.maker}监制　{facts.branch_code}　{facts.edition_label}　{_day(facts.edited_on)}",
        "sheets": [people[start : start + on_one_sheet] for start in range(0, len(people), on_one_sheet)],
        "layout": asdict(board_layout(size, on_one_sheet)),
    }


def _person_data(person: BoardPerson, number: int) -> dict:
    fields = [[label, getattr(person, field)] for field, label in LABELS.items()]
    return {
        "name": spaced_name(person.name),
        "levels": person.levels_label,
        "head": person.is_head,
        "fields": [[label, text] for label, text in fields if text],
        "photo": f"photo-{number}" if person.photo else None,
    }


def _images(facts: BoardFacts) -> dict[str, Path | bytes]:
    photos = {f"photo-{number}": person.photo for number, person in enumerate(_ordered(facts)) if person.photo}
    return {"qr": qr_svg(facts.qr_url), **photos}


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _preview_ppi(size: BoardSize) -> float:
    """72 up to A2, less for the large boards, so that a preview stays near 1,700 pixels wide."""
    return min(72, 1684 / (size.width / 25.4))
