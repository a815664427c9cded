"""Pure rules of rosters, reception days and sheets; the county's own figures (seats, dates) come in as arguments."""

from activities.rules.categories import guess_category
from activities.rules.days import reception_days
from activities.rules.rosters import Place, fill_places

__all__ = ["Place", "fill_places", "guess_category", "reception_days"]
