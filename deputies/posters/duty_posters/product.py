"""The duty poster (值班公告) of a branch's month as a product: what it says, what demands a new print, what changed."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date

from activities.states import ShiftState
from deputies.posters.duty_posters.changes import is_off, poster_changes
from deputies.posters.duty_posters.drawing import check_poster, draw_poster, texts_of
from deputies.posters.duty_posters.facts import PosterDay, PosterFacts, PosterPerson, month_of, poster_facts_of
from deputies.posters.glyphs import used_glyphs
from deputies.posters.product import Drawn, PrintProduct, Rendition, Said, said_glyphs
from deputies.posters.sizes import PrintSize
from deputies.states import Product
from julu_liaison.common.errors import DomainError
from stations.models import Station
from stations.states import Level

POSTER_SIZES = {
    size.code: size
    for size in (
        PrintSize("A2", "A2 纸", 420, 594),
        PrintSize("A3", "A3 纸", 297, 420),
        PrintSize("A4", "A4 纸", 210, 297),
    )
}


class DutyPoster(PrintProduct):
    """Hung for one month, which passes by itself: nothing makes it stale but a change of what it announces."""

    product = Product.DUTY_POSTER
    level = Level.BRANCH
    default_size = "A3"
    sizes = POSTER_SIZES
    has_period = True

    def size_of(self, code: str) -> PrintSize:
        if code.upper() not in POSTER_SIZES:
            raise DomainError(f"值班公告没有“{code}”这个尺寸,请用{'、'.join(POSTER_SIZES)}")
        return POSTER_SIZES[code.upper()]

    def facts_of(self, places: Iterable[Station], on: date, period: str = "") -> dict[int, PosterFacts]:
        """Raises DomainError unless `period` is a month."""
        return poster_facts_of(places, month_of(period))

    def for_size(self, facts: PosterFacts, size: PrintSize) -> PosterFacts:
        return replace(facts, glyphs=used_glyphs(facts.glyphs, (text for _owner, _field, text in texts_of(facts))))

    def said(self, facts: PosterFacts, size: PrintSize) -> dict:
        said = asdict(facts) | {"glyphs": said_glyphs(facts.glyphs), "month": facts.month.isoformat()}
        for name in ("edition_label", "edited_on", "is_published"):
            del said[name]
        for day in said["days"]:
            day["planned_on"], day["on"] = day["planned_on"].isoformat(), day["on"].isoformat()
        return said

    def lasting(self, said: Said) -> Said:
        """Dates, whether they are off, and who is on them. That a day was not held shows once it has passed, and the record
        of that overwrites why it had been moved."""
        return {**said, "days": [_lasting(day) for day in said["days"]]}

    def problems(self, facts: PosterFacts, size: PrintSize) -> list[str]:
        return check_poster(facts)

    def draw(self, facts: PosterFacts, size: PrintSize, rendition: Rendition) -> Drawn:
        return draw_poster(facts, size, rendition)

    def as_printed(self, facts: PosterFacts, said: Said) -> PosterFacts:
        return replace(facts, days=[_day_of(day) for day in said["days"]])

    def changes(self, before: Said, now: Said) -> list[str]:
        return poster_changes(self.lasting(before), self.lasting(now))


def _lasting(day: dict) -> dict:
    if is_off(day):
        return {**day, "people": []}
    return {**day, "state": ShiftState.PLANNED.value, "reason": ""}


def _day_of(day: dict) -> PosterDay:
    return PosterDay(
        planned_on=date.fromisoformat(day["planned_on"]),
        on=date.fromisoformat(day["on"]),
        state=day["state"],
        reason=day["reason"],
        people=[PosterPerson(**person) for person in day["people"]],
    )
