"""Finding a station or branch by the names people write."""

import re
from collections import defaultdict
from collections.abc import Iterable
from difflib import get_close_matches

from julu_liaison.common.errors import DomainError
from julu_liaison.common.texts import squeezed
from stations.models import Station
from stations.states import Level

STATION_WORDS = re.compile(r"(人大)?(代表)?联络站?")
NUMBERED = re.compile(r"第?([0-9]{1,3}|[〇零一二三四五六七八九十]{1,3})号?分?站$")
PLACE_KIND = re.compile(r"(镇|乡|街道|办事处)$")
DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0}
MOST_NAMED = 12


class PlaceBook:
    """The stations and branches of one county, by full name, usual short name or code."""

    def __init__(self, county: Station, places: Iterable[Station]):
        """`places`: with their parents, in official order; those of a day are `Station.objects.open(on)`."""
        self.county = county
        rows = list(places)
        self.stations = [row for row in rows if row.level == Level.TOWNSHIP]
        self.branches = [row for row in rows if row.level == Level.BRANCH]
        self._stations = _index((row, self._station_names(row)) for row in self.stations)
        self._branches = _index((row, self._branch_names(row)) for row in self.branches)

    def station(self, text: str) -> Station:
        """`官亭镇`, `官亭`, `官亭镇人大代表联络站`, `巨鹿县官亭镇联络站`, `GT`. Raises DomainError."""
        found = self._stations.get(_bare(text)) or self._stations.get(self._without_county(text)) or []
        if len(found) != 1:
            names = "、".join(nearest_names(text, [place.name for place in self.stations]))
            raise DomainError(f"没有叫“{text}”的联络站,请改成其中一个:{names}。")
        return found[0]

    def branch(self, text: str, station: Station) -> Station:
        """`第一分站`, `官亭镇第1分站`, `官亭镇人大代表联络站第一分站`, `GT01`: of `station`. Raises DomainError."""
        found = self._branches.get(_bare(text)) or self._branches.get(self._without_county(text)) or []
        here = [branch for branch in found if branch.parent_id == station.pk]
        if len(here) == 1:
            return here[0]
        if len(found) == 1:
            parent = found[0].parent
            raise DomainError(f"“{text}”是{parent.name}的分站,所属联络站却是{station.name},请核对。")
        branches = [branch.name for branch in self.branches if branch.parent_id == station.pk]
        names = "、".join(nearest_names(text, branches)) or "(还没有分站)"
        raise DomainError(f"{station.name}没有叫“{text}”的分站,请改成其中一个:{names}。")

    def _without_county(self, text: str) -> str:
        return _bare(squeezed(text).removeprefix(self.county.name))

    def _station_names(self, station: Station) -> set[str]:
        names = {station.name, station.full_name, station.code}
        return names | {PLACE_KIND.sub("", name) for name in names}

    def _branch_names(self, branch: Station) -> set[str]:
        """Without its station's name a branch's own is no name of one place; `branch` sorts them by station."""
        stations = self._station_names(branch.parent) - {branch.parent.code}
        return {branch.name, branch.full_name, branch.code, *(name + branch.name for name in stations)}


def _index(places) -> dict[str, list[Station]]:
    index: dict[str, list[Station]] = defaultdict(list)
    for place, names in places:
        for name in {_bare(name) for name in names} - {""}:
            index[name].append(place)
    return index


def _bare(text: str) -> str:
    """Return what tells places apart: 官亭镇人大代表联络站第一分站, 官亭镇第1分站 → 官亭镇#1."""
    text = STATION_WORDS.sub("", squeezed(text)).upper()
    match = NUMBERED.search(text)
    return f"{text[: match.start()]}#{_number(match[1])}" if match else text


def _number(text: str) -> int:
    """十二 → 12; branches are counted up to 99."""
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int("".join(str(DIGITS[character]) for character in text))
    return (DIGITS.get(tens[-1:], 0) if tens else 1) * 10 + DIGITS.get(ones[-1:], 0)


def nearest_names(text: str, names: list[str]) -> list[str]:
    """Names like `text`, or the first ones in the order given."""
    return get_close_matches(squeezed(text), names, n=5, cutoff=0.5) or names[:MOST_NAMED]
