"""Bonus claims (加分申报): claimed with evidence, checked by the station, decided by the county."""

from scoring.services.claims.claiming import MOST_FILES, MOST_PEOPLE, claim_bonus, claim_for_all
from scoring.services.claims.moving import move_claim
from scoring.services.claims.together import MOST_AT_ONCE, Outcome, move_claims, obstacle_to

__all__ = [
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
