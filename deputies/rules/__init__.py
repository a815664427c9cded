"""Pure rules about people, and what this app holds of them."""

from deputies.rules.people import (
    CONSTITUENCY_LEVELS,
    CONSTITUENTS_EACH,
    levels_label,
    most_at_once,
    name_initials,
    name_sort_key,
    name_stroke_key,
    spans,
    strokes_of,
    township_word,
)

__all__ = [
    "CONSTITUENCY_LEVELS",
    "CONSTITUENTS_EACH",
    "levels_label",
    "most_at_once",
    "name_initials",
    "name_sort_key",
    "name_stroke_key",
    "spans",
    "strokes_of",
    "township_word",
]
