"""A villager's own entry over the web (群众网上反映): how it comes in, and the code by which one asks how far it is."""

from opinions.services.entries.codes import code_of, find_by_code, printed_code
from opinions.services.entries.entering import (
    LONGEST_NAME,
    LONGEST_VILLAGE,
    MOST_PHOTOS,
    enter_by_villager,
    entry_behind,
    is_entered,
    photos_of,
)
from opinions.services.entries.placing import branch_of_village

__all__ = [
    "LONGEST_NAME",
    "LONGEST_VILLAGE",
    "MOST_PHOTOS",
    "branch_of_village",
    "code_of",
    "enter_by_villager",
    "entry_behind",
    "find_by_code",
    "is_entered",
    "photos_of",
    "printed_code",
]
