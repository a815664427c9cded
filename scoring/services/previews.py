"""What a draft would do to everybody's score. Nothing is written; a fixed number of queries, whatever the number of deputies."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from deputies.models import Deputy
from scoring.models import Scheme, SchemeVersion
from scoring.rules import Schedule, grade_of, total_score
from scoring.rules.order import order_of
from scoring.services.belonging import people_of_year
from scoring.services.ledger.facts import rulings_of
from scoring.services.ledger.posting import read_books, wanted_of
from scoring.services.lists import grades_of
from scoring.services.schemes import schedule_of
from scoring.services.versions import demand_open
from scoring.states import BASE_ITEMS, Item
from stations.models import Station

Sums = dict[str, Decimal]  # points by item
Grades = list[tuple[str, Decimal]]
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Part:
    """What becomes of one item of a deputy's score."""

    item: str
    before: Decimal
    after: Decimal

    @property
    def label(self) -> str:
        return Item(self.item).label


@dataclass(frozen=True)
class Line:
    """One deputy's score now and then."""

    deputy: Deputy
    branch: Station | None
    before: Decimal
    after: Decimal
    parts: list[Part]
    grade_before: str = ""
    grade_after: str = ""

    @property
    def has_other_grade(self) -> bool:
        return self.grade_before != self.grade_after

    @property
    def difference(self) -> Decimal:
        return self.after - self.before

    @property
    def is_changed(self) -> bool:
        return bool(self.parts) or self.before != self.after


@dataclass
class Counts:
    """Of a station or the county: how many deputies get more, get less, keep the sum."""

    station: Station | None
    more: int = 0
    less: int = 0
    same: int = 0
    regraded: int = 0
    difference: Decimal = NOTHING

    def add(self, line: Line) -> None:
        self.more += line.difference > 0
        self.less += line.difference < 0
        self.same += line.difference == 0
        self.regraded += line.has_other_grade
        self.difference += line.difference


@dataclass(frozen=True)
class Preview:
    """Everybody in official order, and the sums by station and of all."""

    version: SchemeVersion
    lines: list[Line]
    county: Counts
    stations: list[Counts] = field(default_factory=list)

    @property
    def changed(self) -> list[Line]:
        return [line for line in self.lines if line.is_changed]


def preview_version(*, version: SchemeVersion, on: date) -> Preview:
    """Return what every deputy of the year has now and would have under the draft; places are those of the day `on`.

    Raises Conflict for a year in publicity or closed.
    """
    scheme = version.scheme
    demand_open(scheme)
    people = _people(scheme, on)
    keys = [person.pk for person in people]
    before = posted_sums(keys, scheme.year)
    after = wanted_sums(scheme, keys, schedule_of(scheme, version))
    grades = grades_of(scheme)
    lines = [_line(person, scheme.base, version.base, before[person.pk], after[person.pk], grades) for person in people]
    return _summed(version, lines)


def _line(person: Deputy, base: Decimal, new_base: Decimal, before: Sums, after: Sums, grades: Grades) -> Line:
    now, then = total_of(base, before), total_of(new_base, after)
    return Line(
        person, _branch_of(person), now, then, parts_of(before, after), grade_of(now, grades), grade_of(then, grades)
    )


def posted_sums(keys: Collection[int], year: int) -> Mapping[int, Sums]:
    """What stands in the ledgers, by deputy key and item (one query)."""
    found: dict[int, Sums] = defaultdict(lambda: defaultdict(Decimal))
    for key, book in read_books(keys, year).items():
        for line in book.standing.values():
            found[key][line.item] += line.points
    return found


def wanted_sums(scheme: Scheme, keys: Collection[int], schedule: Schedule) -> Mapping[int, Sums]:
    """What would have to stand under `schedule`, by deputy key and item."""
    found: dict[int, Sums] = defaultdict(lambda: defaultdict(Decimal))
    for key, worths in wanted_of(scheme, keys, schedule, rulings_of(keys, scheme.year)).items():
        for worth in worths:
            found[key][worth.earning.item] += worth.points
    return found


def total_of(base: Decimal, sums: Sums) -> Decimal:
    deductions = sum((points for item, points in sums.items() if item in BASE_ITEMS), NOTHING)
    return total_score(base, deductions, sum(sums.values(), NOTHING) - deductions)


def parts_of(before: Sums, after: Sums) -> list[Part]:
    """The items whose sum differs, in the order of `Item`."""
    parts = [Part(item, before.get(item, NOTHING), after.get(item, NOTHING)) for item in Item.values]
    return [part for part in parts if part.before != part.after]


def _people(scheme: Scheme, on: date) -> list[Deputy]:
    people = people_of_year(county=scheme.county_id, year=scheme.year).with_places(on)
    return sorted(people, key=lambda person: order_of(person, person.membership_now))


def _branch_of(person: Deputy) -> Station | None:
    member = person.membership_now
    return member.branch if member else None


def _summed(version: SchemeVersion, lines: Iterable[Line]) -> Preview:
    lines = list(lines)
    county = Counts(None)
    stations: dict[int | None, Counts] = {}
    for line in lines:
        station = line.branch.parent if line.branch else None
        counts = stations.setdefault(station.pk if station else None, Counts(station))
        for one in (county, counts):
            one.add(line)
    return Preview(version, lines, county, list(stations.values()))
