"""What every product is: who gets one, what it says, how it is checked, drawn and compared."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from deputies.posters.sizes import PrintSize
from deputies.states import Product
from stations.models import Station
from stations.states import Level

Said = Mapping[str, Any]  # what a sheet says, as JSON: `Edition.facts`


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What stands on every sheet. The edition is filled in when it is printed."""

    county_code: str
    place_code: str
    edition_label: str = ""  # 第3版
    edited_on: date | None = None
    glyphs: Mapping[str, bytes] = field(default_factory=dict)  # pictures of characters (补字), by character


@dataclass(frozen=True)
class Rendition:
    """As what something is drawn: a PDF, with bleed and crop marks or without, or a PNG preview."""

    with_marks: bool = False
    png: bool = False


@dataclass(frozen=True)
class Drawn:
    """A finished file and how many sheets of print it is."""

    content: bytes
    sheets: int


class PrintProduct(ABC):
    """One kind of thing that is printed. Subclasses are stateless; `PRODUCTS` holds one of each."""

    product: ClassVar[Product]
    level: ClassVar[Level]  # of the places that get one
    default_size: ClassVar[str]
    sizes: ClassVar[Mapping[str, PrintSize]]
    has_period: ClassVar[bool] = False  # printed for one month

    @property
    def label(self) -> str:
        return self.product.label

    @abstractmethod
    def size_of(self, code: str) -> PrintSize:
        """The size by its name or millimetres. Raises DomainError."""

    @abstractmethod
    def facts_of(self, places: Iterable[Station], on: date, period: str = "") -> dict[int, Any]:
        """The facts of many sheets by place key, in a fixed number of queries."""

    def for_size(self, facts: Any, size: PrintSize) -> Any:
        """The facts as far as they are printed at that size."""
        return facts

    @abstractmethod
    def said(self, facts: Any, size: PrintSize) -> dict[str, Any]:
        """What the sheet says, as JSON; photos and glyph pictures by digest, the edition left out."""

    def lasting(self, said: Said) -> Said:
        """What of it demands a new print when it changes; the rest passes by itself."""
        return said

    @abstractmethod
    def problems(self, facts: Any, size: PrintSize) -> list[str]:
        """What keeps it from being printed, as Chinese sentences; an empty list is a go-ahead."""

    def remarks(self, facts: Any, size: PrintSize) -> list[str]:
        """What is worth knowing and keeps nobody from printing."""
        return []

    @abstractmethod
    def draw(self, facts: Any, size: PrintSize, rendition: Rendition) -> Drawn:
        """The file. Raises PrintRefused."""

    def as_printed(self, facts: Any, said: Said) -> Any:
        """Today's facts with what has passed since put back, so that another rendition says what the edition said."""
        return facts

    def outdated(self, said: Said, now: Said, at: datetime) -> list[str]:
        """Why a sheet must be printed again although what lasts has not changed."""
        return []

    def passing(self, said: Said, now: Said, at: datetime) -> list[str]:
        """What differs from a sheet and is worth knowing, but no reason to print it again."""
        return []

    @abstractmethod
    def changes(self, before: Said, now: Said) -> list[str]:
        """What is different, in words."""


def digest_of(said: Said, size: PrintSize) -> str:
    """Changes exactly when a new print is due."""
    return hashlib.sha256(json.dumps({"said": said, "size": size.code}, sort_keys=True).encode()).hexdigest()


def said_glyphs(glyphs: Mapping[str, bytes]) -> dict[str, str]:
    """Pictures of characters by digest."""
    return {character: hashlib.sha256(image).hexdigest() for character, image in sorted(glyphs.items())}
