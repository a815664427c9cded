"""Reading how a county's scores are spread; no name is read at all."""

from dataclasses import dataclass
from decimal import Decimal

from scoring.models import PointEntry, Scheme
from scoring.rules.distribution import Bar, Quarters, bars_of, graded, quarters_of, shown_limits, telling_limits
from scoring.services.lists import grades_of, levels_of, people_of, scores_by_key


@dataclass(frozen=True)
class Spread:
    """Bars of totals, base and bonus, the quarters, the grades with their people, and one's own figures, if any."""

    count: int
    totals: list[Bar]
    bases: list[Bar]
    bonuses: list[Bar]
    quarters: Quarters | None
    grades: list[tuple[str, Bar]]
    own_total: Decimal | None = None
    own_base: Decimal | None = None
    own_bonus: Decimal | None = None


def spread_of(*, scheme: Scheme | None, county: int, year: int, own: int | None = None) -> Spread:
    """Return the spread of a county's year; `own` is the deputy key of who reads it. Four queries."""
    scores = scores_by_key(scheme, year, PointEntry.objects.filter(county=county, year=year))
    besides = {*levels_of(county=county, year=year), *scores.of}
    keys = [person.key for person in people_of(county=county, year=year, besides=besides)]
    rows = [scores.of.get(key, scores.full) for key in keys]
    totals, bases = [row.total for row in rows], [row.base_left for row in rows]
    grades = graded(totals, grades_of(scheme))
    mine = scores.of.get(own, scores.full) if own is not None and own in keys else None
    bars = bars_of(totals, shown_limits(grades))
    return Spread(
        len(rows), bars, bars_of(bases, without=telling_limits(bars, totals, bases)),
        bars_of([row.bonus for row in rows]), quarters_of(totals), grades,
        *((mine.total, mine.base_left, mine.bonus) if mine else ()),
    )  # fmt: skip
