"""Bonus claims (加分申报): claimed with evidence, checked by the station, decided by the county."""

from scoring.services.claims.claiming import (
    LONGEST_EVIDENCE,
    LONGEST_TEXT,
    MOST_PEOPLE,
    claim_bonus,
    claim_for_all,
)
from scoring.services.claims.moving import LONGEST_NOTE, move_claim
from scoring.services.claims.steps import MOST_FILES
from scoring.services.claims.together import MOST_AT_ONCE, Outcome, move_claims, obstacle_to

__all__ = [
    "LONGEST_EVIDENCE",
    "LONGEST_NOTE",
    "LONGEST_TEXT",
    "MOST_AT_ONCE",
    "MOST_FILES",
    "MOST_PEOPLE",
    "Outcome",
    "claim_bonus",
    "claim_for_all",
    "move_claim",
    "move_claims",
    "obstacle_to",
]
