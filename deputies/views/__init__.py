"""Pages about deputies, for signed-in people; what the public sees is in `public_views`."""

from deputies.views.archives import archive, archive_file, branch_archives, my_archive
from deputies.views.chain import branch, branches
from deputies.views.consents import consent
from deputies.views.constituents import (
    constituent,
    constituent_add,
    constituent_contact,
    constituent_end,
    constituent_forget,
    constituents,
    contact_void,
    my_constituents,
)
from deputies.views.editions import (
    boards,
    boards_ready,
    draft,
    edition,
    edition_file,
    edition_marks,
    edition_preview,
    glyph,
    glyph_drop,
    glyphs,
    hanging,
)
from deputies.views.people import deputies, deputy
from deputies.views.photos import photo, photo_edit, photos

__all__ = [
    "archive",
    "archive_file",
    "boards",
    "boards_ready",
    "branch",
    "branch_archives",
    "branches",
    "consent",
    "constituent",
    "constituent_add",
    "constituent_contact",
    "constituent_end",
    "constituent_forget",
    "constituents",
    "contact_void",
    "deputies",
    "deputy",
    "draft",
    "edition",
    "edition_file",
    "edition_marks",
    "edition_preview",
    "glyph",
    "glyph_drop",
    "glyphs",
    "hanging",
    "my_archive",
    "my_constituents",
    "photo",
    "photo_edit",
    "photos",
]
