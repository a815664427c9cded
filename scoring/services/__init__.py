"""Writes and readings of the scoring app."""

from scoring.services.ledger import earnings_of, rescore
from scoring.services.schemes import open_scheme, schedule_of
from scoring.services.scores import Score, full_score, score_of, scores_of

__all__ = [
    "Score",
    "earnings_of",
    "full_score",
    "open_scheme",
    "rescore",
    "schedule_of",
    "score_of",
    "scores_of",
]
