"""Statements: read from the ledger for any day, and issued to every deputy at a quarter's end."""

from scoring.services.statements.issuing import (
    hand_out_statement,
    hand_out_term_sheets,
    issue_missing,
    issue_statements,
    withhold_reason,
)
from scoring.services.statements.reading import Statement, cut_of, lines_of, statement_of, statements_of

__all__ = [
    "Statement",
    "cut_of",
    "hand_out_statement",
    "hand_out_term_sheets",
    "issue_missing",
    "issue_statements",
    "lines_of",
    "statement_of",
    "statements_of",
    "withhold_reason",
]
