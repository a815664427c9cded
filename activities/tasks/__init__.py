"""Background work of the activities app; tasks are thin and known by the name of this package."""

from activities.tasks.reports import make_monthly_report
from activities.tasks.rosters import watch_rosters

__all__ = ["make_monthly_report", "watch_rosters"]
