"""What is typed: the Sunday sheet and the forms of leave, logs, visits, activities and plans."""

from activities.forms.drafts import SentDraft
from activities.forms.fields import Problem
from activities.forms.lines import Line
from activities.forms.rows import SheetRow
from activities.forms.sheets import SundaySheet

__all__ = ["Line", "Problem", "SentDraft", "SheetRow", "SundaySheet"]
