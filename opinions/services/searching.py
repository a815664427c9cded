"""Search in Chinese text: by number, town, deputy, title and words of a ticket (see ADR 16)."""

from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Q

from deputies.models import Deputy
from opinions.models import Opinion, SuggestionDetail
from opinions.querysets import Indexed, OpinionQuerySet
from opinions.rules.searching import (
    asked_words,
    folded,
    names_town,
    number_in,
    pairs_of,
    session_number_in,
    spellings,
)
from opinions.services.looking import hiding_for
from stations.models import Department, Station
from stations.querysets import scope_of

SEARCHED = ("text", "title")


@dataclass
class _Keys:
    """What a word names outside the tickets: found first, so that their own columns are all that is searched."""

    counties: list[int]
    deputies: dict[str, list[int]] = field(default_factory=dict)
    suggestions: dict[str, list[int]] = field(default_factory=dict)
    towns: dict[str, list[int]] = field(default_factory=dict)  # whose name the word is
    registers: dict[str, list[int]] = field(default_factory=dict)  # of the towns in front of a number


def search_tickets(*, rows: OpinionQuerySet, text: str, user) -> OpinionQuerySet:
    """Return those of `rows` that have every word of `text` in number, title, text, or the deputy's name or initials.

    A town's name also brings the tickets of that town, and in front of a number it says whose register is meant.
    Villagers' names are sealed, and so not searched. `rows` are what `user` may see: the index is asked for that
    person's counties only.
    """
    words = asked_words(text)
    if not words:
        return rows
    keys = _keys_for(words, user)
    for word in words:
        rows = rows.filter(_having(word, keys))
    return _without_names_found(rows, words, keys, user) if scope_of(user).departments else rows


def _without_names_found(rows: OpinionQuerySet, words: list[str], keys: _Keys, user) -> OpinionQuerySet:
    """Leave out confidential tickets that a department finds by its villager's name alone: finding is telling, too."""
    confidential = rows.filter(confidential=True).defer(None).select_related("deputy")
    lost = [row.pk for row in confidential if any(_says_only_hidden(row, word, keys, user) for word in words)]
    return rows.exclude(pk__in=lost) if lost else rows


def _says_only_hidden(ticket: Opinion, word: str, keys: _Keys, user) -> bool:
    hide, written = hiding_for(opinion=ticket, actor=user), f"{ticket.title}\n{ticket.text}"
    named = ticket.deputy_id in keys.deputies.get(word, []) or ticket.station_id in keys.towns.get(word, [])
    return not named and _says(written, word) and not _says(f"{hide(written)}\n{ticket.number}", word)


def _says(text: str, word: str) -> bool:
    return any(spelling.lower() in text.lower() for spelling in spellings(word))


def _having(word: str, keys: _Keys) -> Q:
    said = Q()
    for spelling in spellings(word):
        for column in SEARCHED:
            said |= Q(**{f"{column}__{_containing(spelling)}": spelling})
        said |= Q(number__contains=spelling)
    found = _narrowed(said, word, keys)
    asked = number_in(word)
    if asked and not asked.town:
        found |= _narrowed(Q(number__endswith=asked.end), asked.end, keys)
    elif asked and word in keys.registers:
        in_register = Q(register__in=keys.registers[word], number__endswith=asked.end)
        found |= _narrowed(in_register, asked.end, keys)
    if word in keys.towns:
        found |= Q(station__in=keys.towns[word])
    if word in keys.deputies:
        found |= Q(deputy__in=keys.deputies[word])
    if word in keys.suggestions:
        found |= Q(pk__in=keys.suggestions[word])
    return found


def _containing(spelling: str) -> str:
    """Small and capital letters are the same; where there are none the plain comparison is cheaper."""
    return "contains" if spelling.lower() == spelling.upper() else "icontains"


def _narrowed(condition: Q, word: str, keys: _Keys) -> Q:
    """On PostgreSQL ask the index first. SQLite serves one county, and goes through its tickets in milliseconds."""
    pairs = pairs_of(word)
    if connection.vendor != "postgresql" or not pairs:
        return condition
    counties = " | ".join(f"'c{key}'" for key in sorted(keys.counties))
    needed = [f"'{pair}'" for pair in pairs] + [f"({counties})"] * bool(counties)
    return Q(Indexed(" & ".join(needed))) & condition


def _keys_for(words: list[str], user) -> _Keys:
    keys = _Keys(_counties_of(user))
    for deputy in _deputies_named(words, keys.counties):
        for word in words:
            if word in deputy.name or deputy.initials.startswith(folded(word)):
                keys.deputies.setdefault(word, []).append(deputy.pk)
    for town in Station.objects.townships().filter(county__in=keys.counties).only("name"):
        for word in words:
            asked = number_in(word)
            if names_town(word, town.name):
                keys.towns.setdefault(word, []).append(town.pk)
            elif asked and len(asked.town) > 1 and town.name.startswith(asked.town):  # 官亭024 means 官亭镇
                keys.registers.setdefault(word, []).append(town.pk)
    for word in words:
        if suggestions := _numbered(word, keys.counties):
            keys.suggestions[word] = suggestions
    return keys


def _counties_of(user) -> list[int]:
    scope = scope_of(user)
    places = scope.counties | scope.townships | scope.branches
    found = set(Station.objects.filter(pk__in=places).values_list("county", flat=True)) if places else set()
    if scope.departments:
        found |= set(Department.objects.filter(pk__in=scope.departments).values_list("county", flat=True))
    return list(found)


def _deputies_named(words: list[str], counties: list[int]):
    named = Q()
    for word in words:
        named |= Q(name__contains=word) | Q(initials__startswith=folded(word))
    return Deputy.objects.filter(named, county__in=counties).only("name", "initials")


def _numbered(word: str, counties: list[int]) -> list[int]:
    """Keys of the suggestions that have the number within a session that `word` is: `第012号`, `十七届五次会议第12号`."""
    asked = session_number_in(word)
    if asked is None:
        return []
    session, serial = asked
    rows = SuggestionDetail.objects.filter(serial=serial, session__county__in=counties).select_related("session")
    return [row.opinion_id for row in rows if session.replace("第", "") in row.session_number.replace("第", "")]
