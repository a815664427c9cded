"""Background work of the scoring app."""

from scoring.tasks.alerts import watch_absences
from scoring.tasks.archives import make_year_archive
from scoring.tasks.ledger import rescore_everything, rescore_year, verify_county, verify_points
from scoring.tasks.questions import remind_questions
from scoring.tasks.statements import issue_quarter

__all__ = [
    "issue_quarter", "make_year_archive", "remind_questions", "rescore_everything", "rescore_year", "verify_county",
    "verify_points", "watch_absences",
]  # fmt: skip
