"""What leaders see (总览): figures of a week, month or year, kept with their time, and the lists behind each of them."""

from julu_liaison.overview.measures import MEASURES, meanings
from julu_liaison.overview.periods import Period, Span
from julu_liaison.overview.reading import Overview, count_again, read_overview
from julu_liaison.overview.showing import cards_of, categories_of, day_bars, more_of, office_tables, places_table

__all__ = [
    "MEASURES",
    "Overview",
    "Period",
    "Span",
    "cards_of",
    "categories_of",
    "count_again",
    "day_bars",
    "meanings",
    "more_of",
    "office_tables",
    "places_table",
    "read_overview",
]
