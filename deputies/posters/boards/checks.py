"""What keeps a board from being printed: missing glyphs, people or phones, photos that are none or not sharp enough. And
what is worth knowing of one that can be."""

from collections.abc import Iterable, Iterator
from math import ceil, inf
from pathlib import Path

from deputies.posters.boards.facts import BoardFacts, BoardPerson
from deputies.posters.boards.layout import BoardLayout, BoardSize, board_layout, on_one_sheet
from deputies.posters.sizes import LARGEST_PAPER
from deputies.posters.texts import unprintable
from deputies.states import MandateLevel
from julu_liaison.common.errors import DomainError
from julu_liaison.common.fonts import is_blank
from julu_liaison.common.pdf import PrintRefused, image_content
from julu_liaison.common.pictures import DPI, read_head

LABELS = {"employer": "单位", "position": "职务", "contact_scope": "联系内容", "phone": "联系方式"}
SHARP_PHOTO = (600, 800)  # pixels; good enough for any size
MM_PER_INCH = 25.4
ROUNDING = 0.99  # a photo one pixel short is no news
CLEAR_ON_PAPER = 150  # pixels per inch; half of what is the best
CLEAR_ON_BOARDS = 1.25  # times what must be there at least
NAMED = 3  # people in a sentence on photos
MOST_PIXELS = 25_000_000


def check_board(facts: BoardFacts, size: BoardSize) -> list[str]:
    """What keeps this board from being printed, as Chinese sentences; an empty list is a go-ahead."""
    layout = board_layout(size, on_one_sheet(len(facts.people), size))
    problems = [] if facts.people else ["分站还没有代表,没有可以上墙的内容"]
    problems += unprintable(texts_of(facts), besides=facts.glyphs)
    problems += _phone_problems(facts)
    for person in facts.people:
        if is_blank(person.name):
            problems.append("有一位代表没有姓名,请补上")
        if not person.mandates:
            problems.append(f"{person.name}已经没有代表资格,请先调出分站或补上代表资格")
        if person.photo:
            problems += _photo_problems(person.name, person.photo, layout, size.photo_ppi)
    return problems


def board_remarks(facts: BoardFacts, size: BoardSize) -> list[str]:
    """What is worth knowing of a board that can be printed, at most one sentence a kind."""
    people, layout = facts.people, board_layout(size, on_one_sheet(len(facts.people), size))
    kinds = {
        "{}的照片没有同意公开,印的是空白头像": [one for one in people if one.photo_held_back],
        "{}还没有照片,印的是空白头像": [one for one in people if not one.photo and not one.photo_held_back],
        "站长{}没有县级代表资格": [one for one in people if one.is_head and MandateLevel.COUNTY not in one.mandates],
        "{}没有填联系内容": [one for one in people if not one.contact_scope.strip()],
    }
    head = [] if not people or any(one.is_head for one in people) else ["分站还没有站长"]
    return head + _unclear_photos(people, layout, size) + [words.format(_names(found)) for words, found in kinds.items() if found]


def _unclear_photos(people: Iterable[BoardPerson], layout: BoardLayout, size: BoardSize) -> list[str]:
    """Photos that can be printed and are seen to be soft: by the distance from which that size is read."""
    ppi = CLEAR_ON_PAPER if max(size.width, size.height) <= LARGEST_PAPER else CLEAR_ON_BOARDS * size.photo_ppi
    needed = layout.photo_width / MM_PER_INCH * ppi * ROUNDING
    names = [one.name for one in people if one.photo and _photo_width(one) < needed]
    if not names:
        return []
    more = f"等{len(names)}人" if len(names) > NAMED else ""
    return [f"{len(names)}张照片放大后不太清楚:{'、'.join(names[:NAMED])}{more}"]


def pixels_at_best(mm: float) -> int:
    """As many as a print of that many mm can show: 300 an inch."""
    return ceil(mm / MM_PER_INCH * DPI)


def _names(people: Iterable[BoardPerson]) -> str:
    return "、".join(person.name for person in people)


def _photo_width(person: BoardPerson) -> float:
    """Pixels of the photo across, at the best; infinite for one that can't be opened, which `check_board` refuses."""
    if person.photo_source:
        return person.photo_source.crop.width
    try:
        return _photo_pixels(person.photo)[0]
    except PrintRefused:
        return inf


def _phone_problems(facts: BoardFacts) -> list[str]:
    without = [person for person in facts.people if not person.phone.strip()]
    if not without:
        return []
    return [f"联络站没有电话,{_names(without)}也没有可以公开的电话,请在“站点”里给联络站填上电话"]


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
    needed = [min(ceil(mm / MM_PER_INCH * ppi), enough) for mm, enough in zip(printed, SHARP_PHOTO, strict=True)]
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
