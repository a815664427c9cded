"""The notice board (公示牌) as a product: what it says, when it is stale, what changed."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date, datetime

from deputies.posters.boards.changes import changed_words, lasting_of, list_outdated, list_remarks
from deputies.posters.boards.checks import board_remarks, check_board, texts_of
from deputies.posters.boards.drawing import TEMPLATE, draw_board
from deputies.posters.boards.facts import BoardFacts, board_facts_of
from deputies.posters.boards.layout import BOARD_SIZES, BoardSize, board_size
from deputies.posters.glyphs import used_glyphs
from deputies.posters.product import Drawn, PrintProduct, Rendition, Said, said_glyphs
from deputies.states import Product
from julu_liaison.common.pdf import find_template, image_content, template_version
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.states import Level

PAPER_SIZES = ("A1", "A2", "A3")


class Board(PrintProduct):
    """The list of coming receptions passes by itself. It is on paper boards only (who hangs metal for years hangs no
    dates) and is renewed once all of it has passed, or a day of it is called off or moved."""

    product = Product.BOARD
    level = Level.BRANCH
    default_size = "A2"
    sizes = BOARD_SIZES

    def size_of(self, code: str) -> BoardSize:
        return board_size(code)

    def facts_of(self, places: Iterable[Station], on: date, period: str = "") -> dict[int, BoardFacts]:
        return board_facts_of(places, on)

    def for_size(self, facts: BoardFacts, size: BoardSize) -> BoardFacts:
        shown = facts if size.code in PAPER_SIZES else replace(facts, upcoming=[])
        return replace(shown, glyphs=_needed_glyphs(shown))

    def said(self, facts: BoardFacts, size: BoardSize) -> dict:
        """Photos count by content. Raises PrintRefused for one that is not there."""
        said = asdict(facts) | {"glyphs": said_glyphs(_needed_glyphs(replace(facts, upcoming=[])))}
        for name in ("edition_label", "edited_on"):
            del said[name]
        said["template"] = template_version(find_template(TEMPLATE, facts.county_code))
        for person in said["people"]:
            del person["photo_source"], person["photo_held_back"], person["mandates"]
            person["photo"] = hashlib.sha256(image_content(person["photo"])).hexdigest() if person["photo"] else ""
        said["upcoming"] = [[day.isoformat(), names] for day, names in facts.upcoming]
        return said

    def lasting(self, said: Said) -> Said:
        return lasting_of(said)

    def problems(self, facts: BoardFacts, size: BoardSize) -> list[str]:
        return check_board(facts, size)

    def remarks(self, facts: BoardFacts, size: BoardSize) -> list[str]:
        return board_remarks(facts, size)

    def draw(self, facts: BoardFacts, size: BoardSize, rendition: Rendition) -> Drawn:
        return draw_board(facts, size, rendition)

    def as_printed(self, facts: BoardFacts, said: Said) -> BoardFacts:
        return replace(facts, upcoming=[(date.fromisoformat(day), names) for day, names in said["upcoming"]])

    def outdated(self, said: Said, now: Said, at: datetime) -> list[str]:
        return list_outdated(said, now, today_here(at))

    def passing(self, said: Said, now: Said, at: datetime) -> list[str]:
        return list_remarks(said, now, today_here(at))

    def changes(self, before: Said, now: Said) -> list[str]:
        return changed_words(before, now)


def _needed_glyphs(facts: BoardFacts) -> dict[str, bytes]:
    return used_glyphs(facts.glyphs, (text for _owner, _field, text in texts_of(facts)))
