"""Who has to be told apart by the number: people of one name at one place."""

from collections import Counter
from collections.abc import Hashable, Iterable


def namesakes(people: Iterable[tuple[int, str, Hashable]]) -> frozenset[int]:
    """Return the keys of those of (key, name, place) whose name somebody else at the same place has, too."""
    people = list(people)
    many = Counter((name, place) for _key, name, place in people)
    return frozenset(key for key, name, place in people if many[name, place] > 1)
