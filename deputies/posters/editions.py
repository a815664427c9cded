"""Printing what changed: each print is a numbered, kept edition; what still says the truth is not printed again."""

import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.utils._os import safe_join

from deputies.models import Edition
from deputies.permissions import can_print
from deputies.posters.product import Drawn, PrintProduct, Rendition, digest_of
from deputies.posters.sizes import PrintSize
from deputies.services import record_edition
from deputies.services.editions import CENTRALLY
from julu_liaison.common.errors import Conflict, NotAllowed
from julu_liaison.common.pdf import PrintRefused, write_atomically
from julu_liaison.common.working_days import today_here
from stations.models import Station

ATTEMPTS = 5
UNFIT_KNOWN = timedelta(days=60)
MARKED = "-marks"  # at the end of the name of a file with bleed and crop marks
PORTION = 8  # places whose facts are read at once: few queries, and nobody's facts wait for a whole county's drawing
SEVERAL_PRINT = "好几个人同时在印这一块,请稍后再试"
CHANGED_MEANWHILE = "印好以后内容又变了,没有放进去,请再印一次"
T = TypeVar("T")


@dataclass(frozen=True)
class Order:
    """What is wanted: which product, how large, for which month (duty posters only: `2026-12`)."""

    product: PrintProduct
    size: PrintSize
    period: str = ""


@dataclass(frozen=True)
class Printing:
    """What one place's sheet says today, at the ordered size."""

    place: Station
    facts: Any
    said: dict
    digest: str


@dataclass(frozen=True)
class EditionResult:
    """What became of one place. `state`: printed, unchanged or refused; `path` is the kept file.

    `reasons`: why it was refused; `remarks`: worth knowing, and printed all the same.
    """

    place: Station
    state: str
    path: Path | None = None
    edition: Edition | None = None
    reasons: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def print_one(*, order: Order, place: Station, actor, at: datetime) -> EditionResult:
    """Print for one place unless its latest edition still says the same.

    `actor=None` is the system itself. Raises NotAllowed; what keeps it from being printed comes back as reasons.
    """
    return next(print_all(order=order, places=[place], actor=actor, at=at))


def print_all(*, order: Order, places: Iterable[Station], actor, at: datetime) -> Iterator[EditionResult]:
    """Print for many places one after the other; a refusal stops nobody else.

    Facts and latest editions are read for a few places at a time, and those of a place once more when it has been drawn:
    what is recorded was true then. Whoever has printed meanwhile is found when the number is taken.
    """
    places = list(places)
    for place in places:
        if not can_print(actor, place):
            raise NotAllowed(CENTRALLY)
    for portion in _portions(places):
        facts = order.product.facts_of(portion, today_here(at), order.period)
        latest = latest_editions(order, portion)
        for place in portion:
            yield _printed(order, place, facts[place.pk], latest.get(place.pk), actor, at)


def still_true(order: Order, results: Sequence[EditionResult], at: datetime) -> list[EditionResult]:
    """The results, those refused whose edition has ceased to be true since: what is handed over late is looked at again.

    Facts are read for a few places at a time.
    """
    found = []
    for portion in _portions(results):
        facts = order.product.facts_of([result.place for result in portion], today_here(at), order.period)
        found += [_looked_at_again(order, result, facts[result.place.pk], at) for result in portion]
    return found


def _looked_at_again(order: Order, result: EditionResult, facts: Any, at: datetime) -> EditionResult:
    if result.edition is None or result.path is None:
        return result
    why = changes_since(order, result.edition, facts, at)
    return replace(result, state="refused", path=None, reasons=[CHANGED_MEANWHILE, *why]) if why else result


def changes_since(order: Order, edition: Edition, facts: Any, at: datetime) -> list[str]:
    """Why an edition no longer says what is true, in words, by today's `facts` of its place; an empty list says that it
    does."""
    facts = order.product.for_size(facts, order.size)
    try:
        return why_untrue(order, edition, printing_of(order, edition.place, facts), at)
    except PrintRefused as refusal:
        return refusal_reasons(order, facts, refusal)


