"""Pages of bonus claims: the deputy's own, one claim, the desk, many at once."""

from scoring.views.claims.bulk import claims_bulk, claims_bulk_outcome
from scoring.views.claims.desk import claim_add, claims
from scoring.views.claims.mine import my_claim_add, my_claims
from scoring.views.claims.one import claim, claim_file, claim_move

__all__ = [
    "claim",
    "claim_add",
    "claim_file",
    "claim_move",
    "claims",
    "claims_bulk",
    "claims_bulk_outcome",
    "my_claim_add",
    "my_claims",
]
