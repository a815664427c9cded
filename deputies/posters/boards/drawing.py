"""A board's facts as data and pictures for its template."""

from dataclasses import asdict
from datetime import date
from math import ceil
from pathlib import Path

from deputies.posters.boards.checks import LABELS, check_board, pixels_at_best
from deputies.posters.boards.facts import BoardFacts, BoardPerson
from deputies.posters.boards.layout import PHOTO_RATIO, BoardSize, board_layout, on_one_sheet
from deputies.posters.product import Drawn, Rendition
from julu_liaison.common.errors import DomainError
from julu_liaison.common.pdf import PrintRefused, find_template, image_content, render_pdf, render_png
from julu_liaison.common.pictures import PRINT, print_jpeg, read_picture
from julu_liaison.common.qr import qr_svg

TEMPLATE = "board.typ"
STATION_PHONE = "联络站电话"
WHO = ("employer", "position")


def draw_board(facts: BoardFacts, size: BoardSize, rendition: Rendition) -> Drawn:
    """The board as PDF, or as a PNG preview with its sheets one below the other. Raises PrintRefused."""
    if problems := check_board(facts, size):
        raise PrintRefused(problems)
    data = _print_data(facts, size, size.bleed if rendition.with_marks else 0)
    job = {
        "template": find_template(TEMPLATE, facts.county_code), "data": data,
        "images": _images(facts, data["layout"]["photo_width"]),
        "glyphs": facts.glyphs,
    }  # fmt: skip
    content = render_png(**job, ppi=_preview_ppi(size)) if rendition.png else render_pdf(**job)
    return Drawn(content, len(data["sheets"]))


def spaced_name(name: str) -> str:
    """A two-character name as it is printed: 陈卫 → 陈　卫."""
    return "\u3000".join(name) if len(name) == 2 else name


def _ordered(facts: BoardFacts) -> list[BoardPerson]:
    """Head first, the others as given."""
    return sorted(facts.people, key=lambda person: not person.is_head)


def _print_data(facts: BoardFacts, size: BoardSize, bleed: int) -> dict:
    each = on_one_sheet(len(facts.people), size)
    people = [_person_data(person, number) for number, person in enumerate(_ordered(facts))]
    call = f"可打联络站电话 {facts.station_phone},也" if facts.station_phone else ""
    duty = {"接待时间": facts.duty_hours, "接待地点": facts.place, STATION_PHONE: facts.station_phone}
    return {
        "title": facts.title,
        "subtitle": facts.subtitle,
        "who": [LABELS[field] for field in WHO],
        "phone_label": LABELS["phone"],
        "station_phone_label": STATION_PHONE,
        "duty": [[heading, text.splitlines()] for heading, text in duty.items() if text],
        "upcoming": [[_day_label(day), names] for day, names in facts.upcoming],
        "qr": "qr",
        "footer_left": f"不方便扫码,{call}可在接待时间当面反映",
        "footer_right": f"{facts.maker}监制　{facts.place_code}　{facts.edition_label}　{_day(facts.edited_on)}",
        "sheets": [people[start : start + each] for start in range(0, len(people), each)],
        "sheet": {"width": size.width, "height": size.height, "bleed": bleed},
        "layout": asdict(board_layout(size, each)),
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


def _images(facts: BoardFacts, photo_width: float) -> dict[str, Path | bytes]:
    photos = {
        f"photo-{number}": printed_photo(person, photo_width)
        for number, person in enumerate(_ordered(facts))
        if person.photo
    }
    return {"qr": qr_svg(facts.qr_url), **photos}


def printed_photo(person: BoardPerson, width: float) -> Path | bytes:
    """The portrait for a print `width` mm wide: the kept cut as it is, or cut again where that gives more pixels.

    A kept cut has at most 900×1200, 76 mm at 300 dpi; larger prints get 300 dpi from the original if that has them.
    """
    pixels, source = pixels_at_best(width), person.photo_source
    if source is None or min(pixels, source.crop.width) <= PRINT[0]:
        return person.photo
    try:
        image = read_picture(image_content(source.original))
    except DomainError:
        return person.photo  # the original is gone; the kept cut was checked
    return print_jpeg(image, source.crop, (pixels, ceil(pixels / PHOTO_RATIO)))


def _day_label(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _preview_ppi(size: BoardSize) -> float:
    """72 up to A2, less for the large boards, so that a preview stays near 1,700 pixels wide."""
    return min(72, 1684 / (size.width / 25.4))
