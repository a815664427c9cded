"""The deputies' register as a workbook: import with preview, export, template."""

from deputies.spreadsheets.entries import Change, Difference, Report
from deputies.spreadsheets.exporting import failed_workbook, register_workbook, template_workbook
from deputies.spreadsheets.importing import check_register, import_register

__all__ = [
    "Change",
    "Difference",
    "Report",
    "check_register",
    "failed_workbook",
    "import_register",
    "register_workbook",
    "template_workbook",
]
