"""Pictures that stand in for characters which no font has (补字)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from deputies.models import GlyphImage
from stations.models import Station


def glyphs_for(places: Iterable[Station]) -> dict[int, dict[str, bytes]]:
    """The pictures of the places' counties, by county key and character (one query)."""
    found: dict[int, dict[str, bytes]] = defaultdict(dict)
    for glyph in GlyphImage.objects.filter(county__in={place.county_id for place in places}):
        found[glyph.county_id][glyph.character] = bytes(glyph.image)
    return found


def used_glyphs(glyphs: Mapping[str, bytes], texts: Iterable[str]) -> dict[str, bytes]:
    """Those of the pictures whose character stands in one of the texts."""
    written: set[Any] = set().union(*texts)
    return {character: image for character, image in glyphs.items() if character in written}
