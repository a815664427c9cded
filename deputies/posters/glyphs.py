"""Characters that no font has: whose they are, and the pictures that stand in for them (补字)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from deputies.models import Deputy, GlyphImage, Membership
from julu_liaison.common.fonts import lacking_characters
from stations.models import Station

PERSONAL = {"name": "姓名", "employer": "单位", "position": "职务", "contact_scope": "联系内容"}
LOCAL = {"name": "名称", "host": "依托单位", "address": "地址", "phone": "电话", "duty_hours": "接待时间"}


@dataclass(frozen=True)
class GlyphUse:
    """Where a character stands: whose text, which fields of it. `code` is the deputy's or the place's."""

    code: str
    owner: str
    is_deputy: bool
    fields: list[str]


@dataclass(frozen=True)
class GlyphUses:
    """The characters that no font has, with and without a picture: in which texts each stands, deputies first."""

    lacking: set[str]
    by_character: dict[str, list[GlyphUse]] = field(default_factory=dict)

    def of(self, character: str) -> list[GlyphUse]:
        return self.by_character.get(character, [])


def glyphs_for(places: Iterable[Station]) -> dict[int, dict[str, bytes]]:
    """The pictures of the places' counties, by county key and character (one query)."""
    counties = {place.county_id for place in places}
    return {key: {} for key in counties} | GlyphImage.objects.pictures_by_county(counties)


def used_glyphs(glyphs: Mapping[str, bytes], texts: Iterable[str]) -> dict[str, bytes]:
    """Those of the pictures whose character stands in one of the texts."""
    written: set[Any] = set().union(*texts)
    return {character: image for character, image in glyphs.items() if character in written}


def glyph_uses(county: Station, on: date, supplied: Collection[str]) -> GlyphUses:
    """Where what is printed needs characters that no font has, on the day `on`; two queries, whatever the number.

    `supplied`: the characters that there are pictures of. `lacking` is what there is none of.
    """
    texts = [*_texts_of_deputies(county, on), *_texts_of_places(county, on)]
    absent = lacking_characters(text for *_whose, values in texts for text in values.values())
    found: dict[str, list[GlyphUse]] = {}
    for code, owner, is_deputy, values in texts:
        for character in sorted(absent.intersection(set().union(*values.values()))):
            fields = [label for label, text in values.items() if character in text]
            found.setdefault(character, []).append(GlyphUse(code, owner, is_deputy, fields))
    return GlyphUses(absent.difference(supplied), found)


def branches_needing(uses: Iterable[GlyphUse], on: date) -> list[Station]:
    """The branches whose boards show one of these texts, in official order; one query. All below a place that has one."""
    uses = list(uses)
    serving = Membership.objects.in_force(on).filter(deputy__code__in=[use.code for use in uses if use.is_deputy])
    places = [use.code for use in uses if not use.is_deputy]
    named = Q(code__in=places) | Q(parent__code__in=places) | Q(county__code__in=places)
    found = Station.objects.branches().open(on).filter(named | Q(pk__in=serving.values("branch")))
    return list(found.in_official_order())


def _texts_of_deputies(county: Station, on: date) -> Iterator[tuple[str, str, bool, dict[str, str]]]:
    rows = Deputy.objects.filter(county=county).serving(on).order_by("sort_key", "code")
    for code, *values in rows.values_list("code", *PERSONAL):
        yield code, values[0], True, dict(zip(PERSONAL.values(), values, strict=True))


def _texts_of_places(county: Station, on: date) -> Iterator[tuple[str, str, bool, dict[str, str]]]:
    rows = Station.objects.open_in(county, on).order_by("depth", "official_order", "code")
    for code, full_name, *values in rows.values_list("code", "full_name", *LOCAL):
        yield code, full_name, False, dict(zip(LOCAL.values(), values, strict=True))