def _portions(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), PORTION):
        yield items[start : start + PORTION]


def _printed(order: Order, place: Station, facts: Any, latest: Edition | None, actor, at: datetime) -> EditionResult:
    facts = order.product.for_size(facts, order.size)
    try:
        for _attempt in range(ATTEMPTS):
            printing = printing_of(order, place, facts)
            if latest and not why_again(order, latest, printing, at):
                return _result(order, "unchanged", latest, facts)
            number = latest.number + 1 if latest else 1
            drawn = _drawn(order, printing, number, at)
            facts = _facts_now(order, place, at)
            if _still_says(order, printing, printing_of(order, place, facts), at):
                edition = _new_edition(order, printing, drawn, number, actor, at)
                if edition:
                    return _result(order, "printed", edition, facts)
            latest = latest_editions(order, [place]).get(place.pk)
    except PrintRefused as refusal:
        return EditionResult(place, "refused", reasons=refusal_reasons(order, facts, refusal))
    return EditionResult(place, "refused", reasons=[SEVERAL_PRINT])


def _result(order: Order, state: str, edition: Edition, facts: Any) -> EditionResult:
    remarks = order.product.remarks(facts, order.size)
    return EditionResult(edition.place, state, kept_file(edition), edition, remarks=remarks)


def _facts_now(order: Order, place: Station, at: datetime) -> Any:
    facts = order.product.facts_of([place], today_here(at), order.period)[place.pk]
    return order.product.for_size(facts, order.size)


def _still_says(order: Order, drawn: Printing, now: Printing, at: datetime) -> bool:
    return drawn.digest == now.digest and not order.product.outdated(drawn.said, now.said, at)


def printing_of(order: Order, place: Station, facts: Any) -> Printing:
    """What the sheet says (`facts` as for the size). Raises PrintRefused for a photo that is not there."""
    said = order.product.said(facts, order.size)
    return Printing(place, facts, said, digest_of(order.product.lasting(said), order.size))


def kept_back(order: Order, printing: Printing) -> list[str]:
    """What keeps a sheet from being printed, as far as it is known without drawing it: its problems, or what was too long when
    somebody tried to print exactly this."""
    return order.product.problems(printing.facts, order.size) or cache.get(_unfit(order, printing), [])


def _drawn(order: Order, printing: Printing, number: int, at: datetime) -> Drawn:
    """The plain file. Raises PrintRefused, and remembers what only drawing has shown (a text that doesn't fit)."""
    try:
        return draw(order, printing, number=number, made_at=at, rendition=Rendition())
    except PrintRefused as refusal:
        cache.set(_unfit(order, printing), refusal.messages, timeout=UNFIT_KNOWN.total_seconds())
        raise


def _unfit(order: Order, printing: Printing) -> str:
    """The cache's key of exactly what the sheet says, what passes by itself included."""
    return f"unfit:{order.product.product}:{digest_of(printing.said, order.size)}"


def refusal_reasons(order: Order, facts: Any, refusal: PrintRefused) -> list[str]:
    """What to mend, with the deputies' names where the check of the whole sheet finds them."""
    return order.product.problems(facts, order.size) or refusal.messages


def why_again(order: Order, edition: Edition, printing: Printing, at: datetime) -> list[str]:
    """Why an edition must be replaced by a new print, in words; an empty list says that it still holds."""
    found = why_untrue(order, edition, printing, at)
    return found if kept_file(edition).is_file() else [*found, "保存的文件不见了"]


def why_untrue(order: Order, edition: Edition, printing: Printing, at: datetime) -> list[str]:
    """What an edition says that is no longer so, in words, whatever became of its file."""
    found = []
    if edition.facts_hash != printing.digest:
        known = edition.facts and order.product.changes(edition.facts, printing.said)
        found += known or ["内容有变化"]
    return found + order.product.outdated(edition.facts, printing.said, at)


