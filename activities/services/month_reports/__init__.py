"""Monthly reports (月报): made when the month is over, confirmed from below, locked, and made anew with a reason."""

from activities.services.month_reports.editions import current_edition, figures_of, story_of
from activities.services.month_reports.issuing import due_months, issue_month, months_to_issue
from activities.services.month_reports.locking import locked_places
from activities.services.month_reports.moving import (
    accept_month,
    changes_since_lock,
    confirm_month,
    lock_month,
    reissue_month,
    return_month,
    send_back_month,
)

__all__ = [
    "accept_month",
    "changes_since_lock",
    "confirm_month",
    "current_edition",
    "due_months",
    "figures_of",
    "issue_month",
    "lock_month",
    "locked_places",
    "months_to_issue",
    "reissue_month",
    "return_month",
    "send_back_month",
    "story_of",
]
