"""Duty logs: filing, correcting, confirming and voiding them."""

from activities.services.logs.confirming import confirm_logs
from activities.services.logs.correcting import Correction, correct_log, corrections_of
from activities.services.logs.filing import file_log, file_sunday, record_not_held
from activities.services.logs.limits import (
    closed_reason,
    closed_reasons,
    end_exception,
    grant_exception,
    set_filing_limit,
)
from activities.services.logs.photos import MOST_PHOTOS, add_log_photos, remove_log_photo
from activities.services.logs.rows import MOST_RECEIVED, FiledLog, Matter, SundayRow
from activities.services.logs.voiding import void_log

__all__ = [
    "MOST_PHOTOS",
    "MOST_RECEIVED",
    "Correction",
    "FiledLog",
    "Matter",
    "SundayRow",
    "add_log_photos",
    "closed_reason",
    "closed_reasons",
    "confirm_logs",
    "correct_log",
    "corrections_of",
    "end_exception",
    "file_log",
    "file_sunday",
    "grant_exception",
    "record_not_held",
    "remove_log_photo",
    "set_filing_limit",
    "void_log",
]
