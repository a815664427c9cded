"""The township clerk's pages: this week's tasks and the Sunday sheet."""

from activities.views.home import station_home
from activities.views.logs import duty_log
from activities.views.sheets import sunday, sunday_check, sunday_done, sunday_file, sunday_print, sunday_sheet

__all__ = [
    "duty_log",
    "station_home",
    "sunday",
    "sunday_check",
    "sunday_done",
    "sunday_file",
    "sunday_print",
    "sunday_sheet",
]
