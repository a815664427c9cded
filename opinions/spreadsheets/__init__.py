"""Workbooks of tickets."""

from opinions.spreadsheets.tickets import MOST_ROWS, export_tickets

__all__ = ["MOST_ROWS", "export_tickets"]
