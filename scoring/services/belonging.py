"""Who belongs to a year of points."""

from django.db.models import Exists, OuterRef

from deputies.models import Deputy
from scoring.models import PointEntry
from scoring.rules.quarters import year_days


def people_of_year(*, county: int, year: int):
    """Deputies with a mandate or a branch on some day of the year, and whoever has entries in it.

    `lists.people_of` reads the same people together with their places in one query.
    """
    everybody = Deputy.objects.filter(county=county)
    entries = PointEntry.objects.of_year(year).filter(deputy=OuterRef("pk"))
    return everybody.there_within(*year_days(year)) | everybody.filter(Exists(entries))
