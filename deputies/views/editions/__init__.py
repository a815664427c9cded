"""Pages of what is printed and hung."""

from deputies.views.editions.drafts import draft
from deputies.views.editions.glyphs import glyph, glyph_drop, glyphs
from deputies.views.editions.hanging import hanging
from deputies.views.editions.overview import boards
from deputies.views.editions.readiness import boards_ready
from deputies.views.editions.single import edition, edition_file, edition_marks, edition_preview

__all__ = [
    "boards",
    "boards_ready",
    "draft",
    "edition",
    "edition_file",
    "edition_marks",
    "edition_preview",
    "glyph",
    "glyph_drop",
    "glyphs",
    "hanging",
]
