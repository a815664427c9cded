"""A month's report (月报): what is counted, as values that can be kept, and what changed between two readings."""

from activities.rules.months.changes import changes, settled_digest
from activities.rules.months.figures import DeputyMonth, Minimum, MonthFigures, PlaceMonth, ReportedPlace
from activities.rules.months.keeping import as_content, from_content
from activities.rules.months.reading import read_month

__all__ = [
    "DeputyMonth",
    "Minimum",
    "MonthFigures",
    "PlaceMonth",
    "ReportedPlace",
    "as_content",
    "changes",
    "from_content",
    "read_month",
    "settled_digest",
]
