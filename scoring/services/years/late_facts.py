"""Facts that became known or changed after publicity had begun: they no longer count, and the county should know."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from deputies.models import Deputy
from scoring.models import Scheme
from scoring.rules import Line, Worth
from scoring.services.ledger.facts import rulings_of
from scoring.services.ledger.posting import read_books, wanted_of
from scoring.services.schemes import schedule_of
from scoring.states import Item, Source

OWN = f"{Source.APPEAL}:"  # what appeals posted is worth what it was worth then


@dataclass(frozen=True)
class LateFact:
    """What would be posted if the year still ran: `points` more or less, and why."""

    deputy: Deputy
    points: Decimal
    words: str


def late_facts(scheme: Scheme) -> list[LateFact]:
    """Return what the records say now and a frozen year's ledger does not; as long as a whole rescoring takes."""
    people = {row.pk: row for row in Deputy.objects.filter(county=scheme.county_id)}
    books, rulings = read_books(people, scheme.year), rulings_of(people, scheme.year)
    wanted = wanted_of(scheme, people, schedule_of(scheme), rulings)
    return [
        LateFact(people[key], points, words)
        for key in sorted({*books, *wanted}, key=lambda one: (people[one].sort_key, people[one].code))
        for points, words in _differences(wanted.get(key, ()), books[key].standing.values())
    ]


def _differences(wanted: Iterable[Worth], standing: Iterable[Line]) -> Iterator[tuple[Decimal, str]]:
    """What stands and no longer would, then what would stand or be worth something else."""
    anew = {worth.earning.fact_key: worth for worth in wanted if not worth.earning.fact_key.startswith(OWN)}
    lines = {line.fact_key: line for line in standing if not line.fact_key.startswith(OWN)}
    for key, line in lines.items():
        if key not in anew:
            yield -line.points, f"{Item(line.item).label}:记录已经改了或没有了"
    for key, worth in anew.items():
        if key not in lines:
            yield worth.points, worth.earning.reason
        elif (lines[key].points, lines[key].item) != (worth.points, worth.earning.item):
            yield worth.points - lines[key].points, _words(lines[key], worth)


def _words(line: Line, worth: Worth) -> str:
    """The record says something else, or only what the item's cap leaves to it has changed."""
    if line.item != worth.earning.item:
        return f"{worth.earning.reason}(原来记的是{Item(line.item).label})"
    return f"{worth.earning.reason}(本项全年上限里剩下的分变了)"
