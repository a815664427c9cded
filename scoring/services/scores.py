"""Reading scores; always from the entries."""

from collections.abc import Iterable, Mapping
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

    @classmethod
    def full(cls, year: int, base: Decimal) -> "Score":
        """That of somebody without any entry."""
        return cls(year, base, Decimal(0), Decimal(0))

    @classmethod
    def from_sums(cls, year: int, base: Decimal, sums: Mapping[str, Decimal]) -> "Score":
        """Of the sums of a deputy's entries by block."""
        return cls(year, base, sums[Block.BASE], sums[Block.BONUS])

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
        return {key: Score.from_sums(year, full.base, sums) for key, sums in entries.sums().items()}
    keys = list(deputies)
    sums_of = PointEntry.objects.of_year(year).filter(deputy__in=keys).sums()
    return {key: Score.from_sums(year, full.base, sums_of[key]) if key in sums_of else full for key in keys}


def full_score(*, county: Station, year: int) -> Score:
    """The score of somebody without any entry: the year's base."""
    base = Scheme.objects.filter(county=county, year=year).values_list("base", flat=True).first()
    return Score.full(year, BASE if base is None else base)


def score_of(*, deputy: Deputy, year: int) -> Score:
    """Return one deputy's score."""
    return scores_of(county=deputy.county, year=year, deputies=[deputy.pk])[deputy.pk]
