"""Background work of the scoring app."""

from scoring.tasks.ledger import rescore_everything

__all__ = ["rescore_everything"]
