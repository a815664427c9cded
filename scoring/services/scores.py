"""Reading scores; always from the entries."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from deputies.models import Deputy
from scoring.models import PointEntry, Scheme
from scoring.rules import total_score
from scoring.services.schemes import BASE
from scoring.states import Block
from stations.models import Station


@dataclass(frozen=True)
class Score:
    """One deputy's figures of one year; `deductions` is at most 0 unless corrections exceed it."""

    year: int
    base: Decimal
    deductions: Decimal
    bonus: Decimal

    @property
    def base_left(self) -> Decimal:
        return max(Decimal(0), self.base + self.deductions)

    @property
    def total(self) -> Decimal:
        return total_score(self.base, self.deductions, self.bonus)


def scores_of(*, county: Station, year: int, deputies: Iterable[int] | None = None) -> dict[int, Score]:
    """Return the score of each deputy in `year`, by deputy key; two queries, whatever the number.

    Without `deputies`: of whoever in the county has an entry; all others have the full base (see `full_score`).
    """
    full = full_score(county=county, year=year)
    entries = PointEntry.objects.filter(county=county).of_year(year)
    if deputies is None:
        return {key: _score(full, sums) for key, sums in entries.sums().items()}
    keys = list(deputies)
    sums_of = PointEntry.objects.of_year(year).filter(deputy__in=keys).sums()
    return {key: _score(full, sums_of[key]) if key in sums_of else full for key in keys}


def full_score(*, county: Station, year: int) -> Score:
    """The score of somebody without any entry: the year's base."""
    base = Scheme.objects.filter(county=county, year=year).values_list("base", flat=True).first()
    return Score(year, BASE if base is None else base, Decimal(0), Decimal(0))


def _score(full: Score, sums: dict[str, Decimal]) -> Score:
    return Score(full.year, full.base, sums[Block.BASE], sums[Block.BONUS])


def score_of(*, deputy: Deputy, year: int) -> Score:
    """Return one deputy's score."""
    return scores_of(county=deputy.county, year=year, deputies=[deputy.pk])[deputy.pk]
