"""Registers: master data as workbooks. One description of columns serves template, import, preview and export.

Knows no app: what a register holds, who may and which services write it is said by its subclass in the app.
"""

from julu_liaison.common.registers.flat import Entry, FlatRegister, Known, Step
from julu_liaison.common.registers.register import Occasion, Register, told_by_row
from julu_liaison.common.registers.report import FirstPassword, Missing, Report, RowChange
from julu_liaison.common.registers.rows import RowReader
from julu_liaison.common.registers.workbooks import workbook

__all__ = [
    "Entry",
    "FirstPassword",
    "FlatRegister",
    "Known",
    "Missing",
    "Occasion",
    "Register",
    "Report",
    "RowChange",
    "RowReader",
    "Step",
    "told_by_row",
    "workbook",
]
