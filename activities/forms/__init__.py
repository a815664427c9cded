"""What is typed: the Sunday sheet and the forms of leave, logs, visits, activities and plans."""

from activities.forms.lines import Line
from activities.forms.sheets import Problem, SheetRow, SundaySheet

__all__ = ["Line", "Problem", "SheetRow", "SundaySheet"]
