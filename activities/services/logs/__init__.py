"""Duty logs: filing, correcting, confirming and voiding them."""

from activities.services.logs.filing import file_log, file_sunday, record_not_held
from activities.services.logs.rows import MOST_RECEIVED, FiledLog, Matter, SundayRow
from activities.services.logs.voiding import void_log

__all__ = [
    "MOST_RECEIVED",
    "FiledLog",
    "Matter",
    "SundayRow",
    "file_log",
    "file_sunday",
    "record_not_held",
    "void_log",
]
