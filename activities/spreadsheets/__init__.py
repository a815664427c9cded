"""Registers of the activities app as workbooks."""

from activities.spreadsheets.logs import log_workbook

__all__ = ["log_workbook"]