def _new_edition(order: Order, printing: Printing, drawn: Drawn, number: int, actor, at: datetime) -> Edition | None:
    """Keep and record what was drawn; None when somebody else was faster and the number is taken.

    The number stands on the sheet, so it is drawn first and recorded after, without a lock over the drawing. Two who
    draw the same number at the same moment have a file each: whoever loses removes the own one.
    """
    place, size = printing.place, order.size
    folder = f"editions/{order.product.product}/{safe_name(place.code)}"
    stem = "-".join(filter(None, (size.code, order.period, f"{number:03d}", printing.digest[:12], uuid.uuid4().hex[:8])))
    name = f"{folder}/{stem}.pdf"
    path = Path(safe_join(settings.MEDIA_ROOT, name))
    write_atomically(path, drawn.content)
    try:
        return record_edition(
            place=place, product=order.product.product, size=size.code, period=order.period, number=number,
            sheets=drawn.sheets, facts=printing.said, facts_hash=printing.digest, file=name, actor=actor, at=at,
        )  # fmt: skip
    except Conflict:
        path.unlink(missing_ok=True)
        return None


def draw(order: Order, printing: Printing, *, number: int, made_at: datetime, rendition: Rendition) -> Drawn:
    """The file of an edition. Raises PrintRefused."""
    edited = replace(printing.facts, edition_label=f"第{number}版", edited_on=today_here(made_at))
    return order.product.draw(edited, order.size, rendition)


# ---- Kept files ----


def kept_file(edition: Edition) -> Path:
    """Where the printed file of an edition is kept."""
    return Path(safe_join(settings.MEDIA_ROOT, edition.file))


def forget_unrecorded(edition: Edition, *, before: datetime) -> None:
    """Remove what a killed worker printed for the same place and product and never recorded, if older than `before`."""
    same = Edition.objects.filter(place=edition.place_id, product=edition.product)
    recorded = {Path(name).stem for name in same.values_list("file", flat=True)}
    for path in kept_file(edition).parent.glob("*.pdf"):
        is_recorded = path.stem.removesuffix(MARKED) in recorded
        if not is_recorded and path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)


def rendition_of(order: Order, edition: Edition, rendition: Rendition, at: datetime) -> Path:
    """Another file of the same edition, kept beside it: with crop marks, or a PNG. Drawn when first asked for.

    Raises Conflict when the facts have changed since: then only a new edition can be drawn.
    """
    suffix = f"{MARKED if rendition.with_marks else ''}.{'png' if rendition.png else 'pdf'}"
    path = kept_file(edition).with_name(kept_file(edition).stem + suffix)
    if not path.is_file():
        facts = order.product.facts_of([edition.place], today_here(at), order.period)[edition.place_id]
        printing = printing_of(order, edition.place, order.product.for_size(facts, order.size))
        if printing.digest != edition.facts_hash:
            raise Conflict("内容已经变了,请先印新的一版。")
        said_then = order.product.as_printed(facts, edition.facts)  # with all pictures of characters: that list may need others
        printing = replace(printing, facts=order.product.for_size(said_then, order.size))
        drawn = draw(order, printing, number=edition.number, made_at=edition.made_at, rendition=rendition)
        write_atomically(path, drawn.content)
    return path


def file_name(place: Station, order: Order, suffix: str = ".pdf") -> str:
    """The name of a place's latest file, whichever edition that is: `GT01-A2.pdf`."""
    return "-".join(filter(None, (safe_name(place.code), order.size.code, order.period))) + suffix


def speaking_name(order: Order, edition: Edition, suffix: str = ".pdf") -> str:
    """What a print shop and a clerk understand: `GT01-第一分站-公示牌-A2-第3版.pdf`."""
    place = edition.place
    parts = (place.code, place.name, order.product.label, order.size.code, order.period, edition.label)
    return "-".join(safe_name(part) for part in parts if part) + suffix


def latest_editions(order: Order, places: Iterable[Station]) -> dict[int, Edition]:
    """The highest edition of each place in the ordered size, by place key, with its place (one query)."""
    places = {place.pk: place for place in places}
    found = Edition.objects.highest(
        list(places), product=order.product.product, size=order.size.code, period=order.period
    )
    for key, edition in found.items():
        edition.place = places[key]
    return found


def safe_name(code: str) -> str:
    return re.sub(r"[^\w-]", "_", code)
