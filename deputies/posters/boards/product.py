"""The notice board (公示牌) as a product: what it says, when it is stale, what changed."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta

from deputies.posters.boards.checks import check_board, texts_of
from deputies.posters.boards.drawing import draw_board
from deputies.posters.boards.facts import COMING, BoardFacts, board_facts_of
from deputies.posters.boards.layout import BOARD_SIZES, BoardSize, board_size
from deputies.posters.glyphs import used_glyphs
from deputies.posters.product import Drawn, PrintProduct, Rendition, Said, said_glyphs
from deputies.states import Product
from julu_liaison.common.pdf import image_content
from stations.models import Station
from stations.states import Level

PAPER_SIZES = ("A1", "A2", "A3")
LIST_LASTS = timedelta(days=7 * COMING)


class Board(PrintProduct):
    """The list of coming receptions passes by itself. It is on paper boards only (who hangs metal for years hangs no
    dates) and is renewed once all of it has passed."""

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
        return replace(shown, glyphs=used_glyphs(facts.glyphs, (text for _owner, _field, text in texts_of(shown))))

    def said(self, facts: BoardFacts, size: BoardSize) -> dict:
        """Photos count by content. Raises PrintRefused for one that is not there."""
        said = asdict(facts) | {"glyphs": said_glyphs(facts.glyphs)}
        for name in ("edition_label", "edited_on"):
            del said[name]
        for person in said["people"]:
            person["photo"] = hashlib.sha256(image_content(person["photo"])).hexdigest() if person["photo"] else ""
        said["upcoming"] = [[day.isoformat(), names] for day, names in facts.upcoming]
        return said

    def lasting(self, said: Said) -> Said:
        """Whether there is a list of coming receptions counts, what stands on it does not."""
        return {**said, "upcoming": bool(said["upcoming"])}

    def problems(self, facts: BoardFacts, size: BoardSize) -> list[str]:
        return check_board(facts, size)

    def draw(self, facts: BoardFacts, size: BoardSize, rendition: Rendition) -> Drawn:
        return draw_board(facts, size, rendition)

    def as_printed(self, facts: BoardFacts, said: Said) -> BoardFacts:
        return replace(facts, upcoming=[(date.fromisoformat(day), names) for day, names in said["upcoming"]])

    def outdated(self, said: Said, now: Said, made_at: datetime, at: datetime) -> list[str]:
        if now["upcoming"] and at - made_at >= LIST_LASTS:
            return ["近期值班已经过完了"]
        return []

    def changes(self, before: Said, now: Said) -> list[str]:
        return ["内容有变化"]
