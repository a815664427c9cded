"""Pure rules of rosters, reception days and sheets; the county's own figures (seats, dates) come in as arguments."""

from activities.rules.categories import guess_category
from activities.rules.events import kinds_at, last_activity_day
from activities.rules.filing import last_filing_day
from activities.rules.hours import reception_hours
from activities.rules.leaves import MOST_AVOIDED, WEEKS, checked_weeks, day_words, days_words, is_too_late
from activities.rules.versions import log_differences

__all__ = [
    "MOST_AVOIDED",
    "WEEKS",
    "checked_weeks",
    "day_words",
    "days_words",
    "guess_category",
    "is_too_late",
    "kinds_at",
    "last_activity_day",
    "last_filing_day",
    "log_differences",
    "reception_hours",
]
