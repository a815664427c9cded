"""What keeps a board from being printed: missing glyphs, missing people, photos that are none or not sharp enough."""

from collections.abc import Iterator
from math import ceil
from pathlib import Path

from deputies.posters.boards.facts import BoardFacts
from deputies.posters.boards.layout import BoardLayout, BoardSize, board_layout, on_one_sheet
from julu_liaison.common.errors import DomainError
from julu_liaison.common.fonts import code_points, missing_glyphs
from julu_liaison.common.pdf import PrintRefused, image_content
from julu_liaison.common.pictures import read_head

LABELS = {"employer": "单位", "position": "职务", "contact_scope": "联系内容", "phone": "联系方式"}
SHARP_PHOTO = (600, 800)  # pixels; good enough for any size
MOST_PIXELS = 25_000_000


def check_board(facts: BoardFacts, size: BoardSize) -> list[str]:
    """What keeps this board from being printed, as Chinese sentences; an empty list is a go-ahead."""
    layout = board_layout(size, on_one_sheet(len(facts.people), size))
    problems = [] if facts.people else ["分站还没有代表,没有可以上墙的内容"]
    for owner, field, text in texts_of(facts):
        if missing := missing_glyphs(text, besides=facts.glyphs):
            problems.append(f"{owner}的{field}里,字库没有{code_points(missing)},请核对这个字")
    for person in facts.people:
        if not person.name.strip():
            problems.append("有一位代表没有姓名,请补上")
        if person.photo:
            problems += _photo_problems(person.name, person.photo, layout, size.photo_ppi)
    return problems


def texts_of(facts: BoardFacts) -> Iterator[tuple[str, str, str]]:
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
        "近期值班": "".join(name for _date, names in facts.upcoming for name in names),
        "落款": facts.maker + facts.edition_label + facts.place_code,
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
