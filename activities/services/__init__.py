"""Writes of the activities app: rosters, duty logs, activities."""

from activities.services.activities import record_activity
from activities.services.checking import misplaced_rows, record_problems
from activities.services.logs import FiledLog, Matter, SundayRow, file_log, file_sunday, record_not_held, void_log
from activities.services.rosters import draft_roster, publish_roster

__all__ = [
    "FiledLog",
    "Matter",
    "SundayRow",
    "draft_roster",
    "file_log",
    "file_sunday",
    "misplaced_rows",
    "publish_roster",
    "record_activity",
    "record_not_held",
    "record_problems",
    "void_log",
]
