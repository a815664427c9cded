"""Background work of the activities app; tasks are thin and known by the name of this package."""

from activities.tasks.drafts import forget_old_drafts
from activities.tasks.reports import issue_county_month, issue_months, make_monthly_report
from activities.tasks.rosters import announce_receptions, remind_of_duties, watch_rosters

__all__ = [
    "announce_receptions",
    "forget_old_drafts",
    "issue_county_month",
    "issue_months",
    "make_monthly_report",
    "remind_of_duties",
    "watch_rosters",
]
