"""The ledger: read from the facts, made equal to them, verified."""

from scoring.services.ledger.facts import earnings_of
from scoring.services.ledger.posting import rescore

__all__ = ["earnings_of", "rescore"]
