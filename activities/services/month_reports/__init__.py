"""Monthly reports (月报): made when the month is over, confirmed from below, locked, and made anew with a reason."""

from activities.services.month_reports.editions import current_edition, figures_of, story_of
from activities.services.month_reports.issuing import issue_month, months_to_issue
from activities.services.month_reports.moving import (
    accept_month,
    changes_since_lock,
    confirm_month,
    lock_month,
    reissue_month,
    return_month,
    send_back_month,
)
from activities.services.month_reports.printing import (
    Printable,
    each_to_print,
    figures_to_print,
    hand_out_edition,
    printable,
)
from activities.services.month_reports.reasons import suggested_reason
from activities.services.month_reports.waiting import (
    KeyFigures,
    Progress,
    missing_logs,
    needs_today,
    places_left,
    progress_of,
)

__all__ = [
    "KeyFigures",
    "Printable",
    "Progress",
    "accept_month",
    "changes_since_lock",
    "confirm_month",
    "current_edition",
    "each_to_print",
    "figures_of",
    "figures_to_print",
    "hand_out_edition",
    "issue_month",
    "lock_month",
    "missing_logs",
    "months_to_issue",
    "needs_today",
    "places_left",
    "printable",
    "progress_of",
    "reissue_month",
    "return_month",
    "send_back_month",
    "story_of",
    "suggested_reason",
]
