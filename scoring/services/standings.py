"""Everybody's figures of a year, in the official order; provisional on any day, final once the year is closed."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from deputies.models import Deputy, Membership
from scoring.models import PointEntry, Scheme, YearClosing, YearResult
from scoring.rules import grade_of
from scoring.rules.order import order_of
from scoring.rules.quarters import year_days
from scoring.services.belonging import people_of_year
from scoring.services.scores import Score, scores_of
from stations.models import Station


@dataclass(frozen=True)
class Standing:
    """One deputy's figures. `station` and `branch`: where the deputy served last in the year, None where nowhere.

    `edition`: of a closed year, 1 as it was closed, more after granted appeals; 0 while the figures are provisional.
    """

    deputy: Deputy
    station: Station | None
    branch: Station | None
    score: Score
    grade: str
    entries: int
    last_digest: str
    edition: int = 0

    @property
    def branch_name(self) -> str:
        return f"{self.station.name}{self.branch.name}" if self.station and self.branch else ""


def standings_of(scheme: Scheme, keys: Collection[int] | None = None) -> list[Standing]:
    """Everybody's standing by the ledger as it is now, or of the deputies `keys`; six queries, whatever the number.

    Who: everybody with a mandate or at a branch on some day of the year, and whoever has entries in it.
    """
    people = _people(scheme, keys)
    chosen = [one.pk for one in people]
    scores = scores_of(county=scheme.county, year=scheme.year, deputies=chosen)
    places, ends = _places(scheme.year, chosen), _ends(scheme.year, chosen)
    grades = list(scheme.grades.values_list("name", "at_least"))
    rows = []
    for person in people:
        membership, (entries, digest) = places.get(person.pk), ends.get(person.pk, (0, ""))
        branch = membership.branch if membership else None
        score = scores[person.pk]
        rows.append(
            Standing(person, branch.parent if branch else None, branch, score, grade_of(score.total, grades), entries, digest)
        )
    return sorted(rows, key=lambda row: order_of(row.deputy, places.get(row.deputy.pk)))


def final_standings(closing: YearClosing) -> list[Standing]:
    """Everybody's result of a closed year as it counts today: of each the latest edition."""
    scheme = closing.scheme
    results = YearResult.objects.filter(closing=closing).current().select_related("deputy")
    found = list(results)
    places = _places(scheme.year, [one.deputy_id for one in found])
    rows = [_final(scheme.year, result, places.get(result.deputy_id)) for result in found]
    return sorted(rows, key=lambda row: order_of(row.deputy, places.get(row.deputy.pk)))


def _final(year: int, result: YearResult, membership: Membership | None) -> Standing:
    branch = membership.branch if membership else None
    return Standing(
        result.deputy, branch.parent if branch else None, branch,
        Score(year, result.base, result.deductions, result.bonus), result.grade, result.entries, result.last_digest,
        result.edition,
    )  # fmt: skip


def _people(scheme: Scheme, keys: Collection[int] | None) -> list[Deputy]:
    if keys is None:
        return list(people_of_year(county=scheme.county_id, year=scheme.year))
    return list(Deputy.objects.filter(county=scheme.county_id, pk__in=keys))


def _places(year: int, keys: Collection[int]) -> dict[int, Membership]:
    """Of each deputy the last membership of the year, if it still counted in it."""
    first, last = year_days(year)
    rows = Membership.objects.latest_on(last).overlapping(first, last).filter(deputy__in=keys)
    return {row.deputy_id: row for row in rows.select_related("branch__parent")}


def _ends(year: int, keys: Collection[int]) -> dict[int, tuple[int, str]]:
    """How many entries each ledger has, and the digest of the last one."""
    later = PointEntry.objects.filter(deputy=OuterRef("deputy"), year=year, number__gt=OuterRef("number"))
    rows = PointEntry.objects.of_year(year).filter(~Exists(later), deputy__in=keys)
    return {deputy: (number, digest) for deputy, number, digest in rows.values_list("deputy", "number", "digest")}
