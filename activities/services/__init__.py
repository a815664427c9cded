"""Writes of the activities app: rosters, duty logs, activities."""

from activities.services.activities import record_activity
from activities.services.checking import misplaced_rows, record_problems
from activities.services.logs import (
    MOST_PHOTOS,
    FiledLog,
    Matter,
    SundayRow,
    add_log_photos,
    closed_reason,
    closed_reasons,
    confirm_logs,
    correct_log,
    corrections_of,
    end_exception,
    file_log,
    file_sunday,
    grant_exception,
    record_not_held,
    remove_log_photo,
    set_filing_limit,
    void_log,
)
from activities.services.rosters import draft_roster, publish_roster

__all__ = [
    "MOST_PHOTOS",
    "FiledLog",
    "Matter",
    "SundayRow",
    "add_log_photos",
    "closed_reason",
    "closed_reasons",
    "confirm_logs",
    "correct_log",
    "corrections_of",
    "draft_roster",
    "end_exception",
    "file_log",
    "file_sunday",
    "grant_exception",
    "misplaced_rows",
    "publish_roster",
    "record_activity",
    "record_not_held",
    "record_problems",
    "remove_log_photo",
    "set_filing_limit",
    "void_log",
]
