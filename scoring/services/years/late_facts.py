"""Facts that became known or changed after publicity had begun: they no longer count, and the county should know."""

from dataclasses import dataclass
from decimal import Decimal

from deputies.models import Deputy
from scoring.models import Scheme
from scoring.rules import missing_lines
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
    found = []
    for key in sorted({*books, *wanted}, key=lambda one: (people[one].sort_key, people[one].code)):
        book = books[key]
        standing = {fact: line for fact, line in book.standing.items() if not fact.startswith(OWN)}
        mine = [worth for worth in wanted.get(key, ()) if not worth.earning.fact_key.startswith(OWN)]
        for line in missing_lines(mine, standing, book.turns):
            if line.worth:
                found.append(LateFact(people[key], line.worth.points, line.worth.earning.reason))
            elif line.reverses:
                words = f"{Item(line.reverses.item).label}:记录已经改了或没有了"
                found.append(LateFact(people[key], -line.reverses.points, words))
    return found
