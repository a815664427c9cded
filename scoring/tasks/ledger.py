"""Nightly repair of the ledger."""

import logging

from celery import shared_task
from django.utils import timezone

from scoring.services.ledger.nightly import repair_ledgers

log = logging.getLogger(__name__)


@shared_task(name="scoring.tasks.rescore_everything")
def rescore_everything() -> int:
    """Make the ledgers equal to the facts in every county; warns when something had been missed."""
    made = repair_ledgers(at=timezone.now())
    if made:
        log.warning("nightly rescore made %s entries that events had missed", made)
    return made
