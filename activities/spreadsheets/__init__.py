"""Registers of the activities app as workbooks."""

from activities.spreadsheets.logs import MOST_EXPORTED, log_workbook

__all__ = ["MOST_EXPORTED", "log_workbook"]
