"""The monthly report (月报表): a place's attendance workbook and the same figures as PDF; a month's roster as a table."""

from activities.reports.files import ReportFiles, make_report, report_zip_name
from activities.reports.rosters import ENOUGH, MonthTable, month_table, roster_workbook
from activities.reports.tables import attendance_table, places_table

__all__ = [
    "ENOUGH",
    "MonthTable",
    "ReportFiles",
    "attendance_table",
    "make_report",
    "month_table",
    "places_table",
    "report_zip_name",
    "roster_workbook",
]
