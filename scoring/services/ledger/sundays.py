"""Which Sunday a reception counts as: one put off belongs to the month and year of its own Sunday (docs/domain.md §3)."""

from collections.abc import Collection
from datetime import date

from django.db.models import F, Q

from activities.models import Shift
from deputies.models import Deputy


class Sundays:
    """The receptions put off into, out of or within one year, in the counties of some deputies (two queries).

    `counties` are their keys: what is read of a year is asked for by county and day, as the indexes have it; by deputies
    alone PostgreSQL would read the receptions of all counties, or of all years.
    """

    def __init__(self, keys: Collection[int], year: int):
        self.year = year
        self.first, self.last = date(year, 1, 1), date(year, 12, 31)
        days = (self.first, self.last)
        self.counties = set(Deputy.objects.filter(pk__in=keys).order_by().values_list("county", flat=True).distinct())
        moved = Shift.objects.on_the_calendar().filter(Q(date__range=days) | Q(for_sunday__range=days))
        moved = moved.exclude(for_sunday=F("date")).filter(county__in=self.counties).order_by()
        self._sundays = {
            (branch, on): sunday for branch, on, sunday in moved.values_list("branch", "date", "for_sunday")
        }
        self._outside = {on for _branch, on in self._sundays if on.year != year}

    def of(self, branch: int, day: date) -> date:
        """The Sunday that a branch's reception of a day counts as; a day that was not put off counts as itself."""
        return self._sundays.get((branch, day), day)

    def is_of_year(self, branch: int, day: date) -> bool:
        return self.of(branch, day).year == self.year

    @property
    def reach(self) -> tuple[date, date]:
        """The first and last day on which receptions of the year may have been held."""
        days = {self.first, self.last, *self._outside}
        return min(days), max(days)

    def held(self, log: str) -> Q:
        """The condition that the log (where it is from the row) is of a day of the year, or of one outside of it on which a
        Sunday of the year was held."""
        of_year = Q(**{f"{log}__date__range": (self.first, self.last)})
        if self._outside:
            of_year |= Q(**{f"{log}__date__in": self._outside})
        return of_year & Q(**{f"{log}__county__in": self.counties})
