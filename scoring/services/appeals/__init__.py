"""Appeals (复核): raised by a deputy, answered by the county with an entry or a reason (ADR 20)."""

from scoring.services.appeals.alike import entries_alike
from scoring.services.appeals.answering import LONGEST_ANSWER, Preview, answer_appeal, lines_since, preview_answer
from scoring.services.appeals.raising import LONGEST_TEXT, raise_appeal, withdraw_appeal

__all__ = [
    "LONGEST_ANSWER",
    "LONGEST_TEXT",
    "Preview",
    "answer_appeal",
    "entries_alike",
    "lines_since",
    "preview_answer",
    "raise_appeal",
    "withdraw_appeal",
]
