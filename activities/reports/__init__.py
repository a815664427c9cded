"""The monthly report (月报表): a place's attendance workbook and the same figures as PDF; a month's roster as a table."""

from activities.reports.files import (
    ReportFiles,
    edition_name,
    make_report,
    printed_cell,
    report_pdf,
    report_workbook,
    report_zip_name,
)
from activities.reports.rosters import ENOUGH, MonthTable, month_table, roster_workbook
from activities.reports.tables import Column, Line, Table, attendance_table, places_table

__all__ = [
    "ENOUGH",
    "Column",
    "Line",
    "MonthTable",
    "ReportFiles",
    "Table",
    "attendance_table",
    "edition_name",
    "make_report",
    "month_table",
    "places_table",
    "printed_cell",
    "report_pdf",
    "report_workbook",
    "report_zip_name",
    "roster_workbook",
]
