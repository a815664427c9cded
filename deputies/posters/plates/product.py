"""Branch plate (分站牌) and station plate (联络站牌) as products. A plate hangs for years: nothing but the name changes it."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date

from deputies.posters.glyphs import used_glyphs
from deputies.posters.plates.drawing import check_plate, draw_plate
from deputies.posters.plates.facts import PlateFacts, plate_facts_of
from deputies.posters.plates.layout import PLATE_SIZES, is_plaque, plate_size
from deputies.posters.product import Drawn, PrintProduct, Rendition, Said, said_glyphs
from deputies.posters.sizes import PrintSize
from deputies.states import Product
from stations.models import Station
from stations.states import Level


class Plate(PrintProduct):
    """No edition stands on it, for whoever reads it in ten years has no use for one."""

    default_size = "600x400"
    sizes = PLATE_SIZES

    def size_of(self, code: str) -> PrintSize:
        return plate_size(code)

    def facts_of(self, places: Iterable[Station], on: date, period: str = "") -> dict[int, PlateFacts]:
        return plate_facts_of(places)

    def for_size(self, facts: PlateFacts, size: PrintSize) -> PlateFacts:
        """A QR code on plaques only: on an upright plate it would hang at the knees."""
        return replace(
            facts,
            qr_url=facts.qr_url if is_plaque(size) else "",
            glyphs=used_glyphs(facts.glyphs, [facts.name]),
        )

    def said(self, facts: PlateFacts, size: PrintSize) -> dict:
        said = asdict(facts) | {"glyphs": said_glyphs(facts.glyphs)}
        for name in ("edition_label", "edited_on"):
            del said[name]
        return said

    def problems(self, facts: PlateFacts, size: PrintSize) -> list[str]:
        return check_plate(facts, size)

    def draw(self, facts: PlateFacts, size: PrintSize, rendition: Rendition) -> Drawn:
        return draw_plate(facts, size, rendition)

    def changes(self, before: Said, now: Said) -> list[str]:
        found = []
        if before["name"] != now["name"]:
            found.append(f"名称改了:{before['name']} → {now['name']}")
        elif before["parts"] != now["parts"]:
            found.append("名称分行的地方变了")
        if before["qr_url"] != now["qr_url"]:
            found.append("二维码的网址改了")
        if before["glyphs"] != now["glyphs"] and before["name"] == now["name"]:
            found.append("补字的图换了")
        return found


class BranchPlate(Plate):
    product = Product.BRANCH_PLATE
    level = Level.BRANCH


class StationPlate(Plate):
    product = Product.STATION_PLATE
    level = Level.TOWNSHIP
