"""Search in Chinese text: by number, deputy, title and words of a ticket (see ADR 16)."""

from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Q

from deputies.models import Deputy
from opinions.models import SuggestionDetail
from opinions.querysets import Indexed, OpinionQuerySet
from opinions.rules.searching import asked_words, folded, number_ends, pairs_of, serial_in, spellings
from stations.models import Department, Station
from stations.querysets import scope_of

SEARCHED = ("text", "title")


@dataclass
class _Keys:
    """What a word names outside the tickets: found first, so that their own columns are all that is searched."""

    counties: list[int]
    deputies: dict[str, list[int]] = field(default_factory=dict)
    suggestions: dict[str, list[int]] = field(default_factory=dict)


def search_tickets(*, rows: OpinionQuerySet, text: str, user) -> OpinionQuerySet:
    """Return those of `rows` that have every word of `text` in number, title, text, or the deputy's name or initials.

    `rows` are what `user` may see: the index is asked for that person's counties only.
    """
    words = asked_words(text)
    if not words:
        return rows
    keys = _keys_for(words, user)
    for word in words:
        rows = rows.filter(_having(word, keys))
    return rows


def _having(word: str, keys: _Keys) -> Q:
    said = Q()
    for spelling in spellings(word):
        for column in SEARCHED:
            said |= Q(**{f"{column}__{_containing(spelling)}": spelling})
        said |= Q(number__contains=spelling)
    found = _narrowed(said, word, keys)
    for end in number_ends(word):
        found |= _narrowed(Q(number__endswith=end), end, keys)
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
    """Keys of the suggestions whose number within their session `word` is, or ends."""
    serial = serial_in(word)
    if serial is None:
        return []
    rows = SuggestionDetail.objects.filter(serial=serial, session__county__in=counties).select_related("session")
    bare = bool(number_ends(word))
    return [row.opinion_id for row in rows if bare or folded(word) in folded(row.session_number)]
