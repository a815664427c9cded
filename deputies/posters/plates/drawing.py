"""A plate's facts as data for its template, and what keeps it from being printed."""

from dataclasses import asdict

from deputies.posters.plates.facts import PlateFacts
from deputies.posters.plates.layout import PlateLayout, is_upright, plate_layout
from deputies.posters.product import Drawn, Rendition
from deputies.posters.sizes import PrintSize
from deputies.posters.texts import unprintable
from julu_liaison.common.pdf import PrintRefused, find_template, render_pdf, render_png
from julu_liaison.common.qr import qr_svg

TEMPLATE = "plate.typ"
PREVIEW_PIXELS = 1200  # of the longer side


def check_plate(facts: PlateFacts, size: PrintSize) -> list[str]:
    """What keeps this plate from being printed, as Chinese sentences; an empty list is a go-ahead."""
    problems = unprintable([(facts.name, "名称", facts.name)], besides=facts.glyphs)
    if _layout(facts, size) is None:
        problems.append(
            f"“{facts.name}”有{len(facts.name)}个字,在{size.label}上字会太小,远处看不清,请换大一号的牌子,或者缩短名称"
        )
    return problems


def draw_plate(facts: PlateFacts, size: PrintSize, rendition: Rendition) -> Drawn:
    """The plate as PDF, or as a PNG preview. Raises PrintRefused."""
    layout = _layout(facts, size)
    if (problems := check_plate(facts, size)) or layout is None:
        raise PrintRefused(problems)
    job = {
        "template": find_template(TEMPLATE, facts.county_code),
        "data": _print_data(facts, layout, size, size.bleed if rendition.with_marks else 0),
        "images": {"qr": qr_svg(facts.qr_url)} if layout.qr else {},
        "glyphs": facts.glyphs,
    }
    content = render_png(**job, ppi=_preview_ppi(size)) if rendition.png else render_pdf(**job)
    return Drawn(content, sheets=1)


def _layout(facts: PlateFacts, size: PrintSize) -> PlateLayout | None:
    return plate_layout(facts.parts, size, with_qr=bool(facts.qr_url))


def _print_data(facts: PlateFacts, layout: PlateLayout, size: PrintSize, bleed: int) -> dict:
    return {
        "name": facts.name,
        "upright": is_upright(size),
        "sheet": {"width": size.width, "height": size.height, "bleed": bleed},
        **asdict(layout),
    }


def _preview_ppi(size: PrintSize) -> float:
    return min(72, PREVIEW_PIXELS / (max(size.width, size.height) / 25.4))
