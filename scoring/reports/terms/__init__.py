"""For re-election: what deputies did over the years of a term (任期履职情况), as page, PDF and workbook."""

from scoring.reports.terms.figures import (
    COUNTS,
    CongressTerm,
    Sheet,
    YearLine,
    sheets_of,
    terms_of_county,
    terms_of_deputy,
)
from scoring.reports.terms.files import NOT_RANKED, NOTES, file_name, sheet_pdf, sheet_table, workbook

__all__ = [
    "COUNTS",
    "NOTES",
    "NOT_RANKED",
    "CongressTerm",
    "Sheet",
    "YearLine",
    "file_name",
    "sheet_pdf",
    "sheet_table",
    "sheets_of",
    "terms_of_county",
    "terms_of_deputy",
    "workbook",
]
