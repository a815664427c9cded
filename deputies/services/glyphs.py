"""Pictures of characters that no font has (补字): supplied by the county, replaced, dropped."""

import hashlib
from datetime import datetime

from django.db import transaction

from deputies.models import GlyphImage
from deputies.permissions import can_supply_glyphs
from julu_liaison.common import audit
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.fonts import code_points, may_be_drawn, missing_glyphs
from julu_liaison.common.glyph_pictures import glyph_png
from stations.models import Station

MOST_NOTE = 120
COUNTY_ONLY = "补字由县人大办公室办理,请把字的图和来源交给他们。"
WHOSE = "请写这个字的图是从哪里来的,例如:身份证字形,派出所提供"


@transaction.atomic
def add_glyph(*, county: Station, character: str, content: bytes, note: str, actor, at: datetime) -> GlyphImage:
    """Let the picture in `content` stand in for a character on whatever the county prints; an earlier one is replaced.

    `note`: where it comes from. Raises NotAllowed, and DomainError for a character that needs or can have none and for
    what is no fit picture (see `common.glyph_pictures`).
    """
    _demand_supplier(actor, county)
    image = _checked(character, content, note.strip())
    Station.objects.select_for_update().get(pk=county.pk)  # two people supply one character at a time
    values = {
        "image": image, "digest": hashlib.sha256(image).hexdigest(), "note": note.strip(), "added_by": actor,
        "added_at": at,
    }  # fmt: skip
    glyph, is_new = GlyphImage.objects.update_or_create(county=county, character=character, defaults=values)
    _record("add_glyph" if is_new else "replace_glyph", glyph, actor, at)
    return glyph


@transaction.atomic
def drop_glyph(*, glyph: GlyphImage, actor, at: datetime) -> None:
    """Take a picture away: whatever needs it is refused from then on. Raises NotAllowed."""
    _demand_supplier(actor, glyph.county)
    _record("drop_glyph", glyph, actor, at)
    glyph.delete()


def _demand_supplier(actor, county: Station) -> None:
    if not can_supply_glyphs(actor, county):
        raise NotAllowed(COUNTY_ONLY)


def _checked(character: str, content: bytes, note: str) -> bytes:
    """The cleaned picture. Raises DomainError with everything that is wrong."""
    wrong = {}
    if not may_be_drawn(character):
        wrong["character"] = _why_not(character)
    elif not missing_glyphs(character):
        wrong["character"] = f"字库里有{code_points(character)},印得出来,不用补图。"
    if not note:
        wrong["note"] = WHOSE
    elif len(note) > MOST_NOTE:
        wrong["note"] = f"来源最多{MOST_NOTE}个字"
    try:
        image = glyph_png(content)
    except DomainError as error:
        wrong["file"] = error.message
    if wrong:
        raise DomainError(next(iter(wrong.values())), fields=wrong)
    return image


def _why_not(character: str) -> str:
    if len(character) != 1:
        return "一次补一个字。"
    return f"{code_points(character)}不是一个能补图的字,多半是打错或者从别处粘贴来的,请改成平常的字。"


def _record(action: str, glyph: GlyphImage, actor, at: datetime) -> None:
    audit.record(
        action, actor=actor, target=glyph, county_code=glyph.county.code, at=at,
        character=f"U+{ord(glyph.character):04X}", digest=glyph.digest, note=glyph.note,
    )  # fmt: skip
